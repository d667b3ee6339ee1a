package postgres

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	migrateTimeout = time.Minute // waiting for other instances included

	// answerTimeout is how long the database takes for what it only looks up, a lock that is waited for included. One
	// that takes longer is away. How long a migration takes depends on how many rows there are.
	answerTimeout = 5 * time.Second
)

// Migrate brings the schema up to this release, and lets the service's role in. Instances that boot at once take turns
// under an advisory lock; a schema newer than this release is left alone, so that a fleet can be rolled. An error
// that wraps shop.ErrUnavailable says that the database is away; after others, such as a lock that was not to be had,
// or a migration that takes longer than a minute, it may work the next time as well.
func (db *DB) Migrate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, migrateTimeout)
	defer cancel()
	return db.owner.migrate(ctx)
}

func migrateOn(ctx context.Context, conn *pgx.Conn) error {
	migrator, version, err := lookUp(ctx, conn)
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	if version >= len(migrator.Migrations) {
		return nil
	}
	if err := migrator.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// lookUp returns the migrations of this release, and the version that the schema has.
func lookUp(ctx context.Context, conn *pgx.Conn) (migrator *migrate.Migrator, version int, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	if migrator, err = migrate.NewMigrator(ctx, conn, "public.schema_version"); err != nil {
		return nil, 0, err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, 0, err
	}
	if err := migrator.LoadMigrations(files); err != nil {
		return nil, 0, err
	}
	current, err := migrator.GetCurrentVersion(ctx)
	return migrator, int(current), err
}

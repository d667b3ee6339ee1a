package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

const migrateTimeout = time.Minute // waiting for other instances included

// Migrate brings the schema up to this release, and lets the service's role in. Instances that boot at once take turns
// under an advisory lock; a schema newer than this release is left alone, so that a fleet can be rolled. An error
// that wraps shop.ErrUnavailable says that the database is away; after others, such as a lock that was not to be had,
// it may work the next time as well.
func (db *DB) Migrate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, migrateTimeout)
	defer cancel()
	return db.owner.migrate(ctx)
}

func migrateOn(ctx context.Context, conn *pgx.Conn) error {
	migrator, err := migrate.NewMigrator(ctx, conn, "public.schema_version")
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	if err := migrator.LoadMigrations(files); err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	err = migrator.Migrate(ctx)
	var badVersion migrate.BadVersionError
	if errors.As(err, &badVersion) {
		version, versionErr := migrator.GetCurrentVersion(ctx)
		if versionErr == nil && int(version) > len(migrator.Migrations) {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

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

const (
	migrateTimeout = time.Minute // of one attempt, waiting for other instances included
	firstPause     = 250 * time.Millisecond
	longestPause   = 5 * time.Second
)

// Migrate brings the schema up to this release, trying until it succeeds or ctx ends. Instances that
// boot at once take turns under an advisory lock; a schema newer than this release is left alone, so
// that a fleet can be rolled. It returns nil or the cause of ctx's end.
func (db *DB) Migrate(ctx context.Context) error {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := db.migrate(ctx)
		if err == nil {
			db.log.Info("database schema is up to date")
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		db.log.Warn("database is not migrated yet", "error", err, "retryIn", pause.String())
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

func (db *DB) migrate(ctx context.Context) error {
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

package postgres

import "context"

// Ping reports whether the writer can be reached.
func (db *DB) Ping(ctx context.Context) error { return db.writer.ping(ctx) }

// PingReader reports whether the read replica can be reached; i is its index in Config.Readers.
func (db *DB) PingReader(ctx context.Context, i int) error { return db.readers[i].ping(ctx) }

package rds

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// connect opens a connection of the superuser, past the endpoint.
func (n *dbNode) connect(ctx context.Context) (*pgx.Conn, error) {
	return pgx.Connect(ctx, fmt.Sprintf("host=%s port=%d user=%s password=%s dbname=postgres sslmode=disable",
		n.Address.Addr(), n.Address.Port(), adminUser, n.instance.adminPass))
}

// session returns the keeper's connection. It is a new one now and then, because a
// server that hangs may still serve its old ones.
func (n *dbNode) session(ctx context.Context) (*pgx.Conn, error) {
	if n.admin != nil && !n.admin.IsClosed() && time.Since(n.connected) < sessionLifetime {
		return n.admin, nil
	}
	n.hangUp()
	admin, err := n.connect(ctx)
	if err != nil {
		return nil, err
	}
	n.admin, n.connected = admin, time.Now()
	return n.admin, nil
}

func (n *dbNode) hangUp() {
	if n.admin != nil {
		_ = n.admin.PgConn().Conn().Close()
		n.admin = nil
	}
}

// ask puts a question with one answer to the server.
func (n *dbNode) ask(ctx context.Context, answer any, query string, arguments ...any) error {
	session, err := n.session(ctx)
	if err != nil {
		return err
	}
	return session.QueryRow(ctx, query, arguments...).Scan(answer)
}

// look asks the server whether it is well, and whether it follows.
func (n *dbNode) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	source := n.instance
	if source.source != nil {
		source = source.source
	}
	// Who has more than the primary was promoted with tries again and again, for
	// moments even streaming, but on the old timeline.
	const query = `select exists (select from pg_stat_wal_receiver where status = 'streaming' and received_tli >= $1)`
	if err := n.ask(ctx, &n.following, query, source.timeline.Load()); err != nil {
		return err
	}
	if n.following {
		n.followed = time.Now()
	}
	return nil
}

// check ends a node that does not answer any more.
func (n *dbNode) check(ctx context.Context) {
	if !n.Alive() {
		return
	}
	err := n.look(ctx)
	if n.follows != nil && !n.follows.Leads() {
		n.followed = time.Now() // there is nobody to follow
	}
	var answer *pgconn.PgError
	if err == nil || errors.As(err, &answer) || ctx.Err() != nil {
		n.Answered() // a refusal is an answer too: it starts, or has no connection left
		if n.admin != nil && err == nil {
			n.measure(ctx, n.admin, n.Process)
		}
		return
	}
	n.Missed(err, n.instance.service.host.Log)
}

// lost says whether the node should follow a primary and cannot.
func (n *dbNode) lost() bool {
	return n.follows != nil && time.Since(n.followed) > lostAfter
}

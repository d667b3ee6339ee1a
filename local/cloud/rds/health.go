package rds

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/host"
)

// session is a connection of the superuser to a node, past the endpoint.
type session struct{ conn *pgx.Conn }

// open connects, unless there is a connection that works.
func (s *session) open(ctx context.Context, n *dbNode) error {
	if s.conn != nil && !s.conn.IsClosed() {
		return nil
	}
	conn, err := pgx.Connect(ctx, fmt.Sprintf("host=%s port=%d user=%s password=%s dbname=postgres sslmode=disable",
		n.Address.Addr(), n.Address.Port(), adminUser, n.instance.adminPass))
	if err == nil {
		s.conn = conn
	}
	return err
}

func (s *session) close() {
	if s.conn != nil {
		_ = s.conn.PgConn().Conn().Close()
	}
}

// answer is what a server says of itself.
type answer struct {
	following bool // it gets the primary's changes
	err       error
}

// refused says whether the server answered, if only to refuse: it starts, or has no
// connection left.
func (a answer) refused() bool {
	var refusal *pgconn.PgError
	return errors.As(a.err, &refusal)
}

// ask asks the server whether it is well, and whether it follows. With knock that includes
// whether it takes new connections.
func (n *dbNode) ask(ctx context.Context, s *session, knock bool) (a answer) {
	ctx, cancel := context.WithTimeout(ctx, n.instance.patience())
	defer cancel()
	if knock {
		if a.err = n.knock(ctx); a.err != nil {
			return a
		}
	}
	if a.err = s.open(ctx, n); a.err != nil {
		return a
	}
	source := n.instance
	if source.source != nil {
		source = source.source
	}
	// Who has more than the primary was promoted with tries again and again, for
	// moments even streaming, but on the old timeline.
	const query = `select exists (select from pg_stat_wal_receiver where status = 'streaming' and received_tli >= $1)`
	a.err = s.conn.QueryRow(ctx, query, source.timeline.Load()).Scan(&a.following)
	return a
}

// patience is how long the server may take to answer.
func (i *instance) patience() time.Duration {
	return i.service.host.Timings.Of(aws.DatabaseDetection) / datastore.MaxMisses
}

// knock asks for a connection and waits until the server asks who it is, or refuses. Only a
// server answers that takes new connections: one that hangs may go on serving its old ones.
// It makes a process for that.
func (n *dbNode) knock(ctx context.Context) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp4", n.Address.String())
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	hello := pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersionNumber, Parameters: map[string]string{"user": adminUser}}
	message, err := hello.Encode(nil)
	if err == nil {
		_, err = conn.Write(message)
	}
	if err == nil {
		_, err = conn.Read(make([]byte, 1))
	}
	return err
}

// knockEvery is how many looks a knock comes after, as long as all is well. A server whose
// process is stopped, which is how a hanging one is rehearsed, is knocked at by every look,
// and so is one that did not answer. One that hangs otherwise, and still serves the keeper's
// connection, is noticed up to two looks later for that.
const knockEvery = 3

// watcher asks the server that runs as p every lookInterval, and tells the keeper what
// it says.
func (n *dbNode) watcher(p *host.Process) func(context.Context) {
	return func(ctx context.Context) {
		var s session
		defer s.close()
		tick := time.NewTicker(lookInterval)
		defer tick.Stop()
		failed := false
		for looks := 0; ; looks++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			a := n.ask(ctx, &s, looks%knockEvery == 0 || failed || p.Stopped())
			failed = a.err != nil
			if a.err == nil {
				n.measure(ctx, s.conn, p)
			}
			n.instance.Say(func() {
				if n.Process == p && n.Up {
					n.take(a)
				}
			})
		}
	}
}

// take notes what the server says, and gives up one that says nothing any more.
func (n *dbNode) take(a answer) {
	if a.following || n.follows != nil && !n.follows.Leads() { // there is nobody to follow
		n.followed = time.Now()
	}
	if a.err == nil || a.refused() {
		n.Answered()
		return
	}
	h := n.instance.service.host
	if n.Alive() && n.Missed(h.Timings.Of(aws.DatabaseDetection)) {
		h.Log.Warn("database node does not answer", "node", n.ID, "error", a.err)
		// To its clients it is a machine that was lost: nobody tells them that it is gone.
		n.instance.endpoint.Fail(n.Address)
		n.GiveUp()
		n.tellLost("it does not answer")
	}
}

// lost says whether the node should follow a primary and cannot.
func (n *dbNode) lost() bool {
	return n.follows != nil && time.Since(n.followed) > n.instance.service.host.Timings.Of(aws.DatabaseDetection)
}

func (n *dbNode) tellLost(why string) {
	n.instance.service.host.Events.Add(aws.NodeLost, n.ID, n.Zone, why)
}

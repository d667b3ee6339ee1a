package rds

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/host"
)

const (
	startTimeout = 60 * time.Second
	stopTimeout  = 5 * time.Second
	// A node that does not answer for so long, again and again, is dead.
	pingTimeout = 2 * time.Second
	// How long one connection serves to ask whether a node is well.
	sessionLifetime = 5 * time.Second
	// A standby or read replica that gets nothing from a living primary for so long
	// cannot follow it any more.
	lostAfter = 5 * time.Second
)

// adminUser is the superuser, as whom only the cloud connects. RDS has one of that
// name too; the declared master user is not a superuser.
const adminUser = "rdsadmin"

// dbNode is one PostgreSQL server with its data.
type dbNode struct {
	datastore.Node // its folder is PGDATA
	instance       *instance

	follows   *host.Endpoint // where it gets its data; nil for a primary
	waitsFor  string         // the id of the standby that commits wait for
	inSync    bool           // the primary's commits wait for it
	broken    bool           // it did not start again
	admin     *pgx.Conn      // of the superuser
	connected time.Time      // when admin was opened
	following bool           // it gets the primary's changes
	followed  time.Time      // when it last did
}

func (i *instance) newNode(zone string) (*dbNode, error) {
	i.serial++
	id := fmt.Sprintf("%s-%d", i.identifier(), i.serial)
	eni, err := i.endpoint.OpenNode("database node "+id, i.placement.Subnet[zone])
	if err != nil {
		return nil, err
	}
	return &dbNode{instance: i, Node: datastore.Node{ID: id, Zone: zone, Dir: filepath.Join(i.dir, id), Address: eni.Address}}, nil
}

func (n *dbNode) log() string { return n.instance.service.host.LogPath("database-" + n.ID) }

// initialize makes an empty database server's data.
func (n *dbNode) initialize(ctx context.Context) error {
	password := filepath.Join(n.instance.dir, "admin.password")
	if err := n.instance.postgres.writeFile(password, n.instance.adminPass); err != nil {
		return err
	}
	defer os.Remove(password)
	c := n.instance.postgres.command("initdb", n.log(), "--pgdata="+n.Dir, "--username="+adminUser,
		"--pwfile="+password, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8",
		"--wal-segsize=4", "--no-sync", "--no-instructions")
	return n.instance.service.host.Processes.Run(ctx, "initdb of "+n.ID, c)
}

// replicate copies the data of the primary behind e, starts on it, and returns when
// it follows.
func (n *dbNode) replicate(ctx context.Context, e *host.Endpoint) error {
	n.follows, n.broken = e, false
	primary := e.AddrPort()
	c := n.instance.postgres.command("pg_basebackup", n.log(), "--pgdata="+n.Dir,
		"--host="+primary.Addr().String(), fmt.Sprint("--port=", primary.Port()), "--username="+adminUser,
		"--wal-method=stream", "--checkpoint=fast", "--no-sync", "--no-password", "--no-manifest")
	c.Env = append(c.Env, "PGPASSWORD="+n.instance.adminPass, "PGSSLMODE=disable")
	if err := n.instance.service.host.Processes.Run(ctx, "copy for "+n.ID, c); err != nil {
		return err
	}
	if err := n.start(ctx); err != nil {
		return err
	}
	return n.Process.Until(ctx, "database node "+n.ID, func(ctx context.Context) error {
		if err := n.look(ctx); err != nil {
			return err
		}
		if !n.following {
			return errors.New("it does not follow the primary yet")
		}
		return nil
	})
}

// start starts the server on its data, and returns when it answers.
func (n *dbNode) start(ctx context.Context) error {
	if err := n.configure(); err != nil {
		return err
	}
	c := n.instance.postgres.command("postgres", n.log(), "-D", n.Dir)
	p, err := n.instance.service.host.Processes.Start(c)
	if err != nil {
		return err
	}
	n.Started(p)
	n.following, n.followed = false, time.Now()
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := n.Process.Until(ctx, "database node "+n.ID, n.look); err != nil {
		n.halt()
		return err
	}
	return nil
}

// waitFor makes commits wait until the standby has them too; for none, if nil.
func (n *dbNode) waitFor(ctx context.Context, standby *dbNode) error {
	n.waitsFor = ""
	query := `select current_setting('synchronous_standby_names') = $1`
	if standby != nil {
		n.waitsFor = standby.ID
		query = `select exists (select from pg_stat_replication where application_name = $1 and sync_state = 'sync')`
	}
	if err := n.reconfigure(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	err := n.Process.Until(ctx, "synchronous standby of "+n.ID, func(ctx context.Context) error {
		var done bool
		if err := n.ask(ctx, &done, query, n.waitsFor); err != nil || done {
			return err
		}
		return errors.New("it is not in effect yet")
	})
	if standby != nil {
		standby.inSync = err == nil
	}
	return err
}

// promote makes a standby a primary, with all that it has received.
func (n *dbNode) promote(ctx context.Context) error {
	var promoted bool
	if err := n.ask(ctx, &promoted, `select case when pg_is_in_recovery() then pg_promote(true, 10) else true end`); err != nil {
		return fmt.Errorf("promote %s: %w", n.ID, err)
	}
	if !promoted {
		return fmt.Errorf("promote %s: it took more than 10 s", n.ID)
	}
	n.follows, n.inSync = nil, false
	return n.reconfigure()
}

// halt ends the server at once; its data stays. Unlike a kill this waits for the
// server's own children.
func (n *dbNode) halt() {
	n.hangUp()
	if n.Process != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		n.Process.Stop(ctx, syscall.SIGQUIT)
	}
}

// discard ends the server and removes its data.
func (n *dbNode) discard() {
	n.halt()
	if err := os.RemoveAll(n.Dir); err != nil {
		n.instance.service.host.Log.Warn("database files are left over", "dir", n.Dir, "error", err)
	}
}

// remove ends the server for good, and frees its address.
func (n *dbNode) remove() {
	n.discard()
	n.instance.endpoint.CloseNode(n.Address)
}

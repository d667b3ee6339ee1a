package rds

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/host"
)

const (
	startTimeout = 60 * time.Second
	copyTimeout  = 2 * time.Minute
	stopTimeout  = 5 * time.Second
)

// adminUser is the superuser, as whom only the cloud connects. RDS has one of that
// name too; the declared master user is not a superuser.
const adminUser = "rdsadmin"

// dbNode is one PostgreSQL server with its data.
type dbNode struct {
	datastore.Node // its folder is PGDATA
	instance       *instance

	follows  *host.Endpoint // where it gets its data; nil for a primary
	waitsFor string         // the id of the standby that commits wait for
	inSync   bool           // the primary's commits wait for it
	broken   bool           // it did not start again
	followed time.Time      // when it last got the primary's changes

	busy    bool   // something is done for it beside the keeper
	cancel  func() // ends that
	aborted bool   // that was ended, because it had become pointless
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

// begin does work for the node beside the keeper, for at most limit, and then lets the
// keeper take its outcome in.
func (n *dbNode) begin(limit time.Duration, work func(context.Context) error, then func(error)) {
	n.busy = true
	n.cancel = n.instance.Beside(limit, work, func(err error) {
		n.busy = false
		then(err)
	})
}

// abort ends what is done for the node. Its outcome is an error then.
func (n *dbNode) abort() {
	if n.busy {
		n.aborted = true
		n.cancel()
	}
}

// initialize makes an empty database server's data.
func (n *dbNode) initialize(ctx context.Context) error {
	password := filepath.Join(n.instance.dir, "admin.password")
	if err := n.instance.postgres.WriteFile(password, n.instance.adminPass); err != nil {
		return err
	}
	defer os.Remove(password)
	c := n.instance.postgres.Command("initdb", n.log(), "--pgdata="+n.Dir, "--username="+adminUser,
		"--pwfile="+password, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8",
		"--wal-segsize=4", "--no-sync", "--no-instructions")
	return n.instance.service.host.Processes.Run(ctx, "initdb of "+n.ID, c)
}

// copy copies the data of the primary behind the endpoint that the node follows.
func (n *dbNode) copy(ctx context.Context) error {
	primary := n.follows.AddrPort()
	c := n.instance.postgres.Command("pg_basebackup", n.log(), "--pgdata="+n.Dir,
		"--host="+primary.Addr().String(), fmt.Sprint("--port=", primary.Port()), "--username="+adminUser,
		"--wal-method=stream", "--checkpoint=fast", "--no-sync", "--no-password", "--no-manifest")
	c.Env = append(c.Env, "PGPASSWORD="+n.instance.adminPass, "PGSSLMODE=disable")
	return n.instance.service.host.Processes.Run(ctx, "copy for "+n.ID, c)
}

// launch starts the server on its data, and does not wait until it answers.
func (n *dbNode) launch() error {
	if err := n.configure(); err != nil {
		return err
	}
	p, err := n.instance.service.host.Processes.Start(n.instance.postgres.Command("postgres", n.log(), "-D", n.Dir))
	if err != nil {
		return err
	}
	n.Started(p)
	if n == n.instance.primary {
		connections, err := n.connections()
		n.instance.connections.Store(connections)
		return err
	}
	return nil
}

// ready waits until the server that was launched as p answers and, if it follows a
// primary, gets its changes.
func (n *dbNode) ready(ctx context.Context, p *host.Process) error {
	follows := n.follows != nil
	var s session
	defer s.close()
	return p.Until(ctx, "database node "+n.ID, func(ctx context.Context) error {
		a := n.ask(ctx, &s, true)
		if a.err == nil && follows && !a.following {
			return errors.New("it does not follow the primary yet")
		}
		return a.err
	})
}

// usable takes in a server that answers, and has it watched.
func (n *dbNode) usable() {
	n.Usable()
	n.broken, n.followed = false, time.Now()
	n.instance.Watch(n.Process, n.watcher(n.Process))
	n.instance.service.host.Events.Add(aws.NodeStarted, n.ID, n.Zone, "")
}

// promote makes a standby a primary, with all that it has received.
func (n *dbNode) promote(ctx context.Context) error {
	var s session
	defer s.close()
	if err := s.open(ctx, n); err != nil {
		return err
	}
	var promoted bool
	err := s.conn.QueryRow(ctx, `select case when pg_is_in_recovery() then pg_promote(true, 10) else true end`).Scan(&promoted)
	if err == nil && !promoted {
		err = errors.New("it took more than 10 s")
	}
	return err
}

// halt ends the server at once; its data stays. Unlike a kill this waits for the
// server's own children.
func (n *dbNode) halt() {
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

package rds

import (
	"context"
	"errors"

	"myclothes/local/cloud/host"
)

// lookAfterStandby makes the standby that is declared, and drops one that ended, lost its
// connection, or is not declared any more.
func (i *instance) lookAfterStandby() {
	if !i.primary.Up {
		return
	}
	if s := i.standby; s != nil && (!s.Up || s.lost() || !i.Spec().MultiAZ) {
		i.dropStandby()
	}
	if s := i.standby; s != nil && !s.inSync && !s.busy {
		i.confirm(s) // the primary had ended meanwhile
	}
	switch {
	case i.making != nil && !i.Spec().MultiAZ:
		i.making.abort()
	case i.making != nil, i.standby != nil, !i.Spec().MultiAZ, i.waits(i.retry):
	default:
		i.makeStandby()
	}
}

// dropStandby lets commits go on without the standby, and discards it.
func (i *instance) dropStandby() {
	s := i.standby
	i.service.host.Log.Warn("database standby is dropped", "database", i.identifier(), "zone", s.Zone)
	i.standby = nil
	i.discard(s)
	i.waitFor("")
}

// waitFor makes commits wait until the standby of an id has them too; for none, if empty.
// The server reads that a moment later.
func (i *instance) waitFor(standby string) {
	i.primary.waitsFor = standby
	if err := i.primary.reconfigure(); err != nil {
		i.failed("configuration of the primary", err)
		i.primary.GiveUp() // started again, it reads it
	}
}

// makeStandby copies the primary in another zone.
func (i *instance) makeStandby() {
	n, err := i.newNode(i.placement.Zone(i.primary.Zone))
	if err != nil {
		i.failed("database standby", err)
		return
	}
	n.follows, i.making = i.internal, n
	n.begin(copyTimeout, n.copy, func(err error) {
		if err == nil {
			err = n.launch()
		}
		if err != nil {
			i.abandon(n, err)
			return
		}
		p := n.Process
		n.begin(startTimeout, func(ctx context.Context) error { return n.ready(ctx, p) }, func(err error) { i.adopt(n, err) })
	})
}

// adopt makes a copy that follows the primary its standby.
func (i *instance) adopt(n *dbNode, err error) {
	if err != nil {
		i.abandon(n, err)
		return
	}
	i.making, i.standby = nil, n
	n.usable()
	i.waitFor(n.ID)
	i.confirm(n)
}

// confirm finds out whether commits wait for the standby, from when on it may take over.
func (i *instance) confirm(n *dbNode) {
	primary, p := i.primary, i.primary.Process
	n.begin(startTimeout, func(ctx context.Context) error { return primary.syncs(ctx, p, n.ID) }, func(err error) {
		n.inSync = err == nil
		if err != nil && n == i.standby && i.primary.Up {
			i.failed("commits do not wait for the standby", err)
			i.dropStandby()
		}
	})
}

// syncs waits until the commits of the primary that runs as p wait for the standby of an
// id.
func (n *dbNode) syncs(ctx context.Context, p *host.Process, standby string) error {
	var s session
	defer s.close()
	return p.Until(ctx, "synchronous standby of "+n.ID, func(ctx context.Context) error {
		if err := s.open(ctx, n); err != nil {
			return err
		}
		var done bool
		const query = `select exists (select from pg_stat_replication where application_name = $1 and sync_state = 'sync')`
		if err := s.conn.QueryRow(ctx, query, standby).Scan(&done); err != nil || done {
			return err
		}
		return errors.New("it is not in effect yet")
	})
}

// abandon gives up a copy. Another one is made in a while.
func (i *instance) abandon(n *dbNode, err error) {
	i.making = nil
	if !n.aborted {
		i.failed("database standby was not made", err)
	}
	i.discard(n)
}

// whole says whether the database has everything that is declared, or why it has not.
func (i *instance) whole() (bool, error) {
	if i.problem != nil {
		return false, i.problem
	}
	if i.source != nil || !i.Spec().MultiAZ {
		return i.primary.Up && i.standby == nil, nil
	}
	return i.primary.Up && i.standby != nil && i.standby.inSync, nil
}

// settle waits until the database has everything that is declared.
func (i *instance) settle(ctx context.Context) error {
	if err := i.Do(ctx, func() error { i.problem = nil; return nil }); err != nil {
		return err
	}
	return i.Await(ctx, i.whole)
}

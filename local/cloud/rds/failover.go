package rds

import (
	"context"
	"time"

	"myclothes/local/cloud/aws"
)

// look decides what is to be done about nodes that are not well, and has it done beside
// the keeper.
func (i *instance) look() {
	detection := i.service.host.Timings.Exactly(aws.DatabaseDetection)
	for _, node := range i.nodes() {
		if node.Ended(detection) {
			node.tellLost("its process ended")
		}
	}
	if i.source != nil {
		i.lookAfterReplica()
	} else {
		i.lookAfterPrimary()
		i.lookAfterStandby()
	}
	i.Publish()
	if due, waits := i.route.Settle(time.Now()); waits {
		i.At(due)
	} else if i.gone != nil {
		i.discard(i.gone)
		i.gone = nil
	}
}

// waits says whether a time is still to come, and makes the keeper look then.
func (i *instance) waits(until time.Time) bool {
	i.At(until)
	return time.Now().Before(until)
}

// failed notes that something could not be done, and that it is tried again in a while.
func (i *instance) failed(what string, err error) {
	i.problem, i.retry = err, time.Now().Add(lookInterval)
	i.service.host.Log.Error(what, "database", i.identifier(), "error", err)
}

// lookAfterPrimary makes the standby the primary when that is lost: it has every
// acknowledged write. Without one, the primary is started again with its data.
func (i *instance) lookAfterPrimary() {
	p := i.primary
	if p.Up || p.busy {
		return
	}
	i.internal.Move()
	if i.making != nil {
		i.making.abort() // nobody is there to copy from
	}
	s := i.standby
	if s != nil && s.busy || i.waits(p.Lost) || i.waits(i.retry) {
		return
	}
	if s != nil && s.Up && s.inSync {
		i.service.host.Log.Warn("database primary is down", "database", i.identifier(), "zone", p.Zone)
		s.begin(startTimeout, s.promote, func(err error) { i.promoted(s, err) })
		return
	}
	i.start(p)
}

// promoted takes in the outcome of a promotion.
func (i *instance) promoted(s *dbNode, err error) {
	if err != nil {
		// It may come to it later, and there must not be two primaries. The old one has
		// every acknowledged write as well.
		i.failed("database standby was not promoted", err)
		i.standby = nil
		i.discard(s)
		return
	}
	dead := i.primary
	i.primary, i.standby = s, nil
	s.follows, s.inSync = nil, false
	if err := s.reconfigure(); err != nil {
		i.failed("configuration of the new primary", err)
	}
	i.timeline.Add(1)
	if connections, err := s.connections(); err == nil {
		i.connections.Store(max(connections, i.connections.Load()))
	}
	i.internal.Move(s.Address)
	t := i.service.host.Timings
	i.route.Point(latest(time.Now(), dead.Lost.Add(t.Of(aws.DatabasePromotion))).Add(t.Of(aws.DNSLifetime)), s.Address)
	i.service.host.Log.Warn("database standby promoted", "database", i.identifier(), "zone", s.Zone)
	i.service.host.Events.Add(aws.FailedOver, i.identifier(), s.Zone, s.ID+" is the primary in the place of "+dead.ID)
	if i.gone != nil {
		i.discard(i.gone)
	}
	i.gone = dead
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// start starts a node on the data that it has.
func (i *instance) start(n *dbNode) {
	if n == i.primary && (i.standby == nil || !i.standby.Up) {
		n.waitsFor = ""
	}
	err := n.launch()
	if err != nil {
		i.failed("database node does not start", err)
		return
	}
	p := n.Process
	n.begin(startTimeout, func(ctx context.Context) error { return n.ready(ctx, p) }, func(err error) { i.started(n, err) })
}

// started takes in the outcome of a start.
func (i *instance) started(n *dbNode, err error) {
	if err != nil {
		n.broken = true
		i.failed("database node did not start", err)
		n.Process.Kill()
		return
	}
	n.usable()
	i.route.Renew()
	if i.source == nil {
		i.internal.Move(n.Address)
	}
}

// lookAfterReplica starts a read replica that ended again, and copies the source
// anew when it cannot follow any more.
func (i *instance) lookAfterReplica() {
	n := i.primary
	switch {
	case n.busy, n.Up && !n.lost():
	case i.waits(i.retry), !n.Up && i.waits(n.Lost):
	case !n.Up && !n.broken:
		i.start(n)
	case i.source.internal.Leads():
		i.service.host.Log.Warn("read replica is copied anew", "database", i.identifier())
		n.Up = false
		n.begin(copyTimeout, func(ctx context.Context) error {
			n.discard()
			return n.copy(ctx)
		}, func(err error) {
			if err != nil {
				n.broken = true
				i.failed("read replica was not copied", err)
				return
			}
			i.start(n)
		})
	}
}

// discard ends a node that is none of the database any more, and removes its data.
func (i *instance) discard(n *dbNode) {
	i.Beside(copyTimeout, func(context.Context) error { n.remove(); return nil }, func(error) {})
}

package elasticache

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"myclothes/local/cloud/aws"
)

// look decides what is to be done about nodes that are not well, and has it done beside
// the keeper.
func (g *replicationGroup) look() {
	detection := g.service.host.Timings.Exactly(aws.CacheDetection)
	for _, node := range g.nodes {
		if node.Ended(detection) {
			node.tellLost("its process ended")
		}
	}
	switch {
	case g.primary.Up:
		g.resize()
		g.startReplicas()
	case g.promoting || g.primary.busy || g.waits(g.primary.Lost) || g.waits(g.retry):
	case g.Spec().AutomaticFailoverEnabled && len(g.replicas()) > 0:
		g.failOver()
	default:
		g.start(g.primary)
	}
	g.point()
	g.Publish()
	for _, route := range []interface {
		Settle(time.Time) (time.Time, bool)
	}{g.primaryRoute, g.readerRoute} {
		if due, waits := route.Settle(time.Now()); waits {
			g.At(due)
		}
	}
}

// waits says whether a time is still to come, and makes the keeper look then.
func (g *replicationGroup) waits(until time.Time) bool {
	g.At(until)
	return time.Now().Before(until)
}

// failed notes that something could not be done, and that it is tried again in a while.
func (g *replicationGroup) failed(what string, n *cacheNode, err error) {
	g.problem, g.retry = err, time.Now().Add(lookInterval)
	g.service.host.Log.Error(what, "group", g.Spec().ReplicationGroupID, "node", n.ID, "error", err)
}

// replicas lists those that have had the primary's data and can be asked.
func (g *replicationGroup) replicas() []*cacheNode {
	return slices.DeleteFunc(slices.Clone(g.nodes), func(n *cacheNode) bool { return n == g.primary || !n.Up })
}

// failOver makes the replica that has the most of the data the primary, and lets the
// others follow it.
func (g *replicationGroup) failOver() {
	old, replicas := g.primary, g.replicas()
	g.service.host.Log.Warn("cache primary is down", "node", old.ID, "zone", old.Zone)
	servers := make([]*server, len(replicas))
	for i, node := range replicas {
		servers[i] = node.server
	}
	var best int
	g.promoting = true
	g.Beside(startTimeout, func(ctx context.Context) (err error) {
		if best, err = mostRecent(ctx, servers); err != nil {
			return err
		}
		if err := servers[best].lead(ctx); err != nil {
			return err
		}
		for i, s := range servers {
			if i != best {
				_ = s.follow(ctx, replicas[best].Address) // its watcher turns it otherwise
			}
		}
		return nil
	}, func(err error) {
		g.promoting = false
		if err != nil {
			g.failed("cache replica was not promoted", old, err)
			return
		}
		g.promoted(replicas[best], old)
	})
}

// mostRecent finds the server that has the most of the primary's changes, among those
// that say so.
func mostRecent(ctx context.Context, servers []*server) (best int, err error) {
	answers := make([]answer, len(servers))
	var asked sync.WaitGroup
	for i, s := range servers {
		asked.Go(func() { answers[i] = s.ask(ctx) })
	}
	asked.Wait()
	for i, a := range answers {
		if a.err == nil && (answers[best].err != nil || a.offset > answers[best].offset) {
			best = i
		}
	}
	return best, answers[best].err
}

// promoted takes in that a replica has become the primary. Clients find it when AWS would
// be as far, and their resolvers have asked again.
func (g *replicationGroup) promoted(n, old *cacheNode) {
	g.primary = n
	for _, node := range g.nodes {
		if node.busy {
			node.server.process.Kill() // it waits for the old primary's data
		}
	}
	t := g.service.host.Timings
	due := old.Lost.Add(t.Of(aws.CachePromotion))
	if now := time.Now(); due.Before(now) {
		due = now
	}
	g.primaryRoute.Point(due.Add(t.Of(aws.DNSLifetime)), n.Address)
	g.service.host.Log.Warn("cache replica promoted", "node", n.ID, "zone", n.Zone)
	g.service.host.Events.Add(aws.FailedOver, g.Spec().ReplicationGroupID, n.Zone, n.ID+" is the primary in the place of "+old.ID)
}

// startReplicas puts new replicas in the place of dead ones, as ElastiCache does: empty
// until they have the primary's data. One that clients are still led to as the primary
// waits for that to be over.
func (g *replicationGroup) startReplicas() {
	for _, n := range g.nodes {
		if !n.Up && !n.busy && !g.waits(n.Lost) && !g.waits(g.retry) && g.primaryRoute.Settled() {
			g.start(n)
		}
	}
}

// point says where clients are to be led. Readers are led to another replica when their
// resolvers have asked again.
func (g *replicationGroup) point() {
	due := time.Now().Add(g.service.host.Timings.Of(aws.DNSLifetime))
	g.primaryRoute.Point(due, g.primary.Address)
	var replicas []netip.AddrPort
	for _, n := range g.replicas() {
		replicas = append(replicas, n.Address)
	}
	if len(replicas) == 0 {
		replicas = append(replicas, g.primary.Address)
	}
	g.readerRoute.Point(due, replicas...)
}

package elasticache

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/datastore"
)

// answer is what a server says of itself.
type answer struct {
	primary netip.AddrPort // whom it follows, if anybody
	link    string         // "up" when it has the primary's data and gets its changes
	offset  int64          // how much of the primary's changes it has
	err     error
}

// follows says whether the server has the data of a primary and gets its changes.
func (a answer) follows(primary *cacheNode) bool {
	return a.link == "up" && a.primary == primary.Address
}

// ask asks the server whether it is well, and whom it follows.
func (s *server) ask(ctx context.Context) (a answer) {
	info, err := s.client.Info(ctx, "replication").Result()
	if err != nil {
		return answer{err: err}
	}
	fields := map[string]string{}
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		fields[name] = value
	}
	a.link = fields["master_link_status"]
	a.offset, _ = strconv.ParseInt(fields["slave_repl_offset"], 10, 64)
	if a.link != "" {
		a.primary, a.err = netip.ParseAddrPort(fields["master_host"] + ":" + fields["master_port"])
	}
	return a
}

// patience is how long a node may take to answer.
func (g *replicationGroup) patience() time.Duration {
	return g.service.host.Timings.Of(aws.CacheDetection) / datastore.MaxMisses
}

// watcher asks the server every lookInterval, and tells the keeper what it says.
func (n *cacheNode) watcher(s *server) func(context.Context) {
	return func(ctx context.Context) {
		tick := time.NewTicker(lookInterval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			a := s.ask(ctx)
			if a.err == nil {
				n.measure(ctx, s.client, s.process)
			}
			n.group.Say(func() {
				if n.server == s && n.Up {
					n.take(a)
				}
			})
		}
	}
}

// take notes what the server says. It gives up one that says nothing any more, and turns
// a replica to the primary that follows another one.
func (n *cacheNode) take(a answer) {
	g, h := n.group, n.group.service.host
	var refusal redis.Error // an answer too: a long script runs
	if a.err == nil || errors.As(a.err, &refusal) {
		n.Answered()
		n.offset = a.offset
		if a.err == nil && n != g.primary && g.primary.Up && a.primary != g.primary.Address {
			n.turn()
		}
		return
	}
	if n.Alive() && n.Missed(h.Timings.Of(aws.CacheDetection)) {
		h.Log.Warn("cache node does not answer", "node", n.ID, "error", a.err)
		// To its clients it is a machine that was lost: nobody tells them that it is gone.
		g.primaryEnd.Fail(n.Address)
		g.readerEnd.Fail(n.Address)
		n.GiveUp()
		n.tellLost("it does not answer")
	}
}

// turn makes a replica follow the primary.
func (n *cacheNode) turn() {
	s, primary := n.server, n.group.primary.Address
	n.group.Beside(startTimeout, func(ctx context.Context) error { return s.follow(ctx, primary) }, func(err error) {
		if err != nil {
			n.group.service.host.Log.Error("cache replica does not follow", "node", n.ID, "error", err)
		}
	})
}

func (n *cacheNode) tellLost(why string) {
	n.group.service.host.Events.Add(aws.NodeLost, n.ID, n.Zone, why)
}

package elasticache

import (
	"context"
	"net/netip"
	"slices"

	"myclothes/local/cloud/aws"
)

// look repairs what is not well.
func (g *replicationGroup) look(ctx context.Context) {
	well := true
	for _, node := range g.nodes {
		node.check(ctx)
		well = well && node.Alive()
	}
	if well || ctx.Err() != nil {
		return
	}
	if !g.primary.Alive() && !g.failOver(ctx) && g.replicaAlive() && g.Spec().AutomaticFailoverEnabled {
		g.Publish()
		return // an empty primary would empty the replicas: ask them again
	}
	g.route()
	if err := g.restart(ctx); err != nil {
		g.service.host.Log.Error("cache node did not come back", "group", g.Spec().ReplicationGroupID, "error", err)
	}
	g.route()
}

// failOver makes the replica that has the most of the data the primary, and says
// whether there is one.
func (g *replicationGroup) failOver(ctx context.Context) bool {
	old := g.primary
	g.service.host.Log.Warn("cache primary is down", "node", old.ID, "zone", old.Zone, "failover", g.Spec().AutomaticFailoverEnabled)
	g.primaryEnd.Move()
	if !g.Spec().AutomaticFailoverEnabled {
		return false
	}
	best := g.mostRecentReplica(ctx)
	if best == nil {
		return false
	}
	if err := best.client.ReplicaOf(ctx, "NO", "ONE").Err(); err != nil {
		g.service.host.Log.Error("cache replica was not promoted", "node", best.ID, "error", err)
		return false
	}
	g.primary = best
	g.service.host.Log.Warn("cache replica promoted", "node", best.ID, "zone", best.Zone)
	g.service.host.Events.Add(aws.FailedOver, g.Spec().ReplicationGroupID, best.Zone, best.ID+" is the primary in the place of "+old.ID)
	for _, node := range g.nodes {
		if node != best && node.Alive() {
			if err := node.follow(ctx, best); err != nil {
				g.service.host.Log.Error("cache replica does not follow", "node", node.ID, "error", err)
			}
		}
	}
	return true
}

func (g *replicationGroup) replicaAlive() bool {
	return slices.ContainsFunc(g.nodes, func(n *cacheNode) bool { return n != g.primary && n.Alive() })
}

func (g *replicationGroup) mostRecentReplica(ctx context.Context) *cacheNode {
	var best *cacheNode
	var most int64 = -1
	for _, node := range g.nodes {
		if node == g.primary || !node.Alive() {
			continue
		}
		if offset, err := node.offset(ctx); err == nil && offset > most {
			best, most = node, offset
		}
	}
	return best
}

// restart puts new nodes in the place of dead ones, as ElastiCache does: empty
// until they have the primary's data.
func (g *replicationGroup) restart(ctx context.Context) error {
	if !g.primary.Alive() {
		if err := g.startNode(ctx, g.primary); err != nil {
			return err
		}
		g.route()
	}
	return g.startReplicas(ctx)
}

// route points the endpoints at the nodes. It says how those are before anybody is led
// to them.
func (g *replicationGroup) route() {
	g.Publish()
	var primary, replicas []netip.AddrPort
	for _, node := range g.nodes {
		switch {
		case !node.Alive():
		case node == g.primary:
			primary = append(primary, node.Address)
		default:
			replicas = append(replicas, node.Address)
		}
	}
	g.primaryEnd.Move(primary...)
	if len(replicas) == 0 {
		replicas = primary
	}
	g.readerEnd.Move(replicas...)
}

package elasticache

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"myclothes/local/cloud/aws"
)

// change changes the running group from one declaration to the next.
func (g *replicationGroup) change(ctx context.Context, before, spec ReplicationGroup) error {
	if spec.TransitEncryptionEnabled != before.TransitEncryptionEnabled || spec.Port != before.Port {
		return errors.New("transitEncryptionEnabled and port do not change on a running group here: down and up again")
	}
	g.primaryEnd.SetGroups(spec.SecurityGroupIDs)
	g.readerEnd.SetGroups(spec.SecurityGroupIDs)
	if err := g.changeTokens(ctx, before, spec); err != nil {
		return err
	}
	if err := g.applyParameters(ctx); err != nil {
		return err
	}
	return g.settle(ctx)
}

// eachUp does something with every node that can be used; the others are configured when
// they start.
func (g *replicationGroup) eachUp(ctx context.Context, do func(*cacheNode, *server) error) error {
	nodes := map[*cacheNode]*server{}
	err := g.Do(ctx, func() error {
		for _, n := range g.nodes {
			if n.Up {
				nodes[n] = n.server
			}
		}
		return nil
	})
	for n, s := range nodes {
		if err == nil {
			if err = do(n, s); err != nil {
				err = fmt.Errorf("%s: %w", s.id, err)
			}
		}
	}
	return err
}

// ApplyParameters sets the declared group's parameters on every node.
func (g *replicationGroup) ApplyParameters(ctx context.Context) error {
	return g.Alone(func() error { return g.applyParameters(ctx) })
}

func (g *replicationGroup) applyParameters(ctx context.Context) error {
	parameters, err := g.parameters()
	if err != nil {
		return err
	}
	return g.eachUp(ctx, func(n *cacheNode, s *server) error {
		ignored, err := s.apply(ctx, parameters)
		if err != nil {
			return err
		}
		return g.Do(ctx, func() error { n.ignored = ignored; return nil })
	})
}

// resize adds or removes replicas, the newest first.
func (g *replicationGroup) resize() {
	for len(g.nodes) < g.Spec().NumCacheClusters && !g.waits(g.retry) {
		if err := g.addNode(); err != nil {
			g.failed("cache node", g.primary, err)
		}
	}
	for i := len(g.nodes) - 1; i >= 0 && len(g.nodes) > g.Spec().NumCacheClusters; i-- {
		if n := g.nodes[i]; n != g.primary && !n.busy {
			g.nodes = slices.Delete(g.nodes, i, i+1)
			g.point()
			g.removed = append(g.removed, n)
		}
	}
	if g.readerRoute.Settled() {
		for _, n := range g.removed {
			n.stop()
			g.primaryEnd.CloseNode(n.Address)
		}
		g.removed = nil
	}
}

// show says how the nodes are.
func (g *replicationGroup) show() []aws.Component {
	components := make([]aws.Component, 0, len(g.nodes))
	for _, node := range g.nodes {
		components = append(components, node.component())
	}
	return components
}

func (n *cacheNode) component() aws.Component {
	c := aws.Component{
		Kind:    "cache replica",
		Address: n.group.readerEnd.String(),
		State:   "available",
		Healthy: n.Up && n.Alive(),
		Log:     n.group.service.host.LogPath("cache-" + n.ID),
		Note:    n.note(),
	}
	if n == n.group.primary {
		c.Kind, c.Address = "cache primary", n.group.primaryEnd.String()
	}
	switch {
	case c.Healthy:
	case n == n.group.primary && len(n.group.replicas()) > 0:
		c.State = "failing over: it is lost"
	default:
		c.State = "restarting: it is lost"
	}
	return n.Describe(c)
}

func (n *cacheNode) note() string {
	spec := n.group.Spec()
	note := fmt.Sprintf("declared %s %s, runs redis-server %s", spec.Engine, spec.EngineVersion, redisVersion())
	if len(n.ignored) > 0 {
		note += "; ElastiCache parameters without effect here: " + strings.Join(n.ignored, ", ")
	}
	if waiting := n.group.Pending(); len(waiting) > 0 {
		note += "; waits for the maintenance window (make maintenance): " + strings.Join(waiting, ", ")
	}
	return note
}

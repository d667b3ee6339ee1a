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
	if spec.AuthToken != before.AuthToken {
		for _, node := range g.alive() {
			if err := node.setToken(ctx, spec); err != nil {
				return fmt.Errorf("auth token of %s: %w", node.ID, err)
			}
		}
	}
	if err := g.ApplyParameters(ctx); err != nil {
		return err
	}
	return g.resize(ctx)
}

// alive lists the nodes that run; the others are configured when they start.
func (g *replicationGroup) alive() []*cacheNode {
	return slices.DeleteFunc(slices.Clone(g.nodes), func(n *cacheNode) bool { return !n.Alive() })
}

// ApplyParameters sets the declared group's parameters on every node.
func (g *replicationGroup) ApplyParameters(ctx context.Context) error {
	parameters, err := g.parameters()
	if err != nil {
		return err
	}
	for _, node := range g.alive() {
		if err := node.apply(ctx, parameters); err != nil {
			return fmt.Errorf("%s: %w", node.ID, err)
		}
	}
	g.Publish()
	return nil
}

// resize adds or removes replicas, the newest first.
func (g *replicationGroup) resize(ctx context.Context) error {
	for len(g.nodes) < g.Spec().NumCacheClusters {
		if err := g.addNode(); err != nil {
			return err
		}
	}
	var removed []*cacheNode
	for i := len(g.nodes) - 1; i >= 0 && len(g.nodes) > g.Spec().NumCacheClusters; i-- {
		if g.nodes[i] != g.primary {
			removed = append(removed, g.nodes[i])
			g.nodes = slices.Delete(g.nodes, i, i+1)
		}
	}
	err := g.startReplicas(ctx)
	g.route()
	for _, node := range removed {
		node.stop()
		g.primaryEnd.CloseNode(node.Address)
	}
	return err
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
		Healthy: n.Alive(),
		Log:     n.group.service.host.LogPath("cache-" + n.ID),
		Note:    n.note(),
	}
	if n == n.group.primary {
		c.Kind, c.Address = "cache primary", n.group.primaryEnd.String()
	}
	if !c.Healthy {
		c.State = "restarting: its process ended"
	}
	return n.Describe(c)
}

func (n *cacheNode) note() string {
	spec := n.group.Spec()
	note := fmt.Sprintf("declared %s %s, runs redis-server %s", spec.Engine, spec.EngineVersion, redisVersion())
	if len(n.ignored) > 0 {
		note += "; ElastiCache parameters without effect here: " + strings.Join(n.ignored, ", ")
	}
	return note
}

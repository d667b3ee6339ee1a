package cloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// How often the nodes of a replication group are asked whether they are well. The
// end of a process is noticed at once.
const cacheLookInterval = 250 * time.Millisecond

// replicationGroup is a primary and its replicas. Only its keeper changes it.
type replicationGroup struct {
	cloud      *Cloud
	resource   Resource
	dir        string
	primaryEnd *endpoint // where writes go
	readerEnd  *endpoint // where reads may go
	keeper     *keeper

	spec      ReplicationGroup
	placement placement
	nodes     []*cacheNode
	primary   *cacheNode
	serial    int // of the node that was made last

	components atomic.Pointer[[]Component]
}

func (c *Cloud) startReplicationGroup(ctx context.Context, r Resource, spec ReplicationGroup) (*replicationGroup, error) {
	g := &replicationGroup{cloud: c, resource: r, spec: spec, dir: c.path("elasticache", spec.ReplicationGroupID)}
	err := g.start(ctx)
	if err != nil {
		return nil, errors.Join(err, g.stop(ctx))
	}
	g.keeper = newKeeper(cacheLookInterval, g.look)
	for _, node := range g.nodes {
		g.keeper.wakeWhenEnded(node.process)
	}
	return g, nil
}

func (g *replicationGroup) start(ctx context.Context) error {
	group, ok := g.cloud.cacheSubnetGroups.find(g.spec.SubnetGroupName)
	if !ok {
		return fmt.Errorf("no subnet group %q", g.spec.SubnetGroupName)
	}
	if _, err := g.parameters(); err != nil {
		return err
	}
	var err error
	if g.placement, err = g.cloud.network.placement(group.Name, group.spec.SubnetIDs); err != nil {
		return err
	}
	if err := os.MkdirAll(g.dir, 0o700); err != nil {
		return err
	}
	if g.primaryEnd, err = g.openEndpoint("primary"); err != nil {
		return err
	}
	if g.readerEnd, err = g.openEndpoint("reader"); err != nil {
		return err
	}
	for range g.spec.NumCacheClusters {
		if err := g.addNode(); err != nil {
			return err
		}
	}
	g.primary = g.nodes[0]
	if err := g.startNode(ctx, g.primary); err != nil {
		return err
	}
	if err := g.startReplicas(ctx); err != nil {
		return err
	}
	g.route()
	return nil
}

func (g *replicationGroup) openEndpoint(role string) (*endpoint, error) {
	zone := g.placement.zones[0]
	owner := "cache " + g.spec.ReplicationGroupID + " " + role
	return g.cloud.openEndpoint(owner, g.placement.subnet[zone], g.spec.SecurityGroupIDs, g.spec.Port)
}

// addNode makes a node in the zone that has the fewest, without starting it.
func (g *replicationGroup) addNode() error {
	zones := map[string]int{}
	for _, node := range g.nodes {
		zones[node.zone]++
	}
	choice := g.placement.zones
	if len(g.spec.PreferredCacheClusterAZs) > 0 {
		choice = g.spec.PreferredCacheClusterAZs
	}
	zone := slices.MinFunc(choice, func(a, b string) int { return cmp.Compare(zones[a], zones[b]) })
	g.serial++
	node, err := g.newNode(fmt.Sprintf("%s-%03d", g.spec.ReplicationGroupID, g.serial), zone)
	if err != nil {
		return err
	}
	g.nodes = append(g.nodes, node)
	return nil
}

// startReplicas starts every node that does not run, all at once.
func (g *replicationGroup) startReplicas(ctx context.Context) error {
	var starts errgroup.Group
	for _, node := range g.nodes {
		if node != g.primary && !node.alive() {
			starts.Go(func() error { return g.startNode(ctx, node) })
		}
	}
	return starts.Wait()
}

// startNode starts the node in its present role, and returns when it is usable.
func (g *replicationGroup) startNode(ctx context.Context, node *cacheNode) error {
	var primary *cacheNode
	if node != g.primary {
		primary = g.primary
	}
	if err := node.start(ctx, g.spec, primary); err != nil {
		return err
	}
	if g.keeper != nil {
		g.keeper.wakeWhenEnded(node.process)
	}
	parameters, err := g.parameters()
	if err != nil {
		return err
	}
	return node.apply(ctx, parameters)
}

// parameters returns those of the declared group; AWS's default groups have none.
func (g *replicationGroup) parameters() ([]Parameter, error) {
	name := g.spec.ParameterGroupName
	if name == "" || strings.HasPrefix(name, "default.") {
		return nil, nil
	}
	group, ok := g.cloud.cacheParameterGroups.find(name)
	if !ok {
		return nil, fmt.Errorf("no parameter group %q", name)
	}
	return group.spec.Parameters, nil
}

func (g *replicationGroup) outputs() Outputs {
	var members []string
	for _, c := range *g.components.Load() {
		members = append(members, c.ID)
	}
	return Outputs{
		"arn":                    g.resource.ARN,
		"replicationGroupId":     g.spec.ReplicationGroupID,
		"port":                   g.spec.Port,
		"primaryEndpointAddress": g.primaryEnd.host(),
		"readerEndpointAddress":  g.readerEnd.host(),
		"memberClusters":         members,
		"engineVersionActual":    redisVersion(),
		"clusterEnabled":         false,
	}
}

// stop ends all nodes and frees the addresses.
func (g *replicationGroup) stop(context.Context) error {
	g.keeper.stop()
	for _, node := range g.nodes {
		node.stop()
	}
	g.primaryEnd.close()
	g.readerEnd.close()
	return os.RemoveAll(g.dir)
}

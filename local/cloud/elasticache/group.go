package elasticache

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/host"
)

// How often the nodes of a replication group are asked whether they are well. The
// end of a process is noticed at once.
const lookInterval = 250 * time.Millisecond

// replicationGroup is a primary and its replicas. Only its keeper changes it.
type replicationGroup struct {
	datastore.Kept[ReplicationGroup]
	service    *ElastiCache
	resource   aws.Resource
	dir        string
	primaryEnd *ec2.Endpoint // where writes go
	readerEnd  *ec2.Endpoint // where reads may go

	placement ec2.Placement
	nodes     []*cacheNode
	primary   *cacheNode
	serial    int // of the node that was made last
}

func (s *ElastiCache) start(ctx context.Context, r aws.Resource, spec ReplicationGroup) (*replicationGroup, error) {
	g := &replicationGroup{service: s, resource: r, dir: s.host.Path("elasticache", spec.ReplicationGroupID)}
	g.Declare(spec, g.show)
	if err := g.start(ctx); err != nil {
		return nil, errors.Join(err, g.Stop())
	}
	var processes []*host.Process
	for _, node := range g.nodes {
		processes = append(processes, node.Process)
	}
	g.Keep(lookInterval, g.look, processes...)
	return g, nil
}

func (g *replicationGroup) start(ctx context.Context) error {
	if _, err := g.parameters(); err != nil {
		return err
	}
	var err error
	if g.placement, err = g.service.SubnetGroups.Placement(g.Spec().SubnetGroupName); err != nil {
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
	for range g.Spec().NumCacheClusters {
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

func (g *replicationGroup) openEndpoint(role string) (*ec2.Endpoint, error) {
	owner := "cache " + g.Spec().ReplicationGroupID + " " + role
	return g.service.network.OpenEndpoint(owner, g.Spec().SecurityGroupIDs, g.Spec().Port)
}

// addNode makes a node in the zone that has the fewest, without starting it.
func (g *replicationGroup) addNode() error {
	zones := map[string]int{}
	for _, node := range g.nodes {
		zones[node.Zone]++
	}
	choice := g.placement.Zones
	if len(g.Spec().PreferredCacheClusterAZs) > 0 {
		choice = g.Spec().PreferredCacheClusterAZs
	}
	zone := slices.MinFunc(choice, func(a, b string) int { return cmp.Compare(zones[a], zones[b]) })
	g.serial++
	node, err := g.newNode(fmt.Sprintf("%s-%03d", g.Spec().ReplicationGroupID, g.serial), zone)
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
		if node != g.primary && !node.Alive() {
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
	if err := node.start(ctx, g.Spec(), primary); err != nil {
		return err
	}
	g.Watch(node.Process)
	parameters, err := g.parameters()
	if err != nil {
		return err
	}
	return node.apply(ctx, parameters)
}

func (g *replicationGroup) parameters() ([]datastore.Parameter, error) {
	return g.service.ParameterGroups.Parameters(g.Spec().ParameterGroupName)
}

// ParameterGroup is the declared one.
func (g *replicationGroup) ParameterGroup() string { return g.Spec().ParameterGroupName }

// Outputs are what AWS computes of a replication group.
func (g *replicationGroup) Outputs() aws.Outputs {
	var members []string
	for _, c := range g.Components() {
		members = append(members, c.ID)
	}
	return aws.Outputs{
		"arn":                    g.resource.ARN,
		"replicationGroupId":     g.Spec().ReplicationGroupID,
		"port":                   g.Spec().Port,
		"primaryEndpointAddress": g.primaryEnd.Host(),
		"readerEndpointAddress":  g.readerEnd.Host(),
		"memberClusters":         members,
		"engineVersionActual":    redisVersion(),
		"clusterEnabled":         false,
	}
}

// Stop ends all nodes and frees the addresses.
func (g *replicationGroup) Stop() error {
	g.Leave()
	for _, node := range g.nodes {
		node.stop()
	}
	g.primaryEnd.Close()
	g.readerEnd.Close()
	return os.RemoveAll(g.dir)
}

package elasticache

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/ec2"
)

// How often the nodes of a replication group are asked whether they are well. The
// end of a process is noticed at once.
const lookInterval = 500 * time.Millisecond

// replicationGroup is a primary and its replicas. Only its keeper changes it.
type replicationGroup struct {
	datastore.Kept[ReplicationGroup]
	service    *ElastiCache
	resource   aws.Resource
	dir        string
	primaryEnd *ec2.Endpoint // where writes go
	readerEnd  *ec2.Endpoint // where reads may go

	primaryRoute *datastore.Route // where primaryEnd leads
	readerRoute  *datastore.Route // where readerEnd leads

	placement ec2.Placement
	nodes     []*cacheNode
	primary   *cacheNode
	removed   []*cacheNode // those that readers may still be led to
	serial    int          // of the node that was made last
	promoting bool         // a replica is being made the primary

	tokens     []string // those that clients may use; any or none will do if empty
	keeperPass string   // of keeperUser

	problem error     // what could not be done last
	retry   time.Time // when it is tried again
}

func (s *ElastiCache) start(ctx context.Context, r aws.Resource, spec ReplicationGroup) (*replicationGroup, error) {
	g := &replicationGroup{service: s, resource: r, dir: s.host.Path("elasticache", spec.ReplicationGroupID), keeperPass: rand.Text()}
	if spec.AuthToken != "" {
		g.tokens = []string{spec.AuthToken}
	}
	g.Declare(spec, g.show)
	err := g.prepare()
	if err == nil {
		g.Publish()
		g.Start(lookInterval, g.look)
		err = g.settle(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, g.Stop())
	}
	return g, nil
}

// prepare makes everything but the nodes' processes.
func (g *replicationGroup) prepare() error {
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
	g.primaryRoute, g.readerRoute = datastore.NewRoute(g.primaryEnd), datastore.NewRoute(g.readerEnd)
	for range g.Spec().NumCacheClusters {
		if err := g.addNode(); err != nil {
			return err
		}
	}
	g.primary = g.nodes[0]
	return nil
}

// settle waits until all nodes that are declared can be used, and no other one is there.
func (g *replicationGroup) settle(ctx context.Context) error {
	if err := g.Do(ctx, func() error { g.problem = nil; return nil }); err != nil {
		return err
	}
	return g.Await(ctx, func() (bool, error) {
		down := slices.ContainsFunc(g.nodes, func(n *cacheNode) bool { return !n.Up })
		settled := g.primaryRoute.Settled() && g.readerRoute.Settled()
		return !down && settled && len(g.removed) == 0 && len(g.nodes) == g.Spec().NumCacheClusters, g.problem
	})
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

// start starts a node in its present role. A primary that replaces a lost one gets the data
// of a replica, if there is one.
func (g *replicationGroup) start(n *cacheNode) {
	source := g.primary
	if n == g.primary {
		source = g.seed()
	}
	parameters, err := g.parameters()
	if err == nil {
		err = n.launch(source)
	}
	if err != nil {
		g.failed("cache node does not start", n, err)
		return
	}
	s, address := n.server, n.Address
	var seed *server
	if n == g.primary && source != nil {
		seed = source.server
	}
	var ignored []string
	n.busy = true
	g.Beside(startTimeout, func(ctx context.Context) error {
		err := seed.lead(ctx) // a replica without its primary gives its data to nobody
		if err == nil {
			err = s.ready(ctx, address, source)
		}
		if err == nil && seed != nil {
			err = s.lead(ctx) // the watcher turns the seed back
		}
		if err == nil {
			ignored, err = s.apply(ctx, parameters)
		}
		return err
	}, func(err error) {
		n.busy, n.ignored = false, ignored
		g.started(n, err)
	})
}

// seed is the replica that has the most of the lost primary's data, or nil.
func (g *replicationGroup) seed() *cacheNode {
	replicas := g.replicas()
	if len(replicas) == 0 {
		return nil
	}
	return slices.MaxFunc(replicas, func(a, b *cacheNode) int { return cmp.Compare(a.offset, b.offset) })
}

// started takes in the outcome of a start.
func (g *replicationGroup) started(n *cacheNode, err error) {
	if err != nil {
		g.failed("cache node did not start", n, err)
		n.server.process.Kill()
		return
	}
	n.Usable()
	g.primaryRoute.Renew()
	g.readerRoute.Renew()
	g.Watch(n.server.process, n.watcher(n.server))
	g.service.host.Events.Add(aws.NodeStarted, n.ID, n.Zone, "")
}

// parameters are those that nodes are to have: the declared group's, and the memory that
// those and the node type leave for data.
func (g *replicationGroup) parameters() ([]datastore.Parameter, error) {
	declared, err := g.service.ParameterGroups.Parameters(g.Spec().ParameterGroupName)
	if err != nil {
		return nil, err
	}
	memory, err := maxmemory(g.Spec().NodeType, declared)
	if err != nil || memory == 0 {
		return declared, err
	}
	return append(slices.Clone(declared), datastore.Parameter{Name: "maxmemory", Value: strconv.FormatInt(memory, 10)}), nil
}

// ParameterGroup is the declared one.
func (g *replicationGroup) ParameterGroup() string { return g.Spec().ParameterGroupName }

// SubnetGroup is the declared one.
func (g *replicationGroup) SubnetGroup() string { return g.Spec().SubnetGroupName }

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
	g.Keeper.Stop()
	for _, node := range slices.Concat(g.nodes, g.removed) {
		node.stop()
	}
	g.primaryEnd.Close()
	g.readerEnd.Close()
	return os.RemoveAll(g.dir)
}

package elasticache

import (
	"context"
	"fmt"
	"slices"

	"myclothes/local/cloud/aws"
)

// Described is a replication group as operators see it.
type Described struct {
	aws.Resource
	Declared        ReplicationGroup
	Primary, Reader string // addresses of the endpoints
	Nodes           []DescribedNode
}

// DescribedNode is a node of a replication group.
type DescribedNode struct {
	ID, Zone         string
	Primary, Healthy bool
}

// NodeGroupID is the one node group's of a replication group without cluster mode.
const NodeGroupID = "0001"

// Healthy says whether all nodes are well.
func (d Described) Healthy() bool {
	return !slices.ContainsFunc(d.Nodes, func(n DescribedNode) bool { return !n.Healthy })
}

// Describe lists the replication groups.
func (s *ReplicationGroups) Describe() []Described {
	var all []Described
	for _, g := range s.All() {
		d := Described{Resource: g.resource, Declared: g.Spec(), Primary: g.primaryEnd.Host(), Reader: g.readerEnd.Host()}
		for _, c := range g.Components() {
			d.Nodes = append(d.Nodes, DescribedNode{c.ID, c.Zone, c.Kind == "cache primary", c.Healthy})
		}
		all = append(all, d)
	}
	return all
}

// TestFailover ends a group's primary, as the call of that name does. It returns at once:
// the keeper notices, promotes a replica, and puts a new node in the place of the old one.
// Errors are AWS's:
// https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_TestFailover.html
func (s *ReplicationGroups) TestFailover(ctx context.Context, group, nodeGroup string) error {
	i := slices.IndexFunc(s.All(), func(g *replicationGroup) bool { return g.Spec().ReplicationGroupID == group })
	if i < 0 {
		return aws.Error{Code: "ReplicationGroupNotFoundFault", Message: fmt.Sprintf("ReplicationGroup %s not found.", group)}
	}
	g := s.All()[i]
	return g.Do(ctx, func() error {
		switch {
		case nodeGroup != NodeGroupID:
			return aws.Error{Code: "NodeGroupNotFoundFault", Message: fmt.Sprintf("Node group %s not found.", nodeGroup)}
		case !g.Spec().AutomaticFailoverEnabled:
			return aws.Error{Code: "InvalidReplicationGroupState", Message: "Automatic failover must be enabled for the replication group."}
		case slices.ContainsFunc(g.nodes, func(n *cacheNode) bool { return !n.Up }):
			return aws.Error{Code: "InvalidReplicationGroupState", Message: "The replication group is not available: a node is still being replaced."}
		}
		g.primary.GiveUp() // nobody has to detect it
		g.primary.tellLost("its failover is tested")
		return nil
	})
}

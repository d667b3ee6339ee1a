package operate

import (
	"context"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/elasticache"
)

// caching is Amazon ElastiCache.
type caching struct {
	groups *elasticache.ReplicationGroups
}

func (s caching) actions() map[string]action {
	return map[string]action{
		"DescribeReplicationGroups": act(s.describeReplicationGroups),
		"TestFailover":              act(s.testFailover),
	}
}

type describeReplicationGroups struct {
	ReplicationGroupId string
	MaxRecords         int
	Marker             string
}

type replicationGroups struct {
	ReplicationGroups []replicationGroup `xml:"ReplicationGroups>ReplicationGroup"`
	Marker            string             `xml:",omitempty"`
}

type replicationGroup struct {
	ReplicationGroupId, Status                 string
	MemberClusters                             []string    `xml:"MemberClusters>ClusterId"`
	NodeGroups                                 []nodeGroup `xml:"NodeGroups>NodeGroup"`
	AutomaticFailover, MultiAZ                 string
	AuthTokenEnabled, TransitEncryptionEnabled bool
	ClusterEnabled                             bool
	ARN, Engine                                string
}

type nodeGroup struct {
	NodeGroupId, Status             string
	PrimaryEndpoint, ReaderEndpoint endpoint
	NodeGroupMembers                []nodeGroupMember `xml:"NodeGroupMembers>NodeGroupMember"`
}

type endpoint struct {
	Address string
	Port    int
}

type nodeGroupMember struct {
	CacheClusterId, CacheNodeId, PreferredAvailabilityZone, CurrentRole string
}

func (s caching) describeReplicationGroups(_ context.Context, in describeReplicationGroups) (out replicationGroups, err error) {
	all := s.groups.Describe()
	if in.ReplicationGroupId != "" {
		all = only(all, []string{in.ReplicationGroupId}, func(d elasticache.Described) []string { return []string{d.Declared.ReplicationGroupID} })
		if len(all) == 0 {
			return out, aws.Errorf("ReplicationGroupNotFoundFault", "ReplicationGroup %s not found.", in.ReplicationGroupId)
		}
	}
	all, out.Marker, err = page(all, in.Marker, in.MaxRecords)
	for _, d := range all {
		out.ReplicationGroups = append(out.ReplicationGroups, shownReplicationGroup(d))
	}
	return out, err
}

type testFailover struct{ ReplicationGroupId, NodeGroupId string }

type failedOver struct{ ReplicationGroup replicationGroup }

// testFailover takes one node group, as AWS does.
func (s caching) testFailover(ctx context.Context, in testFailover) (out failedOver, err error) {
	if err := s.groups.TestFailover(ctx, in.ReplicationGroupId, in.NodeGroupId); err != nil {
		return out, err
	}
	for _, d := range s.groups.Describe() {
		if d.Declared.ReplicationGroupID == in.ReplicationGroupId {
			out.ReplicationGroup = shownReplicationGroup(d)
			out.ReplicationGroup.Status = "modifying"
		}
	}
	return out, nil
}

func shownReplicationGroup(d elasticache.Described) replicationGroup {
	spec := d.Declared
	nodes := nodeGroup{NodeGroupId: elasticache.NodeGroupID, Status: "available",
		PrimaryEndpoint: endpoint{d.Primary, spec.Port}, ReaderEndpoint: endpoint{d.Reader, spec.Port}}
	if !d.Healthy() {
		nodes.Status = "modifying"
	}
	shown := replicationGroup{
		ReplicationGroupId: spec.ReplicationGroupID, Status: nodes.Status,
		AutomaticFailover: enabled(spec.AutomaticFailoverEnabled), MultiAZ: enabled(spec.MultiAZEnabled),
		AuthTokenEnabled: spec.AuthToken != "", TransitEncryptionEnabled: spec.TransitEncryptionEnabled,
		ARN: d.ARN, Engine: spec.Engine,
	}
	for _, n := range d.Nodes {
		role := "replica"
		if n.Primary {
			role = "primary"
		}
		shown.MemberClusters = append(shown.MemberClusters, n.ID)
		nodes.NodeGroupMembers = append(nodes.NodeGroupMembers, nodeGroupMember{n.ID, "0001", n.Zone, role})
	}
	shown.NodeGroups = []nodeGroup{nodes}
	return shown
}

func enabled(on bool) string {
	if on {
		return "enabled"
	}
	return "disabled"
}

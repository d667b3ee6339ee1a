// Package elasticache is Amazon ElastiCache without cluster mode, with redis-server behind
// it: a primary, its replicas, and failover between them.
package elasticache

import (
	"context"
	"fmt"
	"strings"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/host"
)

// ReplicationGroup is aws:elasticache/replicationGroup:ReplicationGroup without
// cluster mode.
type ReplicationGroup struct {
	ReplicationGroupID       string   `json:"replicationGroupId"` // the physical name if empty
	Engine                   string   `json:"engine"`
	EngineVersion            string   `json:"engineVersion"`
	Port                     int      `json:"port"`             // 6379 if 0
	NumCacheClusters         int      `json:"numCacheClusters"` // nodes, the primary among them; 1 if 0
	AutomaticFailoverEnabled bool     `json:"automaticFailoverEnabled"`
	MultiAZEnabled           bool     `json:"multiAzEnabled"`
	TransitEncryptionEnabled bool     `json:"transitEncryptionEnabled"`
	AuthToken                string   `json:"authToken"`
	AuthTokenUpdateStrategy  string   `json:"authTokenUpdateStrategy"` // ROTATE if empty
	ParameterGroupName       string   `json:"parameterGroupName"`
	SubnetGroupName          string   `json:"subnetGroupName"`
	SecurityGroupIDs         []string `json:"securityGroupIds"`
	NodeType                 string   `json:"nodeType"`
	PreferredCacheClusterAZs []string `json:"preferredCacheClusterAzs"`
	ApplyImmediately         bool     `json:"applyImmediately"`        // do not wait for the maintenance window
	FinalSnapshotIdentifier  string   `json:"finalSnapshotIdentifier"` // none is taken on delete if empty
}

// ElastiCache is the service of that name in one account.
type ElastiCache struct {
	SubnetGroups      datastore.SubnetGroups
	ParameterGroups   datastore.ParameterGroups
	ReplicationGroups *ReplicationGroups

	host    *host.Host
	network *ec2.Network

	said      datastore.Samples[saidByNode] // by nodes, for the metrics
	published map[string]*published         // of nodes, by whoever publishes
}

// New returns a service without groups. Nodes run on the host, and their endpoints are in
// the network.
func New(h *host.Host, n *ec2.Network) *ElastiCache {
	s := &ElastiCache{SubnetGroups: datastore.NewSubnetGroups(n, subnetsInUse), ParameterGroups: datastore.NewParameterGroups(parametersInUse, checkParameters), host: h, network: n}
	stores := datastore.NewStores[*replicationGroup]("replication group", s.ParameterGroups, s.SubnetGroups)
	s.ReplicationGroups = &ReplicationGroups{stores, s, datastore.NewSnapshots(snapshotExists)}
	h.Metrics.Every(s.publish)
	return s
}

// ReplicationGroups implements Service[ReplicationGroup] with redis-server.
type ReplicationGroups struct {
	*datastore.Stores[*replicationGroup]
	service   *ElastiCache
	snapshots *datastore.Snapshots
}

// Create returns when all nodes are usable.
func (s *ReplicationGroups) Create(ctx context.Context, r aws.Resource, spec ReplicationGroup) (aws.Outputs, error) {
	spec, err := spec.withDefaults(r)
	if err != nil {
		return nil, err
	}
	var g *replicationGroup
	if err = s.service.checkFamily(spec); err == nil {
		g, err = s.service.start(ctx, r, spec)
	}
	if err != nil {
		return nil, fmt.Errorf("replication group %s: %w", spec.ReplicationGroupID, err)
	}
	return s.Add(r, g), nil
}

// Update changes the running group to what is declared now.
func (s *ReplicationGroups) Update(ctx context.Context, r aws.Resource, spec ReplicationGroup) (aws.Outputs, error) {
	spec, err := spec.withDefaults(r)
	if err != nil {
		return nil, err
	}
	g, err := s.Get(r)
	if err != nil {
		return nil, err
	}
	err = s.service.checkFamily(spec)
	if err == nil {
		err = g.Modify(ctx, spec, spec.ApplyImmediately, deferred, g.change)
	}
	if err != nil {
		return nil, fmt.Errorf("replication group %s: %w", spec.ReplicationGroupID, err)
	}
	return g.Outputs(), nil
}

// withDefaults fills in what AWS would, and refuses what AWS would.
func (g ReplicationGroup) withDefaults(r aws.Resource) (ReplicationGroup, error) {
	if g.ReplicationGroupID == "" {
		g.ReplicationGroupID = r.Name
	}
	if g.Engine == "" {
		g.Engine = "redis"
	}
	if g.Port == 0 {
		g.Port = 6379
	}
	if g.NumCacheClusters == 0 {
		g.NumCacheClusters = max(1, len(g.PreferredCacheClusterAZs))
	}
	if g.AuthTokenUpdateStrategy == "" {
		g.AuthTokenUpdateStrategy = rotateToken
	}
	switch {
	case g.Engine != "redis" && g.Engine != "valkey":
		return g, fmt.Errorf("replication group %s: engine %q is neither valkey nor redis", g.ReplicationGroupID, g.Engine)
	case g.AutomaticFailoverEnabled && g.NumCacheClusters < 2:
		return g, fmt.Errorf("replication group %s: automaticFailoverEnabled needs numCacheClusters of 2 or more", g.ReplicationGroupID)
	case g.MultiAZEnabled && !g.AutomaticFailoverEnabled:
		return g, fmt.Errorf("replication group %s: multiAzEnabled needs automaticFailoverEnabled", g.ReplicationGroupID)
	case g.AuthToken != "" && !g.TransitEncryptionEnabled:
		return g, fmt.Errorf("replication group %s: authToken needs transitEncryptionEnabled", g.ReplicationGroupID)
	case g.AuthToken != "" && (len(g.AuthToken) < 16 || strings.ContainsAny(g.AuthToken, `@"/ `)):
		return g, fmt.Errorf(`replication group %s: authToken must have 16 to 128 characters and none of @ " / and space`, g.ReplicationGroupID)
	}
	return g, nil
}

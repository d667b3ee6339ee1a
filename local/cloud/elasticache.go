package cloud

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Parameter is one of a cache's or a database's parameter group.
type Parameter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// CacheParameterGroup is aws:elasticache/parameterGroup:ParameterGroup.
type CacheParameterGroup struct {
	Parameters []Parameter `json:"parameters"`
}

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
	ParameterGroupName       string   `json:"parameterGroupName"`
	SubnetGroupName          string   `json:"subnetGroupName"`
	SecurityGroupIDs         []string `json:"securityGroupIds"`
	PreferredCacheClusterAZs []string `json:"preferredCacheClusterAzs"`
}

// replicationGroups implements Service[ReplicationGroup] with redis-server.
type replicationGroups struct {
	cloud  *Cloud
	groups *running[*replicationGroup]
}

func newReplicationGroups(c *Cloud) *replicationGroups {
	s := &replicationGroups{cloud: c, groups: newRunning[*replicationGroup]()}
	c.cacheParameterGroups.changed = s.parametersChanged
	return s
}

func (s *replicationGroups) Create(ctx context.Context, r Resource, spec ReplicationGroup) (Outputs, error) {
	spec, err := spec.withDefaults(r)
	if err != nil {
		return nil, err
	}
	g, err := s.cloud.startReplicationGroup(ctx, r, spec)
	if err != nil {
		return nil, fmt.Errorf("replication group %s: %w", spec.ReplicationGroupID, err)
	}
	s.groups.add(r.ID, g)
	return g.outputs(), nil
}

func (s *replicationGroups) Update(ctx context.Context, r Resource, spec ReplicationGroup) (Outputs, error) {
	spec, err := spec.withDefaults(r)
	if err != nil {
		return nil, err
	}
	g, ok := s.groups.find(r.ID)
	if !ok {
		return nil, fmt.Errorf("replication group %s is not running", spec.ReplicationGroupID)
	}
	if err := g.keeper.do(ctx, func(ctx context.Context) error { return g.update(ctx, spec) }); err != nil {
		return nil, fmt.Errorf("replication group %s: %w", spec.ReplicationGroupID, err)
	}
	return g.outputs(), nil
}

func (s *replicationGroups) Delete(ctx context.Context, r Resource) error {
	g, ok := s.groups.remove(r.ID)
	if !ok {
		return nil
	}
	return g.stop(ctx)
}

// parametersChanged applies an edited parameter group where it is in use.
func (s *replicationGroups) parametersChanged(ctx context.Context, parameters record[CacheParameterGroup]) error {
	var problems []error
	for _, g := range s.groups.all() {
		problems = append(problems, g.keeper.do(ctx, func(ctx context.Context) error {
			if g.spec.ParameterGroupName != parameters.Name {
				return nil
			}
			return g.applyParameters(ctx)
		}))
	}
	return errors.Join(problems...)
}

func (s *replicationGroups) report() []Component {
	var components []Component
	for _, g := range s.groups.all() {
		components = append(components, *g.components.Load()...)
	}
	return components
}

func (s *replicationGroups) close(ctx context.Context) error {
	var problems []error
	for _, g := range s.groups.all() {
		problems = append(problems, g.stop(ctx))
	}
	return errors.Join(problems...)
}

// withDefaults fills in what AWS would, and refuses what AWS would.
func (g ReplicationGroup) withDefaults(r Resource) (ReplicationGroup, error) {
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

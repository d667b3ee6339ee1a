package elasticache

import (
	"context"

	"myclothes/local/cloud/datastore"
)

// deferred are the properties whose change waits for the maintenance window:
// ModifyReplicationGroup, ApplyImmediately and ReplicationGroupPendingModifiedValues,
// https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html.
// Tokens and the number of nodes do not wait: the provider always has them applied
// immediately.
var deferred = []datastore.Deferred[ReplicationGroup]{
	datastore.Defer("nodeType", func(g *ReplicationGroup) *string { return &g.NodeType }),
	datastore.Defer("engine", func(g *ReplicationGroup) *string { return &g.Engine }),
	datastore.Defer("engineVersion", func(g *ReplicationGroup) *string { return &g.EngineVersion }),
	datastore.Defer("parameterGroupName", func(g *ReplicationGroup) *string { return &g.ParameterGroupName }),
	datastore.Defer("automaticFailoverEnabled", func(g *ReplicationGroup) *bool { return &g.AutomaticFailoverEnabled }),
	datastore.Defer("multiAzEnabled", func(g *ReplicationGroup) *bool { return &g.MultiAZEnabled }),
}

// Maintain applies what waits for the maintenance window, and returns what that was.
func (g *replicationGroup) Maintain(ctx context.Context) ([]string, error) {
	return g.Apply(ctx, g.change)
}

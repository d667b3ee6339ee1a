package tests

import (
	"myclothes/infra/guards"
)

var dataMutations = map[string][]mutation{
	"database-encrypted":      {{"plain storage", "single nodes", set(guards.DBInstance, nil, nil, "storageEncrypted"), []string{"database-primary"}}},
	"database-not-public":     {{"a public replica", "dev", set(guards.DBInstance, []string{"database-replica-1"}, true, "publiclyAccessible"), []string{"database-replica-1"}}},
	"database-over-tls":       {{"plain connections", "dev", set(guards.DBParameterGroup, nil, "0", "parameters", 0, "value"), []string{"database-primary"}}, {"another group", "dev", set(guards.DBInstance, []string{"database-primary"}, "default.postgres17", "parameterGroupName"), []string{"database-primary"}}},
	"database-tags-snapshots": {{"snapshots of nobody", "single nodes", set(guards.DBInstance, nil, false, "copyTagsToSnapshot"), []string{"database-primary"}}},
	"replicas-like-primary": {
		{"storage that stops growing", "dev", set(guards.DBInstance, []string{"database-replica-1"}, nil, "maxAllocatedStorage"), []string{"database-replica-1"}},
		{"a subnet group of its own", "dev", set(guards.DBInstance, []string{"database-replica-1"}, "database-1234567", "dbSubnetGroupName"), []string{"database-replica-1"}},
		{"a replica of a stranger", "dev", set(guards.DBInstance, []string{"database-replica-1"}, "far", "replicateSourceDb"), []string{"database-replica-1"}},
	},
	"cache-encrypted":  {{"plain storage", "dev", set(guards.ReplicationGroup, nil, false, "atRestEncryptionEnabled"), []string{"cache"}}},
	"cache-over-tls":   {{"plain connections too", "dev", set(guards.ReplicationGroup, nil, "preferred", "transitEncryptionMode"), []string{"cache"}}},
	"cache-with-token": {{"a cache for everybody", "dev", set(guards.ReplicationGroup, nil, nil, "authToken"), []string{"cache"}}},
	"cache-backed-up":  {{"no snapshots", "dev", set(guards.ReplicationGroup, nil, 0.0, "snapshotRetentionLimit"), []string{"cache"}}},
	"cache-fails-over": {
		{"a replica for nothing", "dev", set(guards.ReplicationGroup, nil, false, "automaticFailoverEnabled"), []string{"cache"}},
		{"a failover to nobody", "single nodes", set(guards.ReplicationGroup, nil, true, "automaticFailoverEnabled"), []string{"cache"}},
	},
	"table-encrypted": {{"AWS' own key", "dynamodb", set(guards.Table, nil, nil, "serverSideEncryption"), []string{"sessions"}}},
	"table-backed-up": {{"no way back", "dynamodb", set(guards.Table, nil, false, "pointInTimeRecovery", "enabled"), []string{"sessions"}}},
	"stores-protected": {
		{"a cache that Pulumi deletes", "prod", each(guards.ReplicationGroup, nil, func(r *guards.Resource) { r.Protect = false }), []string{"cache"}},
		{"a load balancer that AWS deletes", "prod", set(guards.LoadBalancer, nil, false, "enableDeletionProtection"), []string{"web"}},
		{"a table that AWS deletes", "prod dynamodb", set(guards.Table, nil, false, "deletionProtectionEnabled"), []string{"sessions"}},
		{"a database that leaves nothing", "prod", set(guards.DBInstance, []string{"database-primary"}, true, "skipFinalSnapshot"), []string{"database-primary"}},
		{"a snapshot that RDS refuses", "prod", set(guards.DBInstance, []string{"database-primary"}, "Database--final", "finalSnapshotIdentifier"), []string{"database-primary"}},
	},
}

var webMutations = map[string][]mutation{
	"bucket-closed": {
		{"an open bucket", "dev", without(guards.BucketPublicAccessBlock, "release"), []string{"release"}},
		{"a bucket that a policy may open", "dev", set(guards.BucketPublicAccessBlock, nil, false, "restrictPublicBuckets"), []string{"release"}},
		{"another bucket's block", "dev", set(guards.BucketPublicAccessBlock, nil, "far", "bucket"), []string{"release"}},
	},
	"bucket-encrypted": {{"no word of it", "dev", without(guards.BucketEncryption, "release"), []string{"release"}}},
	"bucket-over-tls": {
		{"no policy", "dev", without(guards.BucketPolicy, "release"), []string{"release"}},
		{"its objects left out", "dev", replace(guards.BucketPolicy, "release", "/release/*", "/release/cart/*", "policy"), []string{"release"}},
		{"a policy the other way round", "dev", replace(guards.BucketPolicy, "release", `"false"`, `"true"`, "policy"), []string{"release"}},
	},
	"invalid-headers-dropped":  {{"headers as they come", "dev", set(guards.LoadBalancer, nil, nil, "dropInvalidHeaderFields"), []string{"web"}}},
	"https-where-there-is-one": {{"HTTP beside HTTPS", "https", set(guards.Listener, []string{"web-http"}, "forward", "defaultActions", 0, "type"), []string{"web-http"}}},
	"tls-policy":               {{"old TLS", "https", set(guards.Listener, []string{"web-https"}, "ELBSecurityPolicy-2016-08", "sslPolicy"), []string{"web-https"}}},
	"stickiness-said":          {{"not a word", "dev", set(guards.TargetGroup, nil, nil, "stickiness"), []string{"web"}}},
	"health-check-in-time":     {{"checks that overlap", "dev", set(guards.TargetGroup, nil, 5.0, "healthCheck", "timeout"), []string{"web"}}},
}

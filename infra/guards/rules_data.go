package guards

import (
	"regexp"
	"slices"

	"myclothes/infra/guards/plain"
)

// dataRules are about what keeps data: encrypted, closed, backed up, and kept.
var dataRules = []Rule{
	{
		Name: "database-encrypted", Control: "RDS.3", Least: 1,
		Promise: "A database's storage is encrypted.",
		about:   of(DBInstance), check: both(input(true, "storageEncrypted")),
	},
	{
		Name: "database-not-public", Control: "RDS.2", Least: 1,
		Promise: "A database has no public address.",
		about:   of(DBInstance), check: both(input(false, "publiclyAccessible")),
	},
	{
		Name: "database-over-tls", Control: "RDS.38", Least: 1,
		Promise: "A database refuses connections without TLS.",
		about:   func(g Graph) Graph { return g.Of(DBInstance).where(primary) }, check: forcesTLS,
	},
	{
		Name: "database-tags-snapshots", Control: "RDS.17", Least: 1,
		Promise: "A database's snapshots say whose they are.",
		about:   of(DBInstance), check: both(input(true, "copyTagsToSnapshot")),
	},
	{
		Name: "replicas-like-primary", Least: 0,
		Promise: "A read replica repeats what AWS would report as a difference, and leaves out what it inherits.",
		about:   func(g Graph) Graph { return g.Of(DBInstance).where(func(r *Resource) bool { return !primary(r) }) }, check: likePrimary,
	},
	{
		Name: "cache-encrypted", Control: "ElastiCache.4", Least: 1,
		Promise: "A cache is encrypted where it is stored.",
		about:   of(ReplicationGroup), check: both(input(true, "atRestEncryptionEnabled")),
	},
	{
		Name: "cache-over-tls", Control: "ElastiCache.5", Least: 1,
		Promise: "A cache refuses connections without TLS.",
		about:   of(ReplicationGroup), check: both(input(true, "transitEncryptionEnabled"), input("required", "transitEncryptionMode")),
	},
	{
		Name: "cache-with-token", Control: "ElastiCache.6", Least: 1,
		Promise: "A cache is for holders of its token.",
		about:   of(ReplicationGroup),
		check: alone(func(r *Resource) []string {
			return problem(r.Input("authToken") == nil, "it has no authToken")
		}),
	},
	{
		Name: "cache-backed-up", Control: "ElastiCache.1", Least: 1,
		Promise: "A cache has a snapshot of every day.",
		about:   of(ReplicationGroup),
		check: alone(func(r *Resource) []string {
			return problem(port(r, "snapshotRetentionLimit") < 1, "snapshotRetentionLimit is %s", shown(r.Input("snapshotRetentionLimit")))
		}),
	},
	{
		Name: "cache-fails-over", Control: "ElastiCache.3", Least: 1,
		Promise: "A cache with replicas fails over to one of them by itself, in another zone.",
		about:   of(ReplicationGroup),
		check: alone(func(r *Resource) (problems []string) {
			replicas := port(r, "numCacheClusters") > 1
			return slices.Concat(input(replicas, "automaticFailoverEnabled")(r), input(replicas, "multiAzEnabled")(r))
		}),
	},
	{
		Name:    "table-encrypted",
		Promise: "A table is encrypted with a key of the account, whose use can be seen.",
		about:   of(Table), check: both(input(true, "serverSideEncryption", "enabled")),
	},
	{
		Name: "table-backed-up", Control: "DynamoDB.2",
		Promise: "A table can be restored to any minute.",
		about:   of(Table), check: both(input(true, "pointInTimeRecovery", "enabled")),
	},
	{
		Name: "stores-protected", Control: "RDS.8", Least: 2,
		Promise: "Where one store is protected from deletion all are, by AWS as well as by Pulumi, and a database leaves a snapshot. Also ELB.6 and DynamoDB.6.",
		about:   protectable, check: protectedTogether,
	},
}

// primary tells databases from their read replicas.
func primary(r *Resource) bool { return r.Input("replicateSourceDb") == nil }

func forcesTLS(g Graph) judge {
	return func(r *Resource) []string {
		forced := false
		for _, parameters := range g.Referenced(r, DBParameterGroup, "parameterGroupName") {
			for i := range plain.List(parameters.Input("parameters")) {
				forced = forced || parameters.Input("parameters", i, "name") == "rds.force_ssl" && parameters.Input("parameters", i, "value") == "1"
			}
		}
		return problem(!forced, "no parameter group of it sets rds.force_ssl to 1")
	}
}

// What AWS reports of a replica as it is at the primary, and what only a primary has.
var (
	repeated  = []string{"storageEncrypted", "maxAllocatedStorage", "copyTagsToSnapshot", "autoMinorVersionUpgrade", "deletionProtection"}
	inherited = []string{"username", "password", "dbName", "engine", "engineVersion", "allocatedStorage", "dbSubnetGroupName", "finalSnapshotIdentifier"}
)

func likePrimary(g Graph) judge {
	return func(r *Resource) (problems []string) {
		sources := g.Referenced(r, DBInstance, "replicateSourceDb")
		if len(sources) != 1 || !primary(sources[0]) {
			return []string{"it replicates no primary of the stack"}
		}
		for _, property := range repeated {
			// The primary's own rules say what it must be.
			want := sources[0].Input(property)
			problems = append(problems, problem(r.Input(property) != want, "%s is %s, at the primary %s", property, shown(r.Input(property)), shown(want))...)
		}
		for _, property := range inherited {
			problems = append(problems, problem(r.Input(property) != nil, "%s is set, which it has from its primary", property)...)
		}
		return problems
	}
}

// locks are the inputs by which AWS refuses to delete.
var locks = map[string]string{DBInstance: "deletionProtection", Table: "deletionProtectionEnabled", LoadBalancer: "enableDeletionProtection"}

// holding are the types whose resources Pulumi protects as well: they hold data.
var holding = []string{DBInstance, ReplicationGroup, Table}

// protectable are load balancers and what holds data, but for replicas, which hold a copy.
func protectable(g Graph) Graph {
	return g.Of(LoadBalancer, DBInstance, ReplicationGroup, Table).where(primary)
}

func protectedTogether(g Graph) judge {
	locked := slices.ContainsFunc(protectable(g), func(r *Resource) bool { return r.Protect || r.Input(locks[r.Type]) == true })
	return func(r *Resource) (problems []string) {
		if lock := locks[r.Type]; lock != "" {
			problems = input(locked, lock)(r)
		}
		if slices.Contains(holding, r.Type) {
			problems = append(problems, problem(r.Protect != locked, "Pulumi's protection of it is %v, others are protected: %v", r.Protect, locked)...)
		}
		if r.Type == DBInstance && locked {
			problems = append(problems, problem(r.Input("skipFinalSnapshot") == true, "it leaves no snapshot")...)
			name, known := r.Input("finalSnapshotIdentifier").(string)
			problems = append(problems, problem(!plain.IsUnknown(r.Input("finalSnapshotIdentifier")) && (!known || !snapshotName.MatchString(name)), "its last snapshot would be named %q", name)...)
		}
		return problems
	}
}

// snapshotName is what RDS accepts as the name of a snapshot.
var snapshotName = regexp.MustCompile(`^[a-z]([a-z0-9]|-[a-z0-9])*$`)

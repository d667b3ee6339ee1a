package cost

import (
	"fmt"

	"myclothes/infra/guards"
)

// cache counts the nodes of a replication group. The one snapshot that ElastiCache keeps
// of a cluster costs nothing (https://aws.amazon.com/elasticache/pricing/, backup storage).
func (e *estimator) cache(r *guards.Resource) {
	nodes, known := e.number(r, "numCacheClusters")
	class, named := e.word(r, "nodeType")
	if !known || !named {
		return
	}
	if engine := r.Input("engine"); engine != "valkey" {
		e.without(r, fmt.Sprintf("the table has prices for nodes of valkey, not for %v %s of %v", nodes, class, engine))
		return
	}
	e.add(r, nodes*Hours, class, fmt.Sprintf("%v nodes", nodes))
	if kept, known := e.number(r, "snapshotRetentionLimit"); known && kept > 1 {
		e.without(r, fmt.Sprintf("how large its %v snapshots are, only the shop tells; the first is free", kept))
	}
}

// database counts an instance of RDS. A standby is paid for like the instance itself, and
// so is its storage
// (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_OnDemandDBInstances.html).
func (e *estimator) database(r *guards.Resource) {
	class, known := e.word(r, "instanceClass")
	if !known {
		return
	}
	copies, about := 1.0, "without surplus CPU credits"
	if r.Input("multiAz") == true {
		copies, about = 2, "primary and standby, "+about
	}
	e.add(r, copies*Hours, class, about)
	e.databaseExtras(r)
	if r.Input("publiclyAccessible") == true {
		e.add(r, Hours, publicAddress)
	}
	if storage, known := e.number(e.source(r), "allocatedStorage"); known {
		e.add(r, copies*storage, databaseStorage, fmt.Sprintf("%v GB, as declared; it may grow", storage))
	}
	if kept, known := e.number(r, "backupRetentionPeriod"); known && kept > 0 {
		e.add(r, e.usage.of("backupGB"), databaseBackup, e.usage.assumes("backupGB"))
	}
}

// included are the inputs of a database that cost nothing more with one value alone: its
// prices are those of PostgreSQL on gp3.
var included = []struct {
	input  string
	priced any
}{{"engine", "postgres"}, {"storageType", "gp3"}, {"iops", nil}, {"storageThroughput", nil}}

// databaseExtras names what the prices of gp3 and PostgreSQL do not tell: gp3 has 3,000
// operations a second and 125 MB/s for its price
// (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html).
func (e *estimator) databaseExtras(r *guards.Resource) {
	for _, extra := range included {
		if value := r.Input(extra.input); value != nil && value != extra.priced {
			e.without(r, fmt.Sprintf("the table has no price for its %s %v", extra.input, value))
		}
	}
}

// source is whose storage a read replica has as much of: its primary's.
func (e *estimator) source(r *guards.Resource) *guards.Resource {
	if r.Input("replicateSourceDb") == nil {
		return r
	}
	for _, candidate := range e.graph.Of(guards.DBInstance) {
		if candidate.Input("replicateSourceDb") == nil {
			return candidate
		}
	}
	return r
}

// table counts a DynamoDB table that is paid by request.
func (e *estimator) table(r *guards.Resource) {
	if mode := r.Input("billingMode"); mode != "PAY_PER_REQUEST" {
		e.without(r, fmt.Sprintf("the table has no price for provisioned capacity: %v reads and %v writes a second", r.Input("readCapacity"), r.Input("writeCapacity")))
		return
	}
	requests := e.usage.of("requests") / 1e6
	e.add(r, requests*e.usage.of("tableReads"), tableReads, e.usage.assumes("requests", "tableReads"))
	e.add(r, requests*e.usage.of("tableWrites"), tableWrites, e.usage.assumes("requests", "tableWrites"))
	e.add(r, e.usage.of("tableGB"), tableStorage, e.usage.assumes("tableGB"))
	if r.Input("pointInTimeRecovery", "enabled") == true {
		e.add(r, e.usage.of("tableGB"), tableBackup, e.usage.assumes("tableGB"))
	}
}

// bucket counts a bucket; what is assumed of all is spread over them.
func (e *estimator) bucket(r *guards.Resource) {
	buckets := float64(len(e.graph.Of(r.Type)))
	e.add(r, e.usage.of("releaseGB")/buckets, objects, e.usage.assumes("releaseGB"))
	e.add(r, e.usage.of("s3Writes")/buckets/1e3, objectWrites, e.usage.assumes("s3Writes"))
	e.add(r, e.usage.of("s3Reads")/buckets/1e3, objectReads, e.usage.assumes("s3Reads"))
}

// secret counts a secret, and its reads by every instance of the fleet.
func (e *estimator) secret(r *guards.Resource) {
	e.add(r, 1, storedSecret)
	readers := 0.0
	for _, group := range e.graph.Of(guards.AutoScalingGroup) {
		if instances, known := e.instances(group); known {
			readers += instances
		}
	}
	e.add(r, readers*e.usage.of("secretReads")/1e4, secretCalls,
		fmt.Sprintf("%v instances read it all the time", readers), e.usage.assumes("secretReads"))
}

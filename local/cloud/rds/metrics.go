package rds

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"myclothes/local/cloud/cloudwatch"
	"myclothes/local/cloud/host"
	"myclothes/local/cloud/instancetypes"
)

// saidByNode is what a node says of itself.
type saidByNode struct {
	connections int
	lag         *float64 // seconds; of a read replica
	walBytes    int64
	age         int64 // of the oldest transaction that is not frozen, in transactions
	process     *host.Process
}

// measureTimeout is how long a node may take to answer. One that takes longer has no
// metrics, and nobody waits for it.
const measureTimeout = 2 * time.Second

// question is what a node is asked. A read replica that has replayed all that it has is not
// behind as long as its source is connected; otherwise it is as old as the last transaction
// that it has, or as its copy.
const question = `select
	(select count(*) from pg_stat_activity where backend_type = 'client backend' and usename <> '` + adminUser + `'),
	case when not pg_is_in_recovery() then null
		when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
			and exists (select from pg_stat_wal_receiver where status = 'streaming') then 0
		else extract(epoch from clock_timestamp() - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time()))::float8 end,
	(select coalesce(sum(size), 0)::int8 from pg_ls_waldir()),
	(select max(age(datfrozenxid))::int8 from pg_database)`

// measure asks a node once in a minute of AWS what it has to say of itself. AWS publishes
// nothing of a standby.
func (n *dbNode) measure(ctx context.Context, admin *pgx.Conn, process *host.Process) {
	i := n.instance
	if !i.service.said.Due(n.ID, i.service.host.Metrics.Minute()*9/10) || i.Components()[0].ID != n.ID {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, measureTimeout)
	defer cancel()
	said := saidByNode{process: process}
	err := admin.QueryRow(ctx, question).Scan(&said.connections, &said.lag, &said.walBytes, &said.age)
	if err == nil { // whether the node is well is somebody else's question
		i.service.said.Set(n.ID, said)
	}
}

// publish publishes, in AWS/RDS and by DBInstanceIdentifier, what
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
// lists and PostgreSQL tells:
//
//	CPUUtilization (percent of what the class's virtual processors give),
//	DatabaseConnections (count), ReplicaLag (seconds; of read replicas),
//	TransactionLogsDiskUsage (bytes), MaximumUsedTransactionIDs (count)
//
// Not published, because nothing here tells a true number: FreeableMemory and SwapUsage
// (the machine is not the instance's own), FreeStorageSpace, DiskQueueDepth and the ones of
// reading and writing (nor is the disk), Network… , BurstBalance, EBS… and CPUCredit…,
// CheckpointLag, and those of replication slots, of which there are none.
func (s *RDS) publish() {
	said := s.said.Fresh(max(2*s.host.Metrics.Minute(), 3*lookInterval))
	meters := map[string]*host.Meter{}
	for _, i := range s.Instances.All() {
		id := i.Components()[0].ID
		sample, ok := said[id]
		if !ok {
			continue
		}
		if meters[id] = s.meters[id]; meters[id] == nil {
			meters[id] = &host.Meter{}
		}
		p := cloudwatch.Publisher{Metrics: s.host.Metrics, Namespace: "AWS/RDS",
			Dimensions: [][]cloudwatch.Dimension{{{Name: "DBInstanceIdentifier", Value: i.identifier()}}}}
		sample.publish(p)
		if load, ok := meters[id].Look(sample.process, instancetypes.VCPUs(i.Spec().InstanceClass)); ok {
			p.Value("CPUUtilization", "Percent", 100*load.All)
		}
	}
	s.meters = meters
}

func (s saidByNode) publish(p cloudwatch.Publisher) {
	p.Value("DatabaseConnections", "Count", float64(s.connections))
	p.Value("TransactionLogsDiskUsage", "Bytes", float64(s.walBytes))
	p.Value("MaximumUsedTransactionIDs", "Count", float64(s.age))
	if s.lag != nil {
		p.Value("ReplicaLag", "Seconds", max(0, *s.lag))
	}
}

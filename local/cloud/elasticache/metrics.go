package elasticache

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"myclothes/local/cloud/cloudwatch"
	"myclothes/local/cloud/host"
	"myclothes/local/cloud/instancetypes"
)

// saidByNode is what a node says of itself, by the names of redis-server's INFO.
type saidByNode struct {
	info    map[string]string
	address netip.AddrPort
	process *host.Process
}

// number is a field of INFO that is one; 0 if it is not there.
func (s saidByNode) number(field string) float64 {
	n, _ := strconv.ParseFloat(s.info[field], 64)
	return n
}

// within is a number within a field of INFO: db0:keys=3,expires=1.
func (s saidByNode) within(field, name string) (float64, bool) {
	for part := range strings.SplitSeq(s.info[field], ",") {
		if value, ok := strings.CutPrefix(part, name+"="); ok {
			n, err := strconv.ParseFloat(value, 64)
			return n, err == nil
		}
	}
	return 0, false
}

// measure asks a node once in a minute of AWS what it has to say of itself.
func (n *cacheNode) measure(ctx context.Context, client *redis.Client, process *host.Process) {
	h := n.group.service.host
	if !n.group.service.said.Due(n.ID, h.Metrics.Minute()*9/10) {
		return
	}
	text, err := client.Info(ctx).Result()
	if err != nil {
		return // whether the node is well is somebody else's question
	}
	info := map[string]string{}
	for line := range strings.Lines(text) {
		field, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		info[field] = value
	}
	n.group.service.said.Set(n.ID, saidByNode{info, n.Address, process})
}

// published is what has been published of a node so far.
type published struct {
	run    string // redis-server's id of its run
	totals map[string]float64
	meter  host.Meter
}

// publish publishes, in AWS/ElastiCache, by CacheClusterId and by that with CacheNodeId,
// what
// https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html and
// https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.HostLevel.html
// list and redis-server tells: see gauges and counters, and
//
//	CPUUtilization, EngineCPUUtilization (percent): processor time of the node, in percent
//	of what its type's virtual processors give, and of its engine's thread
//	CacheHitRate, DatabaseMemoryUsagePercentage (percent): the latter under a maxmemory
//	CurrItems, CurrVolatileItems (count)
//	ReplicationLag (seconds) of replicas, as their primary knows it, which is in whole
//	seconds; of one that has lost its primary since when it has
//
// Not published, because nothing here tells a true number: FreeableMemory and SwapUsage
// (the machine is not the node's own), CPUCredit…, NetworkPackets… and …AllowanceExceeded,
// MasterLinkHealthStatus (of a migration to ElastiCache), KeysTracked, ActiveDefragHits,
// DB0AverageTTL, and the number and latency of commands by their type.
func (s *ElastiCache) publish() {
	said := s.said.Fresh(max(2*s.host.Metrics.Minute(), 3*time.Second))
	lags, known := lagsOf(said), map[string]*published{}
	for _, g := range s.ReplicationGroups.All() {
		for _, node := range g.Components() {
			if sample, ok := said[node.ID]; ok {
				known[node.ID] = s.published[node.ID]
				if known[node.ID] == nil {
					known[node.ID] = &published{}
				}
				known[node.ID].publish(s.publisher(node.ID), sample, lags, instancetypes.VCPUs(g.Spec().NodeType))
			}
		}
	}
	s.published = known
}

func (s *ElastiCache) publisher(id string) cloudwatch.Publisher {
	cluster := cloudwatch.Dimension{Name: "CacheClusterId", Value: id}
	return cloudwatch.Publisher{Metrics: s.host.Metrics, Namespace: "AWS/ElastiCache", Dimensions: [][]cloudwatch.Dimension{
		{cluster}, {cluster, {Name: "CacheNodeId", Value: "0001"}}, // every node of a replication group is a cluster of one
	}}
}

// gauges are the metrics that are a field of INFO.
var gauges = []struct{ name, unit, field string }{
	{"CurrConnections", "Count", "connected_clients"},
	{"BytesUsedForCache", "Bytes", "used_memory"},
	{"MemoryFragmentationRatio", "None", "mem_fragmentation_ratio"},
	{"SaveInProgress", "Count", "rdb_bgsave_in_progress"},
}

// counters are the metrics that say by how much a field of INFO has grown in a minute.
var counters = []struct{ name, unit, field string }{
	{"CacheHits", "Count", "keyspace_hits"},
	{"CacheMisses", "Count", "keyspace_misses"},
	{"Evictions", "Count", "evicted_keys"},
	{"Reclaimed", "Count", "expired_keys"},
	{"NewConnections", "Count", "total_connections_received"},
	{"AuthenticationFailures", "Count", "acl_access_denied_auth"},
	{"CommandAuthorizationFailures", "Count", "acl_access_denied_cmd"},
	{"KeyAuthorizationFailures", "Count", "acl_access_denied_key"},
	{"NetworkBytesIn", "Bytes", "total_net_input_bytes"},
	{"NetworkBytesOut", "Bytes", "total_net_output_bytes"},
	{"ReplicationBytes", "Bytes", "master_repl_offset"},
}

// publish publishes what a node has said. A replica replicates nothing.
func (d *published) publish(p cloudwatch.Publisher, said saidByNode, lags map[string]float64, processors int) {
	leads := said.info["role"] == "master"
	for _, g := range gauges {
		p.Value(g.name, g.unit, said.number(g.field))
	}
	grown := d.grown(said)
	for _, c := range counters {
		if leads || c.name != "ReplicationBytes" {
			p.Value(c.name, c.unit, grown[c.name])
		}
	}
	if lookups := grown["CacheHits"] + grown["CacheMisses"]; lookups > 0 {
		p.Value("CacheHitRate", "Percent", 100*grown["CacheHits"]/lookups)
	}
	if limit := said.number("maxmemory"); limit > 0 {
		p.Value("DatabaseMemoryUsagePercentage", "Percent", 100*said.number("used_memory")/limit)
	}
	items, volatile := said.items()
	p.Value("CurrItems", "Count", items)
	p.Value("CurrVolatileItems", "Count", volatile)
	p.Value("IsMaster", "Count", map[bool]float64{true: 1}[leads])
	if lag, ok := lags[said.address.String()]; ok {
		p.Value("ReplicationLag", "Seconds", lag)
	} else if since := said.number("master_link_down_since_seconds"); said.info["master_link_status"] == "down" && since >= 0 {
		p.Value("ReplicationLag", "Seconds", since)
	}
	if load, ok := d.meter.Look(said.process, max(1, processors)); ok {
		p.Value("EngineCPUUtilization", "Percent", 100*load.Thread)
		if processors > 0 {
			p.Value("CPUUtilization", "Percent", 100*load.All)
		}
	}
}

// grown returns by how much the counters have grown since the last time, or since the node
// was started.
func (d *published) grown(said saidByNode) map[string]float64 {
	before := d.totals
	if run := said.info["run_id"]; run != d.run {
		d.run, before = run, nil
	}
	grown := map[string]float64{}
	d.totals = map[string]float64{}
	for _, c := range counters {
		d.totals[c.name] = said.number(c.field)
		grown[c.name] = max(0, d.totals[c.name]-before[c.name])
	}
	return grown
}

// items counts the keys in all databases, and those that expire.
func (s saidByNode) items() (all, volatile float64) {
	for db := range 16 {
		keys, _ := s.within(fmt.Sprintf("db%d", db), "keys")
		expire, _ := s.within(fmt.Sprintf("db%d", db), "expires")
		all, volatile = all+keys, volatile+expire
	}
	return all, volatile
}

// lagsOf returns how far replicas are behind, by their addresses, as primaries say.
func lagsOf(said map[string]saidByNode) map[string]float64 {
	lags := map[string]float64{}
	for _, node := range said {
		for i := range int(node.number("connected_slaves")) {
			var ip, port string
			for part := range strings.SplitSeq(node.info[fmt.Sprintf("slave%d", i)], ",") {
				if value, ok := strings.CutPrefix(part, "ip="); ok {
					ip = value
				} else if value, ok := strings.CutPrefix(part, "port="); ok {
					port = value
				}
			}
			if lag, ok := node.within(fmt.Sprintf("slave%d", i), "lag"); ok && lag >= 0 {
				lags[ip+":"+port] = lag
			}
		}
	}
	return lags
}

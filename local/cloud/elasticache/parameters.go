package elasticache

import (
	"fmt"
	"slices"
	"strings"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/datastore"
)

// parameterNames are the parameters that ElastiCache lets people change in the families
// redis7 and valkey8. The list was written from memory and not compared with AWS's, which
// is "Valkey and Redis OSS parameters" in
// https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html: it
// may lack one, or have one too many. redis-server does not have all of them.
var parameterNames = strings.Fields(`
	acllog-max-len active-defrag-cycle-max active-defrag-cycle-min active-defrag-ignore-bytes
	active-defrag-max-scan-fields active-defrag-threshold-lower active-defrag-threshold-upper
	active-expire-effort activedefrag activerehashing allow-access-expired allow-writes-during-migration
	appendfsync appendonly client-output-buffer-limit-normal-hard-limit
	client-output-buffer-limit-normal-soft-limit client-output-buffer-limit-normal-soft-seconds
	client-output-buffer-limit-pubsub-hard-limit client-output-buffer-limit-pubsub-soft-limit
	client-output-buffer-limit-pubsub-soft-seconds client-output-buffer-limit-replica-soft-seconds
	close-on-replica-write close-on-slave-write cluster-allow-pubsubshard-when-down
	cluster-allow-reads-when-down cluster-enabled cluster-require-full-coverage commandlog-execution-slower-than
	commandlog-large-reply-max-len commandlog-large-request-max-len commandlog-reply-larger-than
	commandlog-request-larger-than commandlog-slow-execution-max-len databases extended-redis-compatibility
	hash-max-listpack-entries hash-max-listpack-value hash-max-ziplist-entries hash-max-ziplist-value
	hll-sparse-max-bytes latency-tracking lazyfree-lazy-eviction lazyfree-lazy-expire
	lazyfree-lazy-server-del lazyfree-lazy-user-del lazyfree-lazy-user-flush lfu-decay-time lfu-log-factor
	list-compress-depth list-max-listpack-size list-max-ziplist-size lua-replicate-commands
	maxclients maxmemory-clients maxmemory-policy maxmemory-samples min-replicas-max-lag
	min-replicas-to-write min-slaves-max-lag min-slaves-to-write notify-keyspace-events
	proto-max-bulk-len rename-commands repl-backlog-size repl-backlog-ttl repl-timeout replica-allow-chaining
	replica-ignore-maxmemory replica-lazy-flush reserved-memory reserved-memory-percent
	search-fanout-target-mode search-query-timeout-ms set-max-intset-entries set-max-listpack-entries
	set-max-listpack-value slave-allow-chaining slowlog-log-slower-than slowlog-max-len
	stream-node-max-bytes stream-node-max-entries tcp-keepalive timeout tracking-table-max-keys
	zset-max-listpack-entries zset-max-listpack-value zset-max-ziplist-entries zset-max-ziplist-value
`)

// checkParameters refuses what is no parameter of ElastiCache.
func checkParameters(group datastore.ParameterGroup) error {
	for _, p := range group.Parameters {
		if !slices.Contains(parameterNames, p.Name) {
			return aws.Error{Code: "InvalidParameterValue", Message: "Could not find parameter with name: " + p.Name}
		}
	}
	return nil
}

// checkFamily refuses a parameter group that is for another engine or version.
func (s *ElastiCache) checkFamily(spec ReplicationGroup) error {
	family, err := s.ParameterGroups.Family(spec.ParameterGroupName)
	major, _, _ := strings.Cut(spec.EngineVersion, ".")
	want := spec.Engine + major
	if want == "redis6" {
		want = "redis6.x"
	}
	if err == nil && family != "" && major != "" && !strings.HasPrefix(family, want) {
		err = aws.Error{Code: "InvalidParameterCombination", Message: fmt.Sprintf("Expected a parameter group of family %s but found one of family %s", want, family)}
	}
	return err
}

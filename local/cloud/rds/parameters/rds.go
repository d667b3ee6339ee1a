// Package parameters is what RDS for PostgreSQL lets parameter groups say: the parameters that
// are RDS' own, the formulas in values, and what formulas may name.
package parameters

import (
	"slices"
	"strings"
)

// ForceTLS makes the server refuse connections without TLS.
const ForceTLS = "rds.force_ssl"

// rdsParameters are RDS' own parameters of PostgreSQL, and those that later versions of
// PostgreSQL than the one on this machine may have. The list was written from memory and
// not compared with AWS's, which is "RDS for PostgreSQL DB instance parameter list" in
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html:
// it may lack one, or have one too many.
var rdsParameters = strings.Fields(`
	rds.accepted_password_auth_method rds.adaptive_autovacuum rds.allowed_extensions rds.babelfish_status
	rds.custom_dns_resolution rds.enable_plan_management rds.extensions rds.force_admin_logging_level
	rds.force_autovacuum_logging_level rds.force_ssl rds.global_db_rpo rds.log_retention_period
	rds.logical_replication rds.max_tcp_buffers rds.pg_stat_ramdisk_size rds.rds_superuser_reserved_connections
	rds.restrict_logical_slot_creation rds.restrict_password_commands rds.superuser_variables

	allow_alter_system autovacuum_vacuum_max_threshold autovacuum_worker_slots commit_timestamp_buffers
	createrole_self_grant debug_logical_replication_streaming debug_parallel_query enable_distinct_reordering
	enable_group_by_reordering enable_presorted_aggregate enable_self_join_elimination event_triggers
	extension_control_path file_copy_method gss_accept_delegation icu_validation_level idle_replication_slot_timeout
	io_combine_limit io_max_combine_limit io_max_concurrency io_method io_workers log_lock_failures
	max_active_replication_origins max_notify_queue_pages max_parallel_apply_workers_per_subscription
	md5_password_warnings multixact_member_buffers multixact_offset_buffers notify_buffers oauth_validator_libraries
	reserved_connections restrict_nonsystem_relation_kind scram_iterations send_abort_for_crash
	serializable_buffers subtransaction_buffers summarize_wal sync_replication_slots synchronized_standby_slots
	trace_connection_negotiation track_cost_delay_timing transaction_buffers transaction_timeout
	vacuum_buffer_usage_limit vacuum_max_eager_freeze_failure_rate vacuum_truncate wal_summary_keep_time
`)

// extensions are those whose parameters a group may have, from memory as well.
var extensions = strings.Fields(`apg_plan_mgmt auto_explain cron orafce pg_bigm pg_hint_plan pg_prewarm
	pg_similarity pg_stat_monitor pg_stat_statements pg_tle pgaudit pglogical pgtle plpgsql plrust postgis`)

// OfRDS says whether RDS has a parameter that PostgreSQL itself may not know: its own, or an
// extension's.
func OfRDS(name string) bool {
	extension, _, dotted := strings.Cut(name, ".")
	return slices.Contains(rdsParameters, name) || dotted && slices.Contains(extensions, extension)
}

package rds

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/datastore"
)

// forceTLS makes the server refuse connections without TLS.
const forceTLS = "rds.force_ssl"

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

// checkParameters refuses what is no parameter of RDS for PostgreSQL.
func (s *RDS) checkParameters(group datastore.ParameterGroup) error {
	p, err := s.Instances.installation()
	if err != nil {
		return err
	}
	for _, parameter := range group.Parameters {
		extension, _, dotted := strings.Cut(parameter.Name, ".")
		if !p.parameters[parameter.Name] && !slices.Contains(rdsParameters, parameter.Name) &&
			!(dotted && slices.Contains(extensions, extension)) {
			return aws.Error{Code: "InvalidParameterValue", Message: "Could not find parameter with name: " + parameter.Name}
		}
	}
	return nil
}

// forcesTLS is what the parameter group says; RDS's default is yes since version 15.
func (i *instance) forcesTLS() bool {
	applied, _, _ := i.parameters()
	for _, p := range applied {
		if p.Name == forceTLS {
			return p.Value == "1"
		}
	}
	number, err := strconv.Atoi(major(i.Spec().EngineVersion))
	return err != nil || number >= 15
}

// major is the part of PostgreSQL's version whose change is an upgrade.
func major(version string) string {
	number, _, _ := strings.Cut(version, ".")
	return number
}

// parameters returns those of the declared group that have an effect here, with formulas
// computed, and the names of the others, which PostgreSQL does not know.
func (i *instance) parameters() (applied []datastore.Parameter, ignored []string, err error) {
	declared, err := i.service.ParameterGroups.Parameters(i.Spec().ParameterGroupName)
	if err != nil {
		return nil, nil, err
	}
	variables, err := i.Spec().formulaVariables()
	for _, p := range declared {
		extension := strings.Contains(p.Name, ".") && !strings.HasPrefix(p.Name, "rds.")
		switch {
		case p.Name != forceTLS && !i.postgres.parameters[p.Name] && !extension, isFormula(p.Value) && variables == nil:
			ignored = append(ignored, p.Name)
			continue
		case isFormula(p.Value):
			value, problem := evaluate(p.Value, variables)
			err = errors.Join(err, problem)
			p.Value = strconv.FormatInt(value, 10)
		}
		applied = append(applied, p)
	}
	return applied, ignored, err
}

// connections is how many the server takes: what the parameter group says, or RDS' default
// for the instance class. Who follows takes as many as its primary does at least: with
// fewer PostgreSQL does not follow.
func (n *dbNode) connections() (int64, error) {
	own, err := n.instance.declaredConnections()
	switch {
	case n.follows == nil:
	case n.instance.source != nil:
		own = max(own, n.instance.source.connections.Load())
	default:
		own = max(own, n.instance.connections.Load())
	}
	return own, err
}

func (i *instance) declaredConnections() (int64, error) {
	applied, _, err := i.parameters()
	if err != nil {
		return 0, err
	}
	text := defaultConnections
	for _, p := range applied {
		if p.Name == "max_connections" {
			text = p.Value
		}
	}
	variables, err := i.Spec().formulaVariables()
	if err != nil || variables == nil && isFormula(text) {
		return postgresConnections, err
	}
	return evaluate(text, variables)
}

// postgresConnections is PostgreSQL's own default, for a declaration without a class.
const postgresConnections = 100

package rds

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ownSettings are those that the local cloud decides, whatever a parameter group
// says. The machine is small and is not what a disaster is rehearsed with: a killed
// process loses nothing without fsync, and a lost machine takes the whole cloud.
const ownSettings = `
dynamic_shared_memory_type = mmap
fsync = off
shared_buffers = 16MB
max_wal_size = 64MB
min_wal_size = 16MB
wal_keep_size = 64MB
wal_level = replica
max_wal_senders = 10
hot_standby = on
wal_retrieve_retry_interval = 50ms
unix_socket_directories = ''
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
logging_collector = off
log_destination = stderr
ssl = on
password_encryption = scram-sha-256
`

// configure writes the server's configuration: the whole of it, so that it says how
// the node is, not how it came to be.
func (n *dbNode) configure() error {
	i := n.instance
	var b strings.Builder
	set := func(name, value string) { fmt.Fprintf(&b, "%s = '%s'\n", name, strings.ReplaceAll(value, "'", "''")) }
	applied, _, err := i.parameters()
	if err != nil {
		return err
	}
	connections, err := n.connections()
	if err != nil {
		return err
	}
	for _, p := range applied {
		set(p.Name, p.Value)
	}
	b.WriteString(ownSettings)
	set("max_connections", strconv.FormatInt(connections, 10))
	set("listen_addresses", n.Address.Addr().String())
	set("port", strconv.Itoa(int(n.Address.Port())))
	set("hba_file", filepath.Join(i.dir, "pg_hba.conf"))
	set("ssl_cert_file", filepath.Join(i.dir, "server.crt"))
	set("ssl_key_file", filepath.Join(i.dir, "server.key"))
	if n.waitsFor != "" {
		set("synchronous_standby_names", strconv.Quote(n.waitsFor))
	}
	if n.follows != nil {
		primary := n.follows.AddrPort()
		set("primary_conninfo", fmt.Sprintf("host=%s port=%d user=%s password=%s sslmode=disable application_name=%s",
			primary.Addr(), primary.Port(), adminUser, i.adminPass, n.ID))
		if err := i.postgres.WriteFile(filepath.Join(n.Dir, "standby.signal"), ""); err != nil {
			return err
		}
	}
	return i.postgres.WriteFile(filepath.Join(n.Dir, "postgresql.conf"), b.String())
}

// reconfigure writes the configuration of a server and lets it read it. One that has
// ended reads it when it starts.
func (n *dbNode) reconfigure() error {
	return errors.Join(n.configure(), n.reload())
}

func (n *dbNode) reload() error {
	if err := n.Process.Signal(syscall.SIGHUP); !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// writeAccess writes who may connect: anybody with a password, over TLS if it is
// forced. Who may reach the endpoint at all is for the security groups.
func (i *instance) writeAccess() error {
	kind := "host"
	if i.forcesTLS() {
		kind = "hostssl"
	}
	access := fmt.Sprintf(`hostnossl all         %[1]s 127.0.0.0/8 scram-sha-256
hostnossl replication %[1]s 127.0.0.0/8 scram-sha-256
%[2]s all all 127.0.0.0/8 scram-sha-256
`, adminUser, kind)
	return i.postgres.WriteFile(filepath.Join(i.dir, "pg_hba.conf"), access)
}

// createMaster makes the declared database and its owner, who may do what RDS's
// master user may: make databases and roles, but not be a superuser.
func (i *instance) createMaster(ctx context.Context) error {
	statements := []string{
		`create role %1$I login createdb createrole password %2$L`,
		`grant pg_monitor, pg_signal_backend to %1$I with admin option`,
		`alter database postgres owner to %1$I`,
	}
	if i.Spec().DBName != "" && i.Spec().DBName != "postgres" {
		statements = append(statements, `create database %3$I owner %1$I`)
	}
	return i.administer(ctx, statements...)
}

// administer runs statements in which 1 is the master user, 2 the password and 3 the
// database. The server quotes them.
func (i *instance) administer(ctx context.Context, statements ...string) error {
	var primary *dbNode
	if err := i.Do(ctx, func() error { primary = i.primary; return nil }); err != nil {
		return err
	}
	var s session
	defer s.close()
	if err := s.open(ctx, primary); err != nil {
		return err
	}
	conn := s.conn
	// The password is not for the log, whatever the parameter group wants in it.
	const quiet = `set log_statement = none; set log_min_duration_statement = -1; set log_min_error_statement = panic`
	if _, err := conn.Exec(ctx, quiet); err != nil {
		return err
	}
	for _, statement := range statements {
		var quoted string
		err := conn.QueryRow(ctx, `select format($1, $2::text, $3::text, $4::text)`,
			statement, i.Spec().Username, i.Spec().Password, i.Spec().DBName).Scan(&quoted)
		if err == nil {
			_, err = conn.Exec(ctx, quoted)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

package cloud

import (
	"context"
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

const testPassword = "a-Password_of-tests"

func testDatabase() DBInstance {
	return DBInstance{
		Engine:                "postgres",
		EngineVersion:         "16",
		DBName:                "myclothes",
		Username:              "myclothes",
		Password:              testPassword,
		Port:                  15432,
		MultiAZ:               true,
		DBSubnetGroupName:     "db-subnets",
		ParameterGroupName:    "db-parameters",
		VPCSecurityGroupIDs:   []string{"sg-data"},
		BackupRetentionPeriod: 7,
	}
}

func testReplica() DBInstance {
	return DBInstance{ReplicateSourceDB: "customers", VPCSecurityGroupIDs: []string{"sg-data"}}
}

func declareDatabase(a *account, spec DBInstance, parameters ...Parameter) string {
	a.t.Helper()
	declare(a, a.DBParameterGroups, "db-parameters", DBParameterGroup{parameters})
	return declare(a, a.DBInstances, "customers", spec)["address"].(string)
}

// connect opens a connection as the service does: from an instance's address, with
// the server's certificate verified.
func (a *account) connect(from *networkInterface, host, sslMode string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(fmt.Sprintf("host=%s port=15432 dbname=myclothes user=myclothes password=%s sslmode=%s",
		host, testPassword, sslMode))
	require.NoError(a.t, err)
	if sslMode == "verify-full" {
		config.TLSConfig = a.trust()
		config.TLSConfig.ServerName = host
	}
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		return dialer(from).DialContext(ctx, network, address)
	}
	ctx, cancel := context.WithTimeout(a.t.Context(), 5*time.Second)
	defer cancel()
	return pgx.ConnectConfig(ctx, config)
}

// query runs one statement on a connection of its own and returns its only value.
func (a *account) query(host, statement string) (string, error) {
	conn, err := a.connect(a.app, host, "verify-full")
	if err != nil {
		return "", err
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(a.t.Context(), statement)
	if err != nil {
		return "", err
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(values) == 0 {
		return "", err
	}
	return values[0], nil
}

func TestDatabaseFailsOverWithEveryAcknowledgedWrite(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	begin := time.Now()
	host := declareDatabase(a, testDatabase())
	t.Logf("primary and standby after %s", time.Since(begin))
	replica := declare(a, a.DBInstances, "customers-replica", testReplica())["address"].(string)
	t.Logf("and read replica after %s", time.Since(begin))
	_, err := a.query(host, `create table customer (name text)`)
	require.NoError(t, err)

	before := a.componentOf("database primary")
	acknowledged := a.writeUntilKilled(host, before.PID)
	killed := time.Now()
	require.NotZero(t, acknowledged)

	eventually(t, "the endpoint leads to the promoted standby", func() bool {
		_, err := a.query(host, `insert into customer values ('after') returning name`)
		return err == nil
	})
	t.Logf("written again after %s", time.Since(killed))
	count, err := a.query(host, `select count(distinct name)::text from customer where name <> 'after'`)
	require.NoError(t, err)
	require.GreaterOrEqual(t, atoi(t, count), acknowledged)
	require.NotEqual(t, before.Zone, a.componentOf("database primary").Zone)

	eventually(t, "the read replica follows the new primary", func() bool {
		after, err := a.query(replica, `select name from customer where name = 'after'`)
		return err == nil && after == "after"
	})
	eventually(t, "there is a standby again", func() bool { return a.countHealthy("database standby") == 1 })
}

// writeUntilKilled writes rows, kills the server in the middle of it and returns how
// many writes were acknowledged.
func (a *account) writeUntilKilled(host string, pid int) int {
	conn, err := a.connect(a.app, host, "verify-full")
	require.NoError(a.t, err)
	defer conn.Close(context.Background())
	for acknowledged := 0; ; acknowledged++ {
		if acknowledged == 200 {
			go func() { _ = syscall.Kill(pid, syscall.SIGKILL) }()
		}
		if _, err := conn.Exec(a.t.Context(), `insert into customer values ($1)`, fmt.Sprint("customer ", acknowledged)); err != nil {
			return acknowledged
		}
	}
}

package rds

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/ec2"
)

const testPassword = "a-Password_of-tests"

func testDatabase() Instance {
	return Instance{
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
		ApplyImmediately:      true,
	}
}

func testReplica() Instance {
	return Instance{ReplicateSourceDB: "customers", VPCSecurityGroupIDs: []string{"sg-data"}}
}

// account is a VPC with a subnet group for databases.
type account struct {
	*cloudtest.VPC
	*RDS
}

func newAccount(t *testing.T) *account {
	t.Helper()
	a := newAccountOfRealTools(t)
	a.copyData()
	return a
}

func newAccountOfRealTools(t *testing.T) *account {
	t.Helper()
	v := cloudtest.NewVPC(t)
	a := &account{v, New(v.Host, v.Network)}
	t.Cleanup(func() { require.NoError(t, a.Instances.Close(context.Background())) })
	cloudtest.Declare(t, a.SubnetGroups, "db-subnets", datastore.SubnetGroup{SubnetIDs: cloudtest.DataSubnets})
	return a
}

// component returns the one component of a kind.
func (a *account) component(kind string) aws.Component {
	a.Helper()
	return cloudtest.ComponentOf(a.T, a.Instances.Report(), kind)
}

// declareDatabase declares a database and returns its address.
func declareDatabase(a *account, spec Instance, parameters ...datastore.Parameter) string {
	a.Helper()
	cloudtest.Declare(a.T, a.ParameterGroups, "db-parameters", datastore.ParameterGroup{Parameters: parameters})
	return cloudtest.Declare(a.T, a.Instances, "customers", spec)["address"].(string)
}

// declareReplica declares a read replica of the database and returns its address.
func declareReplica(a *account) string {
	a.Helper()
	return cloudtest.Declare(a.T, a.Instances, "customers-replica", testReplica())["address"].(string)
}

// connect opens a connection as the service does: from an instance's address, with
// the server's certificate verified.
func (a *account) connect(from *ec2.Interface, host, sslMode string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(fmt.Sprintf("host=%s port=15432 dbname=myclothes user=myclothes password=%s sslmode=%s",
		host, testPassword, sslMode))
	require.NoError(a, err)
	if sslMode == "verify-full" {
		config.TLSConfig = a.Trust()
		config.TLSConfig.ServerName = host
	}
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		return cloudtest.Dialer(from).DialContext(ctx, network, address)
	}
	ctx, cancel := context.WithTimeout(a.Context(), 5*time.Second)
	defer cancel()
	return pgx.ConnectConfig(ctx, config)
}

// query runs one statement on a connection of its own and returns its only value.
func (a *account) query(host, statement string) (string, error) {
	conn, err := a.connect(a.App, host, "verify-full")
	if err != nil {
		return "", err
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(a.Context(), statement)
	if err != nil {
		return "", err
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(values) == 0 {
		return "", err
	}
	return values[0], nil
}

package apptest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"sync"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// Table is the name of the one table of DynamoDB.
const Table = "sessions"

// DynamoDB is a dynalite with a table as the declaration makes it.
type DynamoDB struct {
	URL   string
	Table string // its name

	tb      testing.TB
	args    []string
	process *process
}

// StartDynamoDB starts a server that lives as long as the test, and may be killed.
func StartDynamoDB(tb testing.TB) *DynamoDB {
	tb.Helper()
	d := &DynamoDB{Table: Table, tb: tb}
	require.NoError(tb, d.launch())
	tb.Cleanup(d.Kill)
	return d
}

// shared is the server of those who have a table of it, while there are any.
var shared struct {
	mu     sync.Mutex
	server *DynamoDB
	users  int
	tables int // that were ever made
}

// NewDynamoDBTable makes a table for a test alone, on a server that it shares with others: a start takes longer than most
// tests.
func NewDynamoDBTable(tb testing.TB) *DynamoDB {
	tb.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.users == 0 {
		shared.server = &DynamoDB{Table: Table, tb: tb}
		require.NoError(tb, shared.server.launch())
	}
	shared.users++
	tb.Cleanup(leaveShared)
	shared.tables++
	d := &DynamoDB{URL: shared.server.URL, Table: fmt.Sprint(Table, shared.tables), tb: tb}
	require.NoError(tb, d.createTable())
	require.NoError(tb, shared.server.process.await(d.isActive))
	return d
}

func leaveShared() {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.users--; shared.users == 0 {
		shared.server.Kill()
	}
}

// launch starts a server on a port of its own.
func (d *DynamoDB) launch() error {
	d.tb.Helper()
	port, err := FreePort()
	if err != nil {
		return err
	}
	d.URL = "http://" + net.JoinHostPort("127.0.0.1", port)
	d.args = []string{NPM(d.tb, "dynalite", "cli.js"), "--host", "127.0.0.1", "--port", port, "--createTableMs", "0"}
	return d.start()
}

// Start starts the server again after Kill, at the same address and with an empty table.
func (d *DynamoDB) Start() {
	d.tb.Helper()
	require.NoError(d.tb, d.start())
}

func (d *DynamoDB) start() error {
	node, err := exec.LookPath("node")
	if err != nil {
		return fmt.Errorf("node is missing: make test installs it: %w", err)
	}
	if d.process, err = startAsCaller(node, d.args...); err != nil {
		return err
	}
	return errors.Join(d.process.await(d.createTable), d.process.await(d.isActive))
}

func (d *DynamoDB) createTable() error {
	_, err := d.Client().CreateTable(context.Background(), &dynamodb.CreateTableInput{
		TableName:            aws.String(d.Table),
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
		BillingMode:          types.BillingModePayPerRequest,
	})
	return err
}

// isActive is nil when the table can be used, which takes a moment after it was made.
func (d *DynamoDB) isActive() error {
	table, err := d.Client().DescribeTable(context.Background(), &dynamodb.DescribeTableInput{TableName: aws.String(d.Table)})
	if err == nil && table.Table.TableStatus != types.TableStatusActive {
		err = fmt.Errorf("the table is %s", table.Table.TableStatus)
	}
	return err
}

// Kill ends the server as a crash would.
func (d *DynamoDB) Kill() { d.process.stop(syscall.SIGKILL) }

// Client connects to the server; change changes how.
func (d *DynamoDB) Client(change ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       "eu-west-1",
		BaseEndpoint: aws.String(d.URL),
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
		Retryer:      aws.NopRetryer{},
	}, change...)
}

package apptest

import (
	"context"
	"net"
	"os/exec"
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
	URL string

	tb      testing.TB
	args    []string
	process *process
}

// StartDynamoDB starts a server that lives as long as the test.
func StartDynamoDB(tb testing.TB) *DynamoDB {
	tb.Helper()
	port, err := FreePort()
	require.NoError(tb, err)
	d := &DynamoDB{URL: "http://" + net.JoinHostPort("127.0.0.1", port), tb: tb}
	d.args = []string{NPM(tb, "dynalite", "cli.js"), "--host", "127.0.0.1", "--port", port, "--createTableMs", "0"}
	d.Start()
	tb.Cleanup(d.Kill)
	return d
}

// Start starts the server again after Kill, at the same address and with an empty table.
func (d *DynamoDB) Start() {
	d.tb.Helper()
	node, err := exec.LookPath("node")
	require.NoError(d.tb, err, "node is missing: make test installs it")
	d.process, err = startAsCaller(node, d.args...)
	require.NoError(d.tb, err)
	require.NoError(d.tb, d.process.await(func() error { return d.createTable() }))
}

func (d *DynamoDB) createTable() error {
	_, err := d.Client().CreateTable(context.Background(), &dynamodb.CreateTableInput{
		TableName:            aws.String(Table),
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
		BillingMode:          types.BillingModePayPerRequest,
	})
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

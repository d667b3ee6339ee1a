package data

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/dynamodb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
	"myclothes/infra/network"
)

// SessionTableArgs say what table to make.
type SessionTableArgs struct {
	network.Site
}

// SessionTable is a DynamoDB table that holds sessions and their carts instead of
// the cache: a partition key "id", and "expires" (Unix seconds) after which
// DynamoDB removes an item, some time.
type SessionTable struct {
	pulumi.ResourceState

	table *dynamodb.Table
}

// NewSessionTable declares the table.
func NewSessionTable(ctx *pulumi.Context, name string, args *SessionTableArgs, opts ...pulumi.ResourceOption) (*SessionTable, error) {
	t := &SessionTable{}
	if err := ctx.RegisterComponentResource("myclothes:index:SessionTable", name, t, opts...); err != nil {
		return nil, err
	}
	table, err := dynamodb.NewTable(ctx, name, &dynamodb.TableArgs{
		Attributes:                dynamodb.TableAttributeArray{dynamodb.TableAttributeArgs{Name: pulumi.String("id"), Type: pulumi.String("S")}},
		HashKey:                   pulumi.String("id"),
		BillingMode:               pulumi.String("PAY_PER_REQUEST"),
		Ttl:                       dynamodb.TableTtlArgs{AttributeName: pulumi.String("expires"), Enabled: pulumi.Bool(true)},
		PointInTimeRecovery:       dynamodb.TablePointInTimeRecoveryArgs{Enabled: pulumi.Bool(true)},
		ServerSideEncryption:      dynamodb.TableServerSideEncryptionArgs{Enabled: pulumi.Bool(true)},
		DeletionProtectionEnabled: pulumi.Bool(args.Retention.DeletionProtection),
		Tags:                      args.Tags.Named(name),
	}, pulumi.Parent(t), pulumi.Protect(args.Retention.Protect))
	if err != nil {
		return nil, err
	}
	t.table = table
	return t, ctx.RegisterResourceOutputs(t, pulumi.Map{"name": table.Name})
}

// Contribution lets instances keep sessions in the table.
func (t *SessionTable) Contribution() conventions.Contribution {
	return conventions.Contribution{
		Flows: []conventions.Flow{{From: conventions.App, To: conventions.DynamoDB, Port: conventions.HTTPSPort}},
		Statements: []conventions.Statement{conventions.Allow([]pulumi.StringOutput{t.table.Arn},
			"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")},
		Environment: []conventions.Variable{{Name: "CART_TABLE", Value: t.table.Name}},
		BeforeBoot:  []pulumi.Resource{t.table},
		Outputs:     pulumi.Map{"sessionTable": t.table.Name},
	}
}

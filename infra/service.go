package infra

import (
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
	"myclothes/infra/data"
	"myclothes/infra/edge"
	"myclothes/infra/fleet"
)

// environment is what the service is told, by the names that its configuration
// reads. It holds no secret, only where each one is.
func (s *stack) environment() []input {
	c := s.config
	variables := []input{
		{"CART_ADDRESS", pulumi.String("${PRIVATE_IP}")},
		{"CART_PORT", pulumi.String(strconv.Itoa(c.AppPort))},
		{"CART_ADMIN_PORT", pulumi.String(strconv.Itoa(c.AdminPort))},
		{"CART_INSTANCE_ID", pulumi.String("${INSTANCE_ID}")},
		{"CART_AVAILABILITY_ZONE", pulumi.String("${AVAILABILITY_ZONE}")},
		{"CART_RELEASE", pulumi.String(s.binary.SHA256)},
		{"CART_STORE", pulumi.String(c.CartStore)},
		{"CART_SESSION_COOKIE", pulumi.String(edge.SessionCookie(c.CertificateArn))},
		{"CART_SESSION_TTL", pulumi.Sprintf("%dh", c.SessionTTLHours)},
		{"CART_SESSION_LIMIT", pulumi.Sprintf("%dh", 24*c.SessionLimitDays)},
		{"CART_NEW_SESSIONS_PER_CLIENT", pulumi.String(strconv.Itoa(c.NewSessionsPerClient))},
		{"CART_SHUTDOWN_TIMEOUT", pulumi.Sprintf("%ds", s.shutdownSeconds())},
		{"CART_CACHE_ADDRESS", pulumi.Sprintf("%s:%d", s.memory.PrimaryAddress, s.memory.Port)},
		{"CART_CACHE_SECRET", s.memory.Credentials.Arn},
		{"CART_CACHE_DURABILITY", pulumi.String(s.durability())},
		{"CART_DATABASE_WRITER", s.rows.Writer},
		{"CART_DATABASE_READERS", joined(s.rows.Readers)},
		{"CART_DATABASE_NAME", pulumi.String(data.DatabaseName)},
		{"CART_DATABASE_SECRET", s.rows.Service.Arn},
		{"CART_DATABASE_OWNER_SECRET", s.rows.Owner.Arn},
		{"CART_DATABASE_CONNECTIONS", pulumi.String(strconv.Itoa(data.ConnectionsPerInstance))},
		{"AWS_REGION", pulumi.String(s.location.Region)},
	}
	if s.table != nil {
		variables = append(variables, input{"CART_TABLE", s.table.Name})
	}
	if s.cookies != nil {
		variables = append(variables, input{"CART_COOKIE_SECRET", s.cookies.Credentials.Arn})
	}
	return variables
}

// input is a variable whose value another resource may compute.
type input struct {
	name  string
	value pulumi.StringInput
}

func joined(values []pulumi.StringOutput) pulumi.StringOutput {
	all := pulumi.StringArray{}
	for _, v := range values {
		all = append(all, v)
	}
	return all.ToStringArrayOutput().ApplyT(func(v []string) string { return strings.Join(v, ",") }).(pulumi.StringOutput)
}

// durability is fast where there is no replica to wait for.
func (s *stack) durability() data.Durability {
	if s.config.CacheReplicas == 0 {
		return data.DurabilityFast
	}
	return s.config.CartDurability
}

// shutdownSeconds is how long the service may finish requests: less than the load
// balancer waits for it, which has stopped sending new ones.
func (s *stack) shutdownSeconds() int { return s.config.DeregistrationSeconds - 5 }

// userData renders the boot script when AWS has named everything in it.
func (s *stack) userData() pulumi.StringOutput {
	environment := s.environment()
	values := pulumi.StringArray{s.binary.Bucket, s.binary.Key}
	for _, v := range environment {
		values = append(values, v.value)
	}
	return values.ToStringArrayOutput().ApplyT(func(known []string) (string, error) {
		u := fleet.UserData{
			Bucket: known[0], Key: known[1], SHA256: s.binary.SHA256,
			Region: s.location.Region, StopSeconds: s.config.DeregistrationSeconds,
		}
		for i, v := range environment {
			u.Environment = append(u.Environment, fleet.Variable{Name: v.name, Value: known[i+2]})
		}
		return u.Render()
	}).(pulumi.StringOutput)
}

// permissions are all that an instance may do in AWS.
func (s *stack) permissions() []conventions.Statement {
	secrets := []any{s.memory.Credentials.Arn, s.rows.Owner.Arn, s.rows.Service.Arn}
	if s.cookies != nil {
		secrets = append(secrets, s.cookies.Credentials.Arn)
	}
	statements := []conventions.Statement{
		{Effect: "Allow", Action: []string{"s3:GetObject"}, Resource: []any{s.binary.Objects}},
		{Effect: "Allow", Action: []string{"secretsmanager:GetSecretValue"}, Resource: secrets},
	}
	if s.table != nil {
		statements = append(statements, conventions.Statement{Effect: "Allow", Resource: []any{s.table.Arn}, Action: []string{
			"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem",
		}})
	}
	return statements
}

// export publishes what an operator needs, and no secret.
func (s *stack) export(ctx *pulumi.Context) error {
	ctx.Export("url", s.balancer.URL)
	ctx.Export("autoScalingGroup", s.group.Name)
	ctx.Export("launchTemplate", s.group.Template.ID())
	ctx.Export("targetGroupArn", s.balancer.TargetGroupArn)
	ctx.Export("release", pulumi.String(s.binary.SHA256))
	ctx.Export("vpcId", s.net.VpcID)
	ctx.Export("cachePrimary", s.memory.PrimaryAddress)
	ctx.Export("databaseWriter", s.rows.Writer)
	ctx.Export("databaseReaders", joined(s.rows.Readers))
	ctx.Export("databaseSecretArn", s.rows.Owner.Arn)
	ctx.Export("databaseServiceSecretArn", s.rows.Service.Arn)
	ctx.Export("cacheSecretArn", s.memory.Credentials.Arn)
	if s.table != nil {
		ctx.Export("sessionTable", s.table.Name)
	}
	return nil
}

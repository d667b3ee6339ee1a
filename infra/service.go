package infra

import (
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
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
		{"CART_SESSION_COOKIE", pulumi.String(sessionCookie(c))},
		{"CART_SESSION_TTL", pulumi.Sprintf("%dh", c.SessionTTLHours)},
		{"CART_SESSION_LIMIT", pulumi.Sprintf("%dh", 24*c.SessionLimitDays)},
		{"CART_NEW_SESSIONS_PER_CLIENT", pulumi.String(strconv.Itoa(c.NewSessionsPerClient))},
		{"CART_SHUTDOWN_TIMEOUT", pulumi.Sprintf("%ds", s.shutdownSeconds())},
		{"CART_CACHE_ADDRESS", pulumi.Sprintf("%s:%d", s.memory.PrimaryAddress, s.memory.Port)},
		{"CART_CACHE_SECRET", s.memory.credentials.arn},
		{"CART_CACHE_DURABILITY", pulumi.String(s.durability())},
		{"CART_DATABASE_WRITER", s.data.Writer},
		{"CART_DATABASE_READERS", joined(s.data.Readers)},
		{"CART_DATABASE_NAME", pulumi.String(databaseName)},
		{"CART_DATABASE_SECRET", s.data.service.arn},
		{"CART_DATABASE_OWNER_SECRET", s.data.credentials.arn},
		{"CART_DATABASE_CONNECTIONS", pulumi.String(strconv.Itoa(databaseConnections))},
		{"AWS_REGION", pulumi.String(s.location.region)},
	}
	if s.table != nil {
		variables = append(variables, input{"CART_TABLE", s.table.Name})
	}
	if s.cookies != nil {
		variables = append(variables, input{"CART_COOKIE_SECRET", s.cookies.arn})
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
func (s *stack) durability() Durability {
	if s.config.CacheReplicas == 0 {
		return DurabilityFast
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
		u := userData{
			Bucket: known[0], Key: known[1], SHA256: s.binary.SHA256,
			Region: s.location.region, StopSeconds: s.config.DeregistrationSeconds,
		}
		for i, v := range environment {
			u.Environment = append(u.Environment, variable{v.name, known[i+2]})
		}
		return u.render()
	}).(pulumi.StringOutput)
}

// permissions are all that an instance may do in AWS.
func (s *stack) permissions() []statement {
	secrets := []any{s.memory.credentials.arn, s.data.credentials.arn, s.data.service.arn}
	if s.cookies != nil {
		secrets = append(secrets, s.cookies.arn)
	}
	statements := []statement{
		{Effect: "Allow", Action: []string{"s3:GetObject"}, Resource: []any{pulumi.Sprintf("%s/%s*", s.binary.bucket.Arn, releasePrefix)}},
		{Effect: "Allow", Action: []string{"secretsmanager:GetSecretValue"}, Resource: secrets},
	}
	if s.table != nil {
		statements = append(statements, statement{Effect: "Allow", Resource: []any{s.table.Arn}, Action: []string{
			"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem",
		}})
	}
	return statements
}

// export publishes what an operator needs, and no secret.
func (s *stack) export(ctx *pulumi.Context) error {
	ctx.Export("url", s.balancer.URL)
	ctx.Export("autoScalingGroup", s.fleet.Name)
	ctx.Export("launchTemplate", s.fleet.template.ID())
	ctx.Export("targetGroupArn", s.balancer.TargetGroupArn)
	ctx.Export("release", pulumi.String(s.binary.SHA256))
	ctx.Export("vpcId", s.net.VpcID)
	ctx.Export("cachePrimary", s.memory.PrimaryAddress)
	ctx.Export("databaseWriter", s.data.Writer)
	ctx.Export("databaseReaders", joined(s.data.Readers))
	ctx.Export("databaseSecretArn", s.data.credentials.arn)
	ctx.Export("databaseServiceSecretArn", s.data.service.arn)
	ctx.Export("cacheSecretArn", s.memory.credentials.arn)
	if s.table != nil {
		ctx.Export("sessionTable", s.table.Name)
	}
	return nil
}

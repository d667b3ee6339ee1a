package operate

import (
	"context"
	"log/slog"
	"net/http"

	"myclothes/local/cloud/autoscaling"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudwatch"
	"myclothes/local/cloud/dynamodb"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/elasticache"
	"myclothes/local/cloud/elb"
	"myclothes/local/cloud/iam"
	"myclothes/local/cloud/operate/wire"
	"myclothes/local/cloud/rds"
	"myclothes/local/cloud/secretsmanager"
)

// Account is what the API operates.
type Account struct {
	Region        string // the only one whose requests are answered
	Network       *ec2.Network
	Instances     *ec2.Instances
	Templates     *ec2.LaunchTemplates
	Groups        *autoscaling.Groups
	LoadBalancers *elb.LoadBalancers
	TargetGroups  *elb.TargetGroups
	Caches        *elasticache.ReplicationGroups
	Databases     *rds.Instances
	Secrets       *secretsmanager.Versions
	Tables        *dynamodb.Tables
	Metrics       *cloudwatch.Metrics
	Alarms        *cloudwatch.Alarms
	Log           *slog.Logger
}

// New is the API of an account, for those who have the access key.
func New(a Account, accessKey string) *API {
	return &API{accessKey: accessKey, region: a.Region, log: a.Log, unknown: map[string]int{}, services: []service{
		{name: "sts", version: wire.STS, actions: map[string]action{"GetCallerIdentity": act(whoami)}},
		{name: "autoscaling", version: wire.AutoScaling, actions: autoScaling{a.Groups}.actions()},
		{name: "ec2", version: wire.EC2, actions: computing{a.Instances, a.Templates, autoScaling{a.Groups}}.actions()},
		{name: "cloudwatch", version: wire.CloudWatch, target: "GraniteServiceVersion20100801", actions: watching{a.Metrics, a.Alarms}.actions()},
		{name: "elbv2", version: wire.ELB, actions: balancing{a.Network, a.LoadBalancers, a.TargetGroups}.actions()},
		{name: "elasticache", version: wire.ElastiCache, actions: caching{a.Caches}.actions()},
		{name: "rds", version: wire.RDS, actions: storing{a.Databases}.actions()},
		{name: "secretsmanager", target: "secretsmanager", whole: asOperator(a.Secrets.Call)},
		{name: "dynamodb", target: "DynamoDB_20120810", whole: asOperator(a.Tables.Call)},
	}}
}

// asOperator lets whoever has the access key call what instances call with their roles.
func asOperator(call func(iam.Caller, string, *http.Request) (any, error)) func(string, *http.Request) (any, error) {
	return func(operation string, r *http.Request) (any, error) {
		return call(iam.Caller{Operator: true}, operation, r)
	}
}

type identity struct{ UserId, Account, Arn string }

// whoami is the call that everybody makes first.
func whoami(context.Context, struct{}) (identity, error) {
	return identity{"AIDALOCALCLOUDOPERATE", aws.AccountID, "arn:aws:iam::" + aws.AccountID + ":user/operator"}, nil
}

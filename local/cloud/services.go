package cloud

import (
	"log/slog"
	"slices"
	"strings"

	"myclothes/local/cloud/api"
	"myclothes/local/cloud/autoscaling"
	"myclothes/local/cloud/autoscaling/scaling"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudwatch"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/dynamodb"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/elasticache"
	"myclothes/local/cloud/elb"
	"myclothes/local/cloud/iam"
	"myclothes/local/cloud/operate"
	"myclothes/local/cloud/rds"
	"myclothes/local/cloud/s3"
	"myclothes/local/cloud/secretsmanager"
)

// services are the AWS services that have a runtime here. Everything else that
// the declaration names is only recorded (see package provider).
type services struct {
	VPCs                   aws.Service[ec2.VPC]
	Subnets                aws.Service[ec2.Subnet]
	RouteTables            aws.Service[ec2.RouteTable]
	RouteTableAssociations aws.Service[ec2.RouteTableAssociation]
	Routes                 aws.Service[ec2.Route]
	NATGateways            aws.Service[ec2.NATGateway]
	SecurityGroups         aws.Service[ec2.SecurityGroup]
	IngressRules           aws.Service[ec2.SecurityGroupRule]
	EgressRules            aws.Service[ec2.SecurityGroupRule]
	VPCEndpoints           aws.Service[ec2.VPCEndpoint]

	Roles            aws.Service[iam.Role]
	RolePolicies     aws.Service[iam.RolePolicy]
	InstanceProfiles aws.Service[iam.InstanceProfile]

	Buckets        aws.Service[s3.Bucket]
	BucketPolicies aws.Service[s3.BucketPolicy]
	Objects        aws.Service[s3.Object]
	Secrets        aws.Service[secretsmanager.Secret]
	SecretVersions aws.Service[secretsmanager.SecretVersion]
	Tables         aws.Service[dynamodb.Table]

	LoadBalancers aws.Service[elb.LoadBalancer]
	Listeners     aws.Service[elb.Listener]
	TargetGroups  aws.Service[elb.TargetGroup]

	LaunchTemplates   aws.Service[ec2.LaunchTemplate]
	AutoScalingGroups aws.Service[autoscaling.Group]
	ScalingPolicies   aws.Service[scaling.Policy]
	ScheduledActions  aws.Service[scaling.Schedule]

	CacheSubnetGroups    aws.Service[datastore.SubnetGroup]
	CacheParameterGroups aws.Service[datastore.ParameterGroup]
	ReplicationGroups    aws.Service[elasticache.ReplicationGroup]

	DBSubnetGroups    aws.Service[datastore.SubnetGroup]
	DBParameterGroups aws.Service[datastore.ParameterGroup]
	DBInstances       aws.Service[rds.Instance]

	MetricAlarms aws.Service[cloudwatch.MetricAlarm]
}

// wire makes the services, each on those that it stands on.
func (c *Cloud) wire(o Options) (err error) {
	alarms := cloudwatch.NewAlarms(c.host.Metrics, c.host.Events, o.Region)
	policies := iam.New()
	secrets := secretsmanager.NewSecrets()
	versions := secretsmanager.NewVersions(secrets, policies)
	tables := dynamodb.New(c.host, o.Region, policies)
	c.api, err = api.Open(c.host, c.network,
		api.Service{Name: "dynamodb", ID: "DYNAMODB", Target: dynamodb.Target, Call: tables.Call},
		api.Service{Name: "secretsmanager", ID: "SECRETS_MANAGER", Target: secretsmanager.Target, Call: versions.Call})
	if err != nil {
		return err
	}
	objects := s3.New(c.host, c.network, policies)
	c.machines = ec2.NewInstances(c.host, c.network, platform{c.api, objects, policies, c.host.Log}, o.Image)
	templates, balancers, groups := ec2.NewLaunchTemplates(), elb.NewLoadBalancers(c.network, o.ListenerPorts), elb.NewTargetGroups(c.network)
	c.groups = autoscaling.New(c.host, c.machines, templates, groups)
	c.groups.Watch(alarms, c.host.Metrics)
	c.host.Metrics.After(c.groups.Measured)
	alarms.OnChange(func(cloudwatch.Change) { c.groups.Wake() })
	caches, databases := elasticache.New(c.host, c.network), rds.New(c.host, c.network)
	c.services = services{
		VPCs: c.network.VPCs(), Subnets: c.network.Subnets(), RouteTables: c.network.RouteTables(),
		RouteTableAssociations: c.network.RouteTableAssociations(), Routes: c.network.Routes(), NATGateways: c.network.NATGateways(),
		SecurityGroups: c.network.SecurityGroups(),
		IngressRules:   c.network.IngressRules(), EgressRules: c.network.EgressRules(), VPCEndpoints: c.network.VPCEndpoints(),
		Roles: policies.Roles, RolePolicies: policies.RolePolicies, InstanceProfiles: policies.InstanceProfiles,
		Buckets: objects.Buckets, BucketPolicies: objects.Policies, Objects: objects, Secrets: secrets, SecretVersions: versions, Tables: tables,
		LoadBalancers: balancers, TargetGroups: groups, Listeners: elb.NewListeners(c.host, balancers, groups),
		LaunchTemplates: templates, AutoScalingGroups: c.groups,
		ScalingPolicies: c.groups.Policies(), ScheduledActions: c.groups.Schedules(),
		CacheSubnetGroups: caches.SubnetGroups, CacheParameterGroups: caches.ParameterGroups, ReplicationGroups: caches.ReplicationGroups,
		DBSubnetGroups: databases.SubnetGroups, DBParameterGroups: databases.ParameterGroups, DBInstances: databases.Instances,
		MetricAlarms: alarms,
	}
	c.Operators = operate.New(operate.Account{
		Region: o.Region, Network: c.network, Instances: c.machines, Templates: templates, Groups: c.groups, LoadBalancers: balancers, TargetGroups: groups,
		Caches: caches.ReplicationGroups, Databases: databases.Instances, Secrets: versions, Tables: tables, Metrics: c.host.Metrics, Alarms: alarms, Log: c.host.Log,
	}, o.AccessKey)
	return nil
}

// platform is what instances get: credentials and the way to the APIs, and objects.
type platform struct {
	*api.API
	*s3.Objects
	policies *iam.IAM
	log      *slog.Logger
}

// Environment is the API's. An instance whose role does not trust EC2 finds no credentials
// in it, and is told not to look elsewhere.
func (p platform) Environment(i *ec2.Interface, instanceID, profile string) []string {
	environment := p.API.Environment(i, instanceID, profile)
	err := p.policies.Assumable(profile)
	if err == nil {
		return environment
	}
	p.log.Warn("an instance has no credentials", "instance", instanceID, "error", err)
	environment = slices.DeleteFunc(environment, func(variable string) bool {
		return strings.HasPrefix(variable, "AWS_ACCESS_KEY_ID=") || strings.HasPrefix(variable, "AWS_SECRET_ACCESS_KEY=")
	})
	return append(environment, "AWS_EC2_METADATA_DISABLED=true")
}

// all lists the services in the order in which a request passes them, which is
// also the order in which to stop them.
func (s services) all() []any {
	return []any{s.LoadBalancers, s.TargetGroups, s.AutoScalingGroups, s.ReplicationGroups, s.DBInstances, s.Tables}
}

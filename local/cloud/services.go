package cloud

import (
	"myclothes/local/cloud/api"
	"myclothes/local/cloud/autoscaling"
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
	Subnets      aws.Service[ec2.Subnet]
	IngressRules aws.Service[ec2.SecurityGroupRule]
	EgressRules  aws.Service[ec2.SecurityGroupRule]
	VPCEndpoints aws.Service[ec2.VPCEndpoint]

	Roles            aws.Service[iam.Role]
	RolePolicies     aws.Service[iam.RolePolicy]
	InstanceProfiles aws.Service[iam.InstanceProfile]

	Objects        aws.Service[s3.Object]
	Secrets        aws.Service[secretsmanager.Secret]
	SecretVersions aws.Service[secretsmanager.SecretVersion]
	Tables         aws.Service[dynamodb.Table]

	LoadBalancers aws.Service[elb.LoadBalancer]
	Listeners     aws.Service[elb.Listener]
	TargetGroups  aws.Service[elb.TargetGroup]

	LaunchTemplates   aws.Service[ec2.LaunchTemplate]
	AutoScalingGroups aws.Service[autoscaling.Group]
	ScalingPolicies   aws.Service[autoscaling.Policy]
	ScheduledActions  aws.Service[autoscaling.Schedule]

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
	secrets := aws.NewRecords[secretsmanager.Secret]("secret")
	versions := secretsmanager.NewVersions(secrets, policies)
	tables := dynamodb.New(c.host, o.Region, policies)
	c.api, err = api.Open(c.host, c.network,
		api.Service{Name: "dynamodb", Target: dynamodb.Target, Call: tables.Call},
		api.Service{Name: "secretsmanager", Target: secretsmanager.Target, Call: versions.Call})
	if err != nil {
		return err
	}
	objects := s3.New(c.host, c.network, policies)
	c.machines = ec2.NewInstances(c.host, c.network, platform{c.api, objects}, o.Image)
	templates, balancers, groups := ec2.NewLaunchTemplates(), elb.NewLoadBalancers(c.network, o.ListenerPorts), elb.NewTargetGroups(c.network)
	c.groups = autoscaling.New(c.host, c.machines, templates, groups)
	caches, databases := elasticache.New(c.host, c.network), rds.New(c.host, c.network)
	c.services = services{
		Subnets: c.network.Subnets(), IngressRules: c.network.IngressRules(), EgressRules: c.network.EgressRules(),
		VPCEndpoints: c.network.VPCEndpoints(),
		Roles:        policies.Roles, RolePolicies: policies.RolePolicies, InstanceProfiles: policies.InstanceProfiles,
		Objects: objects, Secrets: secrets, SecretVersions: versions, Tables: tables,
		LoadBalancers: balancers, TargetGroups: groups, Listeners: elb.NewListeners(c.host, balancers, groups),
		LaunchTemplates: templates, AutoScalingGroups: c.groups,
		ScalingPolicies: c.groups.Policies(), ScheduledActions: c.groups.Schedules(),
		CacheSubnetGroups: caches.SubnetGroups, CacheParameterGroups: caches.ParameterGroups, ReplicationGroups: caches.ReplicationGroups,
		DBSubnetGroups: databases.SubnetGroups, DBParameterGroups: databases.ParameterGroups, DBInstances: databases.Instances,
		MetricAlarms: alarms,
	}
	c.Operators = operate.New(operate.Account{
		Network: c.network, Instances: c.machines, Templates: templates, Groups: c.groups, LoadBalancers: balancers, TargetGroups: groups,
		Caches: caches.ReplicationGroups, Databases: databases.Instances, Secrets: versions, Tables: tables, Metrics: c.host.Metrics, Alarms: alarms, Log: c.host.Log,
	}, o.AccessKey)
	return nil
}

// platform is what instances get: credentials and the way to the APIs, and objects.
type platform struct {
	*api.API
	*s3.Objects
}

// all lists the services in the order in which a request passes them, which is
// also the order in which to stop them.
func (s services) all() []any {
	return []any{s.LoadBalancers, s.TargetGroups, s.AutoScalingGroups, s.ReplicationGroups, s.DBInstances, s.Tables}
}

package provider

import (
	"context"
	"reflect"

	"myclothes/local/cloud"
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
	"myclothes/local/cloud/rds"
	"myclothes/local/cloud/s3"
	"myclothes/local/cloud/secretsmanager"
)

// service runs the resources of one kind.
type service interface {
	create(ctx context.Context, r aws.Resource, inputs map[string]any) (aws.Outputs, error)
	update(ctx context.Context, r aws.Resource, inputs map[string]any) (aws.Outputs, error)
	remove(ctx context.Context, r aws.Resource) error
	// spec is what inputs are decoded into; nil if they are not.
	spec() reflect.Type
}

// typed hands resources to a cloud service that takes them declared as S.
type typed[S any] struct{ of aws.Service[S] }

func (t typed[S]) create(ctx context.Context, r aws.Resource, inputs map[string]any) (aws.Outputs, error) {
	var spec S
	if err := decode(inputs, &spec); err != nil {
		return nil, err
	}
	return t.of.Create(ctx, r, spec)
}

func (t typed[S]) update(ctx context.Context, r aws.Resource, inputs map[string]any) (aws.Outputs, error) {
	var spec S
	if err := decode(inputs, &spec); err != nil {
		return nil, err
	}
	return t.of.Update(ctx, r, spec)
}

func (typed[S]) spec() reflect.Type { return reflect.TypeFor[S]() }

func (t typed[S]) remove(ctx context.Context, r aws.Resource) error { return t.of.Delete(ctx, r) }

// awsServices says which service of the cloud runs which resource type.
func awsServices(c *cloud.Cloud) map[string]service {
	return map[string]service{
		"aws:ec2/vpc:Vpc":                                           typed[ec2.VPC]{c.VPCs},
		"aws:ec2/subnet:Subnet":                                     typed[ec2.Subnet]{c.Subnets},
		"aws:ec2/routeTable:RouteTable":                             typed[ec2.RouteTable]{c.RouteTables},
		"aws:ec2/routeTableAssociation:RouteTableAssociation":       typed[ec2.RouteTableAssociation]{c.RouteTableAssociations},
		"aws:ec2/route:Route":                                       typed[ec2.Route]{c.Routes},
		"aws:ec2/natGateway:NatGateway":                             typed[ec2.NATGateway]{c.NATGateways},
		"aws:ec2/vpcEndpoint:VpcEndpoint":                           typed[ec2.VPCEndpoint]{c.VPCEndpoints},
		"aws:ec2/launchTemplate:LaunchTemplate":                     typed[ec2.LaunchTemplate]{c.LaunchTemplates},
		"aws:ec2/securityGroup:SecurityGroup":                       typed[ec2.SecurityGroup]{c.SecurityGroups},
		"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": typed[ec2.SecurityGroupRule]{c.IngressRules},
		"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   typed[ec2.SecurityGroupRule]{c.EgressRules},
		"aws:lb/loadBalancer:LoadBalancer":                          typed[elb.LoadBalancer]{c.LoadBalancers},
		"aws:lb/targetGroup:TargetGroup":                            typed[elb.TargetGroup]{c.TargetGroups},
		"aws:lb/listener:Listener":                                  typed[elb.Listener]{c.Listeners},
		"aws:autoscaling/group:Group":                               typed[autoscaling.Group]{c.AutoScalingGroups},
		"aws:autoscaling/policy:Policy":                             typed[scaling.Policy]{c.ScalingPolicies},
		"aws:autoscaling/schedule:Schedule":                         typed[scaling.Schedule]{c.ScheduledActions},
		"aws:iam/role:Role":                                         typed[iam.Role]{c.Roles},
		"aws:iam/rolePolicy:RolePolicy":                             typed[iam.RolePolicy]{c.RolePolicies},
		"aws:iam/instanceProfile:InstanceProfile":                   typed[iam.InstanceProfile]{c.InstanceProfiles},
		"aws:s3/bucketV2:BucketV2":                                  typed[s3.Bucket]{c.Buckets},
		"aws:s3/bucketPolicy:BucketPolicy":                          typed[s3.BucketPolicy]{c.BucketPolicies},
		"aws:s3/bucketObjectv2:BucketObjectv2":                      typed[s3.Object]{c.Objects},
		"aws:secretsmanager/secret:Secret":                          typed[secretsmanager.Secret]{c.Secrets},
		"aws:secretsmanager/secretVersion:SecretVersion":            typed[secretsmanager.SecretVersion]{c.SecretVersions},
		"aws:elasticache/subnetGroup:SubnetGroup":                   typed[datastore.SubnetGroup]{c.CacheSubnetGroups},
		"aws:elasticache/parameterGroup:ParameterGroup":             typed[datastore.ParameterGroup]{c.CacheParameterGroups},
		"aws:elasticache/replicationGroup:ReplicationGroup":         typed[elasticache.ReplicationGroup]{c.ReplicationGroups},
		"aws:rds/subnetGroup:SubnetGroup":                           typed[datastore.SubnetGroup]{c.DBSubnetGroups},
		"aws:rds/parameterGroup:ParameterGroup":                     typed[datastore.ParameterGroup]{c.DBParameterGroups},
		"aws:rds/instance:Instance":                                 typed[rds.Instance]{c.DBInstances},
		"aws:dynamodb/table:Table":                                  typed[dynamodb.Table]{c.Tables},
		"aws:cloudwatch/metricAlarm:MetricAlarm":                    typed[cloudwatch.MetricAlarm]{c.MetricAlarms},
	}
}

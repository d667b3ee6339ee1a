package ci

// kind is what has to be allowed for resources of a kind. The actions are those that the
// provider was seen to call while it made, read and deleted the stack (testdata/calls.txt),
// and those of its updates, by the service authorization reference
// (https://docs.aws.amazon.com/service-authorization/latest/reference/).
type kind struct {
	types   []string // Pulumi's
	reads   []string
	changes []string
	// bounded are changes by which a role could get more rights: they are allowed on roles
	// that have the instances' boundary, and to give a role that boundary.
	bounded []string
	// within are the ARNs that may be changed, after partition and service: REGION and
	// ACCOUNT stand for where the program is deployed. Pulumi begins a physical name with
	// the logical one, so the names are those of infra's components.
	within []string
	// tagged says that a read may be confined by the project's tag as well, which is there
	// as soon as the resource is: others may have names that begin alike.
	tagged bool
}

// kinds are all that the stack declares on AWS, but what belongs to EC2: see network.
var kinds = []kind{
	{
		types: []string{"aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup", "aws:lb/listener:Listener"},
		reads: []string{
			"elasticloadbalancing:DescribeCapacityReservation", "elasticloadbalancing:DescribeListenerAttributes", "elasticloadbalancing:DescribeListeners",
			"elasticloadbalancing:DescribeLoadBalancerAttributes", "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags",
			"elasticloadbalancing:DescribeTargetGroupAttributes", "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
		},
		changes: []string{
			"elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags", "elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup",
			"elasticloadbalancing:CreateListener", "elasticloadbalancing:DeleteListener", "elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:DeleteTargetGroup",
			"elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyListenerAttributes",
			"elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes",
			"elasticloadbalancing:RegisterTargets", "elasticloadbalancing:SetSecurityGroups", "elasticloadbalancing:SetSubnets",
		},
		within: []string{
			"elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/web-*", "elasticloadbalancing:REGION:ACCOUNT:targetgroup/web-*", "elasticloadbalancing:REGION:ACCOUNT:listener/app/web-*",
		},
	},
	{
		types: []string{"aws:autoscaling/group:Group", "aws:autoscaling/policy:Policy"},
		reads: []string{
			"autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeInstanceRefreshes", "autoscaling:DescribePolicies", "autoscaling:DescribeScalingActivities",
			"autoscaling:DescribeTags", "autoscaling:DescribeWarmPool",
		},
		changes: []string{
			"autoscaling:AttachLoadBalancerTargetGroups", "autoscaling:CancelInstanceRefresh", "autoscaling:CreateAutoScalingGroup", "autoscaling:CreateOrUpdateTags",
			"autoscaling:DeleteAutoScalingGroup", "autoscaling:DeletePolicy", "autoscaling:DeleteTags", "autoscaling:DetachLoadBalancerTargetGroups",
			"autoscaling:PutScalingPolicy", "autoscaling:ResumeProcesses", "autoscaling:RollbackInstanceRefresh", "autoscaling:SetInstanceProtection",
			"autoscaling:StartInstanceRefresh", "autoscaling:SuspendProcesses", "autoscaling:TerminateInstanceInAutoScalingGroup", "autoscaling:UpdateAutoScalingGroup",
		},
		within: []string{"autoscaling:REGION:ACCOUNT:autoScalingGroup:*:autoScalingGroupName/servers-*"},
	},
	{
		types: []string{"aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/subnetGroup:SubnetGroup", "aws:elasticache/parameterGroup:ParameterGroup"},
		reads: []string{
			"elasticache:DescribeCacheClusters", "elasticache:DescribeCacheParameterGroups", "elasticache:DescribeCacheParameters",
			"elasticache:DescribeCacheSubnetGroups", "elasticache:DescribeReplicationGroups", "elasticache:ListTagsForResource",
		},
		changes: []string{
			"elasticache:AddTagsToResource", "elasticache:CreateCacheParameterGroup", "elasticache:CreateCacheSubnetGroup", "elasticache:CreateReplicationGroup",
			"elasticache:CreateSnapshot", "elasticache:DecreaseReplicaCount", "elasticache:DeleteCacheParameterGroup", "elasticache:DeleteCacheSubnetGroup",
			"elasticache:DeleteReplicationGroup", "elasticache:IncreaseReplicaCount", "elasticache:ModifyCacheParameterGroup", "elasticache:ModifyCacheSubnetGroup",
			"elasticache:ModifyReplicationGroup", "elasticache:RemoveTagsFromResource", "elasticache:ResetCacheParameterGroup",
		},
		within: []string{
			"elasticache:REGION:ACCOUNT:cluster:cache-*", "elasticache:REGION:ACCOUNT:parametergroup:cache-*", "elasticache:REGION:ACCOUNT:replicationgroup:cache-*",
			"elasticache:REGION:ACCOUNT:snapshot:cache-*", "elasticache:REGION:ACCOUNT:subnetgroup:cache-*",
		},
	},
	{
		types: []string{"aws:rds/instance:Instance", "aws:rds/subnetGroup:SubnetGroup", "aws:rds/parameterGroup:ParameterGroup"},
		reads: []string{
			"rds:DescribeDBInstances", "rds:DescribeDBParameterGroups", "rds:DescribeDBParameters", "rds:DescribeDBSubnetGroups", "rds:ListTagsForResource",
			"kms:DescribeKey",
		},
		changes: []string{
			"rds:AddTagsToResource", "rds:CreateDBInstance", "rds:CreateDBInstanceReadReplica", "rds:CreateDBParameterGroup", "rds:CreateDBSnapshot",
			"rds:CreateDBSubnetGroup", "rds:DeleteDBInstance", "rds:DeleteDBParameterGroup", "rds:DeleteDBSubnetGroup", "rds:ModifyDBInstance",
			"rds:ModifyDBParameterGroup", "rds:ModifyDBSubnetGroup", "rds:RebootDBInstance", "rds:RemoveTagsFromResource", "rds:ResetDBParameterGroup",
		},
		within: []string{
			"rds:REGION:ACCOUNT:db:database-*", "rds:REGION:ACCOUNT:og:default*", "rds:REGION:ACCOUNT:pg:database-*", "rds:REGION:ACCOUNT:snapshot:database-*",
			"rds:REGION:ACCOUNT:snapshot:myclothes-database-final-*", // which a destroy leaves
			"rds:REGION:ACCOUNT:subgrp:database-*",
		},
	},
	{
		types: []string{
			"aws:s3/bucketV2:BucketV2", "aws:s3/bucketPolicy:BucketPolicy", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
			"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", "aws:s3/bucketObjectv2:BucketObjectv2",
		},
		changes: []string{
			"s3:AbortMultipartUpload", "s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions",
			"s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutEncryptionConfiguration", "s3:PutObject", "s3:PutObjectTagging",
		},
		within: []string{"s3:::release-*"},
	},
	{
		types:   []string{"aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretVersion:SecretVersion"},
		changes: []string{"secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:PutSecretValue", "secretsmanager:RestoreSecret", "secretsmanager:TagResource", "secretsmanager:UntagResource", "secretsmanager:UpdateSecret", "secretsmanager:UpdateSecretVersionStage"},
		within: []string{
			"secretsmanager:REGION:ACCOUNT:secret:cache-*", "secretsmanager:REGION:ACCOUNT:secret:cookie-*", "secretsmanager:REGION:ACCOUNT:secret:database-*",
		},
	},
	{
		types:   []string{"aws:dynamodb/table:Table"},
		reads:   []string{"dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive", "dynamodb:ListTagsOfResource"},
		changes: []string{"dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:TagResource", "dynamodb:UntagResource", "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive"},
		within:  []string{"dynamodb:REGION:ACCOUNT:table/sessions-*"},
	},
	{
		types: []string{"aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "aws:iam/instanceProfile:InstanceProfile"},
		reads: []string{"iam:GetInstanceProfile", "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies"},
		changes: []string{
			"iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile", "iam:DeleteRole", "iam:DeleteRolePolicy",
			"iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile", "iam:TagRole", "iam:UntagInstanceProfile", "iam:UntagRole",
			"iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
		},
		bounded: []string{"iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"},
		within:  []string{"iam::ACCOUNT:instance-profile/servers-*", "iam::ACCOUNT:role/servers-*"},
	},
}

// contents are read by a refresh, and only of what the stack owns: what is in buckets and
// secrets is nobody else's business.
var contents = []kind{
	{
		reads: []string{
			"s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLogging", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketPolicy",
			"s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment", "s3:GetBucketTagging", "s3:GetBucketVersioning", "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration",
			"s3:GetLifecycleConfiguration", "s3:GetObject", "s3:GetObjectTagging", "s3:GetReplicationConfiguration", "s3:ListBucket",
		},
		within: []string{"s3:::release-*"},
	},
	{
		tagged: true,
		reads:  []string{"secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:GetSecretValue"},
		within: []string{
			"secretsmanager:REGION:ACCOUNT:secret:cache-*", "secretsmanager:REGION:ACCOUNT:secret:cookie-*", "secretsmanager:REGION:ACCOUNT:secret:database-*",
		},
	},
}

// network is what belongs to EC2. Its resources have no names, so tags say whose they are:
// guards want the project's on every one.
var network = struct {
	types []string
	reads []string
	// makes are actions about what is not there yet, which has no tag, and RunInstances,
	// without which Auto Scaling accepts no launch template: they are allowed in the region.
	makes []string
	// changes are allowed where the project's tag is.
	changes []string
}{
	types: []string{
		"awsx:ec2:Vpc", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/securityGroup:SecurityGroup",
		"aws:ec2/vpcEndpoint:VpcEndpoint", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
	},
	reads: []string{
		"ec2:DescribeAddresses", "ec2:DescribeAddressesAttribute", "ec2:DescribeAvailabilityZones", "ec2:DescribeInternetGateways", "ec2:DescribeInstances",
		"ec2:DescribeInstanceTypes", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeLaunchTemplates", "ec2:DescribeNatGateways", "ec2:DescribeNetworkAcls",
		"ec2:DescribeNetworkInterfaces", "ec2:DescribePrefixLists", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups",
		"ec2:DescribeSubnets", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs",
	},
	makes: []string{
		"ec2:AllocateAddress", "ec2:CreateInternetGateway", "ec2:CreateLaunchTemplate", "ec2:CreateNatGateway", "ec2:CreateRouteTable", "ec2:CreateSecurityGroup",
		"ec2:CreateSubnet", "ec2:CreateVpc", "ec2:CreateVpcEndpoint", "ec2:RunInstances",
	},
	changes: []string{
		"ec2:AssociateRouteTable", "ec2:AttachInternetGateway", "ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress", "ec2:CreateLaunchTemplateVersion",
		"ec2:CreateRoute", "ec2:CreateTags", "ec2:DeleteInternetGateway", "ec2:DeleteLaunchTemplate", "ec2:DeleteLaunchTemplateVersions", "ec2:DeleteNatGateway",
		"ec2:DeleteRoute", "ec2:DeleteRouteTable", "ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", "ec2:DeleteTags", "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints",
		"ec2:DetachInternetGateway", "ec2:DisassociateAddress", "ec2:DisassociateRouteTable", "ec2:ModifyLaunchTemplate", "ec2:ModifySecurityGroupRules",
		"ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint", "ec2:ReleaseAddress", "ec2:ReplaceRoute",
		"ec2:ReplaceRouteTableAssociation", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
		"ec2:UpdateSecurityGroupRuleDescriptionsEgress", "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
	},
}

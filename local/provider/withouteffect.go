package provider

import "maps"

// withoutEffect lists, by type, the inputs that change nothing in a local cloud, and why.
// An input that a service takes is not here: it has an effect. One that is neither is
// refused.
var withoutEffect = union(withoutEffectOfNetwork, withoutEffectOfWeb, withoutEffectOfData)

// reasons are the inputs without effect of one type, and why.
type reasons = map[string]string

// tagged are reasons of a type that has tags.
func tagged(more reasons) reasons {
	all := reasons{"tags": "nothing here is found by its tags"}
	maps.Copy(all, more)
	return all
}

// recorded are reasons of a type that nothing stands for.
func recorded(names ...string) reasons {
	all := reasons{}
	for _, name := range names {
		all[name] = "resources of this type are only recorded"
	}
	return all
}

const (
	described = "a description is for people"
	encrypted = "nothing is written to a disk that somebody else could read"
	oneVPC    = "there is one VPC"
)

var withoutEffectOfNetwork = map[string]reasons{
	"aws:ec2/vpc:Vpc": tagged(reasons{
		"cidrBlock":       "subnets say their own",
		"instanceTenancy": "there is one machine",
	}),
	"aws:ec2/subnet:Subnet":                   tagged(nil),
	"aws:ec2/internetGateway:InternetGateway": tagged(recorded("vpcId")),
	"aws:ec2/natGateway:NatGateway":           tagged(reasons{"allocationId": "nobody outside sees an address"}),
	"aws:ec2/eip:Eip":                         tagged(recorded("domain")),
	"aws:ec2/routeTable:RouteTable":           tagged(reasons{"vpcId": oneVPC}),

	"aws:ec2/vpcEndpoint:VpcEndpoint":                   tagged(nil),
	"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": tagged(reasons{"vpcId": oneVPC}),
	"aws:ec2/securityGroup:SecurityGroup": tagged(reasons{
		"vpcId": oneVPC, "description": described, "revokeRulesOnDelete": "a rule does not outlive its group",
	}),
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": tagged(nil),
	"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   tagged(nil),
}

var withoutEffectOfWeb = map[string]reasons{
	"aws:lb/loadBalancer:LoadBalancer": tagged(reasons{
		"loadBalancerType":        "every one is an Application Load Balancer",
		"dropInvalidHeaderFields": "Go answers 400 to a name that HTTP forbids, and lets an underscore pass",
	}),
	"aws:lb/targetGroup:TargetGroup": tagged(reasons{
		"vpcId": oneVPC, "protocol": "targets speak HTTP", "healthCheck.protocol": "targets speak HTTP", "targetType": "targets are instances",
	}),
	"aws:lb/listener:Listener": tagged(reasons{
		"certificateArn": "certificates are of the cloud's own authority", "sslPolicy": "Go's choice of protocols and ciphers",
	}),
	"aws:ec2/launchTemplate:LaunchTemplate": tagged(reasons{
		"metadataOptions":     "user data is rendered with what an instance would ask",
		"blockDeviceMappings": "an instance has a folder of this machine", "tagSpecifications": "nothing here is found by its tags",
	}),
	"aws:autoscaling/group:Group": tagged(reasons{
		"minElbCapacity": "it waits for as many as the group has anyway",
	}),

	"aws:iam/role:Role":                       tagged(reasons{"description": described, "permissionsBoundary": "the policy that it names is another program's, and nobody here can read it"}),
	"aws:iam/instanceProfile:InstanceProfile": tagged(nil),
}

var withoutEffectOfData = map[string]reasons{
	"aws:s3/bucketV2:BucketV2":             tagged(reasons{"objectLockEnabled": "objects have one version"}),
	"aws:s3/bucketObjectv2:BucketObjectv2": tagged(reasons{"contentType": "no browser reads it", "serverSideEncryption": encrypted}),
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": recorded("blockPublicAcls", "blockPublicPolicy",
		"ignorePublicAcls", "restrictPublicBuckets"),
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": recorded("rules"),

	"aws:elasticache/subnetGroup:SubnetGroup": tagged(reasons{"description": described}),
	"aws:elasticache/parameterGroup:ParameterGroup": tagged(reasons{
		"description": described}),
	"aws:elasticache/replicationGroup:ReplicationGroup": tagged(reasons{
		"description": described, "atRestEncryptionEnabled": encrypted,
		"autoMinorVersionUpgrade": "there is one version", "snapshotRetentionLimit": "there are no snapshots", "transitEncryptionMode": "it is required or off",
	}),
	"aws:rds/subnetGroup:SubnetGroup": tagged(reasons{"description": described}),
	"aws:rds/parameterGroup:ParameterGroup": tagged(reasons{
		"description": described, "parameters.applyMethod": "PostgreSQL knows which need a restart",
	}),
	"aws:rds/instance:Instance": tagged(reasons{
		"maxAllocatedStorage": "storage is this machine's", "storageType": "storage is this machine's",
		"storageEncrypted": encrypted, "autoMinorVersionUpgrade": "there is one version", "engineLifecycleSupport": "it is about a price",
		"publiclyAccessible": "this machine reaches every address", "copyTagsToSnapshot": "there are no snapshots",
	}),
	"aws:secretsmanager/secret:Secret": tagged(reasons{"description": described}),
	"aws:dynamodb/table:Table": tagged(reasons{
		"billingMode": "dynalite has no capacity", "ttl": "dynalite keeps expired items", "pointInTimeRecovery": "there are no backups",
		"serverSideEncryption": encrypted,
	}),
}

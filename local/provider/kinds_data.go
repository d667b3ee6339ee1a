package provider

var dataKinds = map[string]kind{
	"aws:s3/bucketV2:BucketV2": {
		name: "bucket", maxName: 63, id: "{bucket}",
		outputs: outputs{"arn": "arn:aws:s3:::{bucket}", "bucketDomainName": "{bucket}.s3.amazonaws.com",
			"bucketRegionalDomainName": "{bucket}.s3.{region}.amazonaws.com", "region": "{region}"},
		replace: inputs{"bucket", "bucketPrefix", "objectLockEnabled"}, keep: inputs{"objectLockEnabled"},
	},
	"aws:s3/bucketObjectv2:BucketObjectv2": {
		id: "{bucket}/{key}", outputs: outputs{"arn": "arn:aws:s3:::{bucket}/{key}"},
		replace: inputs{"bucket", "key"}, keep: inputs{"contentType", "serverSideEncryption"},
	},
	"aws:s3/bucketPolicy:BucketPolicy":                                                           ofBucket,
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":                                     ofBucket,
	"aws:s3/bucketVersioningV2:BucketVersioningV2":                                               ofBucket,
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": ofBucket,
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2":                       ofBucket,
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls":                                     ofBucket,

	"aws:elasticache/subnetGroup:SubnetGroup": {
		name: "name", maxName: 255, id: "{name}",
		outputs: outputs{"arn": "arn:aws:elasticache:{region}:{account}:subnetgroup:{name}"},
		replace: inputs{"name"},
	},
	"aws:elasticache/parameterGroup:ParameterGroup": {
		name: "name", maxName: 255, id: "{name}",
		outputs: outputs{"arn": "arn:aws:elasticache:{region}:{account}:parametergroup:{name}"},
		replace: inputs{"name", "family", "description"},
	},
	"aws:elasticache/replicationGroup:ReplicationGroup": {
		name: "replicationGroupId", maxName: 40, id: "{replicationGroupId}",
		outputs:  outputs{"arn": "arn:aws:elasticache:{region}:{account}:replicationgroup:{replicationGroupId}"},
		computed: outputNames{"primaryEndpointAddress", "readerEndpointAddress"},
		replace:  inputs{"replicationGroupId", "atRestEncryptionEnabled", "kmsKeyId", "port", "subnetGroupName"},
		replaceIf: map[string]replacing{
			"engine": fromValkey, "engineVersion": toOlderVersion, "transitEncryptionEnabled": encryptedForever,
		},
		keep: inputs{
			"applyImmediately", "atRestEncryptionEnabled", "autoMinorVersionUpgrade", "engineVersion", "nodeType", "numCacheClusters",
			"parameterGroupName", "securityGroupIds", "subnetGroupName", "transitEncryptionEnabled", "transitEncryptionMode",
		},
		defaults: map[string]any{"port": 6379.0},
	},
	"aws:rds/subnetGroup:SubnetGroup": {
		name: "name", maxName: 255, id: "{name}",
		outputs: outputs{"arn": "arn:aws:rds:{region}:{account}:subgrp:{name}"},
		replace: inputs{"name", "namePrefix"},
	},
	"aws:rds/parameterGroup:ParameterGroup": {
		name: "name", maxName: 255, id: "{name}",
		outputs: outputs{"arn": "arn:aws:rds:{region}:{account}:pg:{name}"},
		replace: inputs{"name", "namePrefix", "family", "description"},
	},
	"aws:rds/instance:Instance": {
		name: "identifier", maxName: 63, id: "{resourceId}",
		outputs:  outputs{"arn": "arn:aws:rds:{region}:{account}:db:{identifier}", "resourceId": "db-{hex26}"},
		computed: outputNames{"address", "endpoint", "port", "status"},
		replace:  inputs{"engine", "username", "dbName", "storageEncrypted", "kmsKeyId", "availabilityZone", "snapshotIdentifier"},
		keep: inputs{
			"allocatedStorage", "availabilityZone", "backupRetentionPeriod", "dbName", "dbSubnetGroupName", "engine", "engineLifecycleSupport",
			"engineVersion", "kmsKeyId", "multiAz", "parameterGroupName", "port", "storageType", "username", "vpcSecurityGroupIds",
		},
		defaults: map[string]any{"autoMinorVersionUpgrade": true},
	},
	"aws:secretsmanager/secret:Secret": {
		name: "name", maxName: 512, id: "{arn}",
		outputs: outputs{"arn": "arn:aws:secretsmanager:{region}:{account}:secret:{name}-{hex6}"},
		replace: inputs{"name", "namePrefix"},
	},
	"aws:secretsmanager/secretVersion:SecretVersion": {
		id: "{secretId}|{versionId}", outputs: outputs{"arn": "{secretId}", "versionId": "{hex32}"},
		replace: inputs{"secretId", "secretString", "secretBinary"},
	},
	"aws:dynamodb/table:Table": {
		name: "name", maxName: 255, id: "{name}",
		outputs: outputs{"arn": "arn:aws:dynamodb:{region}:{account}:table/{name}"},
		replace: inputs{"name", "hashKey", "rangeKey"}, keep: inputs{"pointInTimeRecovery", "serverSideEncryption", "ttl"},
	},
}

// ofBucket is one aspect of a bucket.
var ofBucket = kind{id: "{bucket}", replace: inputs{"bucket"}}

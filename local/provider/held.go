package provider

// held says what is gone with a resource of a type, in words that end a sentence:
// "Data is lost with …: …". A type that is not here holds nothing that another up does not bring
// back. What a secret's version or a password says is in the state, and is made anew
// for whoever uses it.
var held = map[string]string{
	"aws:backup/vault:Vault":                            "its backups",
	"aws:cloudwatch/logGroup:LogGroup":                  "its log",
	"aws:dynamodb/table:Table":                          "its items",
	"aws:elasticache/replicationGroup:ReplicationGroup": "what is in its memory",
	"aws:kms/key:Key":                                   "what it encrypts",
	"aws:rds/instance:Instance":                         "its databases",
	"aws:s3/bucketObjectv2:BucketObjectv2":              "its content",
	"aws:s3/bucketV2:BucketV2":                          "its objects",
	"aws:secretsmanager/secret:Secret":                  "its versions",
	"random:index/randomBytes:RandomBytes":              "what it encrypts",
}

// copies are the inputs that make a resource a copy: its data is that of another.
var copies = map[string]string{"aws:rds/instance:Instance": "replicateSourceDb"}

// Held returns what data is gone when a resource of a type with these inputs is
// deleted, "" if none is.
func Held(typ string, inputs map[string]any) string {
	if _, isCopy := inputs[copies[typ]]; isCopy {
		return ""
	}
	return held[typ]
}

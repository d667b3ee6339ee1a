package aws

import "time"

// Timing is something that takes time on AWS, or is repeated there in time.
type Timing int

// Every timing of the local cloud. A service that waits asks for one of these, so that
// what is fast here and slow on AWS stands in one table.
const (
	CacheDetection Timing = iota
	CachePromotion
	DatabaseDetection
	DatabasePromotion
	DNSLifetime
	MetricPeriod
	StatusChecks
	TargetConnection
	InstanceBoot
	RefreshPatience
)

// assumed begins the source of a time that AWS does not tell: the page says what happens,
// and gives no number.
const assumed = "assumed; AWS gives no number in "

// timings is the table: what a timing is, how long it takes on AWS and who says so, and
// the least that this machine needs, at whatever scale: to tell a dead node from a slow
// one, and to measure at no cost that anybody notices.
var timings = [...]struct {
	Name   string
	AWS    time.Duration
	Source string
	Least  time.Duration
}{
	CacheDetection: {"a cache node that does not answer is taken for dead", 15 * time.Second,
		assumed + "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html", 2 * time.Second},
	CachePromotion: {"a cache replica is made the primary", 10 * time.Second,
		assumed + "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html", 0},
	// "Failover times are typically 60–120 seconds", from the outage on. How much of that is
	// detection, and how much promotion, is an assumption too.
	DatabaseDetection: {"a database that does not answer is taken for dead", 30 * time.Second,
		"https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html", 6 * time.Second},
	DatabasePromotion: {"a database standby is made the primary", 45 * time.Second,
		"https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html", 0},
	// The records have a lifetime of 5 s
	// (https://repost.aws/knowledge-center/aurora-mysql-redirected-endpoint-writer); a client
	// may keep them for less than 30 s, says the page.
	DNSLifetime: {"a resolver keeps the address behind an endpoint's name", 5 * time.Second,
		"https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_BestPractices.html", 0},
	MetricPeriod: {"a metric is published, and an alarm looks at it", time.Minute,
		"https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html", 200 * time.Millisecond},
	// Health checks of load balancers, which are in real time here, come first, as on AWS.
	StatusChecks: {"the status checks of an instance whose machine is lost fail", time.Minute,
		"https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html", 20 * time.Second},
	TargetConnection: {"a load balancer gives up connecting to a target", 10 * time.Second,
		"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-504-issues", 2 * time.Second},
	InstanceBoot: {"an instance boots until its service starts", time.Minute,
		"https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html", 30 * time.Second},
	RefreshPatience: {"an instance refresh goes on trying when what it launches does not come up", time.Hour,
		"https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html", 0},
}

// DefaultScale makes a minute of AWS a second here.
const DefaultScale = 1.0 / 60

// Timings says how long timings take in one cloud.
type Timings struct {
	// Scale is how long a second of AWS takes here, in seconds: 1 is real time,
	// 0 is DefaultScale.
	Scale float64
}

// Of returns how long a timing of the table takes here.
func (t Timings) Of(timing Timing) time.Duration {
	return max(t.Scaled(timings[timing].AWS), timings[timing].Least)
}

// Exactly returns how long a timing takes here by its scale alone: for what this machine
// knows at once, like the end of a process, and only AWS takes its time to find out.
func (t Timings) Exactly(timing Timing) time.Duration { return t.Scaled(timings[timing].AWS) }

// Scaled returns how long here what takes that long on AWS: for what is declared, like
// a cool-down.
func (t Timings) Scaled(onAWS time.Duration) time.Duration {
	scale := t.Scale
	if scale == 0 {
		scale = DefaultScale
	}
	return time.Duration(float64(onAWS) * scale)
}

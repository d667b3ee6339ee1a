package fleet

import (
	"fmt"

	"myclothes/infra/config"
	"myclothes/infra/conventions"
)

// Config is what can be configured of the fleet.
type Config struct {
	MinInstances   int
	MaxInstances   int
	InstanceType   string
	AmiID          string // empty: the latest Amazon Linux 2023 when an instance starts
	WarmupSeconds  int    // from in service to counted as such
	GraceSeconds   int    // from launch until an unhealthy instance is replaced
	CPUPercent     int    // average that scaling aims at
	RequestsMinute int    // per instance, that scaling aims at
	BoundaryArn    string // of the policy that bounds the instances' role; empty: none does
}

// Keys are the keys of the fleet.
func (c *Config) Keys() []config.Key {
	return []config.Key{
		config.Integer(&c.MinInstances, "minInstances", 3, 1, 1000, "Instances that always run, at least one per Availability Zone"),
		config.Integer(&c.MaxInstances, "maxInstances", 9, 1, 1000, "Instances that scaling may reach"),
		config.Pattern(&c.InstanceType, "instanceType", "t4g.small", `[a-z][a-z0-9-]*\d[a-z0-9-]*\.[a-z0-9-]+`,
			"EC2 instance type; the service is built for its architecture"),
		config.Pattern(&c.AmiID, "amiId", "", `ami-[0-9a-f]{8,17}`,
			"Image of the instances, for the architecture of instanceType. Empty is the latest Amazon Linux 2023 when an instance starts; a pinned image lets a failed roll undo itself"),
		config.Integer(&c.WarmupSeconds, "instanceWarmupSeconds", 180, 0, 3600,
			"How long a new instance warms up before a roll goes on, at least healthCheckGraceSeconds: until then nobody looks whether it is healthy"),
		config.Integer(&c.GraceSeconds, "healthCheckGraceSeconds", 180, 0, 3600,
			"How long a new instance may take until it must be healthy; longer than it takes to boot"),
		config.Integer(&c.CPUPercent, "targetCpuPercent", 60, 10, 90, "Average CPU that scaling aims at, {least} to {most}"),
		config.Integer(&c.RequestsMinute, "targetRequestsPerMinute", 6000, 1, 1000000, "Requests per minute and instance that scaling aims at"),
		config.Pattern(&c.BoundaryArn, "permissionsBoundaryArn", "", `arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+`,
			"ARN of the policy that is the permissions boundary of the instances' role: they may do no more, whatever the role's own policy says. Empty is none; a role that workflows deploy needs that of infra/ci"),
	}
}

// Check refuses a fleet that could not be rolled or scaled as it says.
func (c *Config) Check(p *config.Problems) {
	if _, err := conventions.ArchitectureOf(c.InstanceType); err != nil {
		p.Refuse("instanceType", c.InstanceType, err.Error())
	}
	// Until the grace period is over, Auto Scaling does not look at what the load balancer says.
	p.RefuseIf(c.WarmupSeconds < c.GraceSeconds, "instanceWarmupSeconds", c.WarmupSeconds,
		fmt.Sprintf("at least healthCheckGraceSeconds (%d): a roll would count instances that never became healthy", c.GraceSeconds))
	p.RefuseIf(c.MaxInstances < c.MinInstances, "maxInstances", c.MaxInstances, fmt.Sprintf("at least minInstances (%d)", c.MinInstances))
}

// Architecture is that of the instance type, or "" if Check refuses that.
func (c *Config) Architecture() conventions.Architecture {
	architecture, _ := conventions.ArchitectureOf(c.InstanceType)
	return architecture
}

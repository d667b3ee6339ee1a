package ec2

import (
	"myclothes/local/cloud/cloudwatch"
	"myclothes/local/cloud/host"
	"myclothes/local/cloud/instancetypes"
)

// Metrics are the cloud's, for services that publish into them.
func (n *Network) Metrics() *cloudwatch.Metrics { return n.host.Metrics }

// Metrics are the cloud's, for whoever publishes what instances do.
func (s *Instances) Metrics() *cloudwatch.Metrics { return s.host.Metrics }

// Monitoring is a launch template's monitoring.
type Monitoring struct {
	Enabled bool `json:"enabled"` // detailed, every minute; otherwise every five
}

// basicPeriod is every how many minutes instances without detailed monitoring publish.
const basicPeriod = 5

// gauge is what is measured of an instance.
type gauge struct {
	minutes int // since it was launched
	meter   host.Meter
}

// Publish publishes, in AWS/EC2, what is measured of an instance of an Auto Scaling group,
// at the end of every minute, as
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
// lists it:
//
//	by InstanceId, by AutoScalingGroupName, and with detailed monitoring by ImageId and
//	by InstanceType: CPUUtilization (percent), every minute with detailed monitoring and
//	every five without
//	by InstanceId and by AutoScalingGroupName: StatusCheckFailed and
//	StatusCheckFailed_Instance (0 or 1), every minute
//
// By AutoScalingGroupName it counts only if counts says so: not while it warms up.
//
// CPU utilization is the processor time of the instance's service, in percent of what the
// virtual processors of its type would give; of a type that VCPUs does not know there is
// none. A status check fails when the instance hangs. StatusCheckFailed_System is not
// published: AWS's own machine is this one. Disk…, EBS…, Network…, MetadataNoToken and
// CPUCredit… are not: an instance has neither a disk, a network card and a metadata
// service of its own, nor credits.
func (i *Instance) Publish(m *cloudwatch.Metrics, group string, counts bool) {
	own := cloudwatch.Dimension{Name: "InstanceId", Value: i.ID}
	ofGroup := cloudwatch.Dimension{Name: "AutoScalingGroupName", Value: group}
	p := cloudwatch.Publisher{Metrics: m, Namespace: "AWS/EC2", Dimensions: [][]cloudwatch.Dimension{{own}}}
	if counts {
		p.Dimensions = append(p.Dimensions, []cloudwatch.Dimension{ofGroup})
	}
	detailed := i.template.Monitoring != nil && i.template.Monitoring.Enabled
	i.gauge.minutes++
	failed := 0.0
	if i.hangs() {
		failed = 1
	}
	p.Value("StatusCheckFailed", "Count", failed)
	p.Value("StatusCheckFailed_Instance", "Count", failed)
	if !detailed && i.gauge.minutes%basicPeriod != 0 {
		return
	}
	processors := instancetypes.VCPUs(i.template.InstanceType)
	load, known := i.gauge.meter.Look(i.service.Last(), processors)
	if !known {
		return
	}
	if detailed {
		p.Dimensions = append(p.Dimensions, []cloudwatch.Dimension{{Name: "ImageId", Value: i.template.ImageID}},
			[]cloudwatch.Dimension{{Name: "InstanceType", Value: i.template.InstanceType}})
	}
	p.Value("CPUUtilization", "Percent", 100*load.All)
}

// hangs says whether the instance does not run on, although it has not ended.
func (i *Instance) hangs() bool { return i.service.Last().Stopped() }

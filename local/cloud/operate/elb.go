package operate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/elb"
)

// balancing is Elastic Load Balancing, version 2.
type balancing struct {
	network   *ec2.Network
	balancers *elb.LoadBalancers
	groups    *elb.TargetGroups
}

func (s balancing) actions() map[string]action {
	return map[string]action{
		"DescribeLoadBalancers": act(s.describeLoadBalancers),
		"DescribeTargetGroups":  act(s.describeTargetGroups),
		"DescribeTargetHealth":  act(s.describeTargetHealth),
	}
}

type describeLoadBalancers struct {
	LoadBalancerArns []string `xml:"LoadBalancerArns>member"`
	Names            []string `xml:"Names>member"`
	Marker           string
	PageSize         int
}

type loadBalancers struct {
	LoadBalancers []loadBalancer `xml:"LoadBalancers>member"`
	NextMarker    string         `xml:",omitempty"`
}

type loadBalancer struct {
	LoadBalancerArn, DNSName, CanonicalHostedZoneId string
	CreatedTime                                     *time.Time
	LoadBalancerName, Scheme, VpcId                 string
	State                                           struct{ Code string }
	Type                                            string
	AvailabilityZones                               []availabilityZone `xml:"AvailabilityZones>member"`
	SecurityGroups                                  []string           `xml:"SecurityGroups>member"`
	IpAddressType                                   string
}

type availabilityZone struct{ ZoneName, SubnetId string }

func (s balancing) describeLoadBalancers(_ context.Context, in describeLoadBalancers) (out loadBalancers, err error) {
	all := s.balancers.Describe()
	for _, wanted := range slices.Concat(in.LoadBalancerArns, in.Names) {
		if !slices.ContainsFunc(all, func(b elb.Described) bool { return b.ARN == wanted || b.Name == wanted }) {
			return out, aws.Errorf("LoadBalancerNotFound", "Load balancers '[%s]' not found", wanted)
		}
	}
	all = only(all, slices.Concat(in.LoadBalancerArns, in.Names), func(b elb.Described) []string { return []string{b.ARN, b.Name} })
	all, out.NextMarker, err = page(all, in.Marker, in.PageSize)
	for _, b := range all {
		shown := loadBalancer{
			LoadBalancerArn: b.ARN, LoadBalancerName: b.Name, DNSName: "127.0.0.1", CanonicalHostedZoneId: "Z0LOCAL",
			CreatedTime: timestamp(b.Since), Scheme: "internet-facing", Type: "application", IpAddressType: "ipv4",
			SecurityGroups: b.Declared.SecurityGroups,
		}
		shown.State.Code = "active"
		for _, place := range b.Places {
			shown.AvailabilityZones = append(shown.AvailabilityZones, availabilityZone{place.Zone, place.Subnet})
			shown.VpcId = s.network.VPCOf(place.Subnet)
		}
		out.LoadBalancers = append(out.LoadBalancers, shown)
	}
	return out, err
}

type describeTargetGroups struct {
	TargetGroupArns []string `xml:"TargetGroupArns>member"`
	Names           []string `xml:"Names>member"`
	LoadBalancerArn string
	Marker          string
	PageSize        int
}

type targetGroups struct {
	TargetGroups []targetGroup `xml:"TargetGroups>member"`
	NextMarker   string        `xml:",omitempty"`
}

type targetGroup struct {
	TargetGroupArn, TargetGroupName, Protocol      string
	Port                                           int
	HealthCheckProtocol, HealthCheckPort           string
	HealthCheckEnabled                             bool
	HealthCheckIntervalSeconds                     int
	HealthCheckTimeoutSeconds                      int
	HealthyThresholdCount, UnhealthyThresholdCount int
	HealthCheckPath                                string
	Matcher                                        struct{ HttpCode string }
	LoadBalancerArns                               []string `xml:"LoadBalancerArns>member"`
	TargetType                                     string
}

func (s balancing) describeTargetGroups(_ context.Context, in describeTargetGroups) (out targetGroups, err error) {
	all := s.groups.Describe()
	wanted := slices.Concat(in.TargetGroupArns, in.Names)
	for _, name := range wanted {
		if _, err := find(all, name); err != nil {
			return out, err
		}
	}
	all = only(all, wanted, func(g elb.DescribedTargetGroup) []string { return []string{g.ARN, g.Name} })
	if in.LoadBalancerArn != "" {
		all = slices.DeleteFunc(all, func(g elb.DescribedTargetGroup) bool { return !slices.Contains(s.arns(g), in.LoadBalancerArn) })
	}
	all, out.NextMarker, err = page(all, in.Marker, in.PageSize)
	for _, g := range all {
		shown := targetGroup{
			TargetGroupArn: g.ARN, TargetGroupName: g.Name, Protocol: "HTTP", Port: g.Declared.Port, TargetType: "instance",
			HealthCheckEnabled: true, HealthCheckProtocol: "HTTP", HealthCheckPort: g.Check.Port, HealthCheckPath: g.Check.Path,
			HealthCheckIntervalSeconds: g.Check.Interval, HealthCheckTimeoutSeconds: g.Check.Timeout,
			HealthyThresholdCount: g.Check.HealthyThreshold, UnhealthyThresholdCount: g.Check.UnhealthyThreshold,
			LoadBalancerArns: s.arns(g),
		}
		shown.Matcher.HttpCode = g.Check.Matcher
		out.TargetGroups = append(out.TargetGroups, shown)
	}
	return out, err
}

// arns are those of the load balancers that send requests to a group.
func (s balancing) arns(g elb.DescribedTargetGroup) (arns []string) {
	for _, b := range s.balancers.Describe() {
		if slices.Contains(g.LoadBalancers, b.Name) {
			arns = append(arns, b.ARN)
		}
	}
	return arns
}

// find returns the target group of an ARN or a name.
func find(all []elb.DescribedTargetGroup, reference string) (elb.DescribedTargetGroup, error) {
	i := slices.IndexFunc(all, func(g elb.DescribedTargetGroup) bool { return g.ARN == reference || g.Name == reference })
	if i < 0 {
		return elb.DescribedTargetGroup{}, aws.Errorf("TargetGroupNotFound", "Target groups '[%s]' not found", reference)
	}
	return all[i], nil
}

type describeTargetHealth struct {
	TargetGroupArn string
	Targets        []target `xml:"Targets>member"`
}

type target struct {
	Id   string
	Port int
}

type targetHealth struct {
	TargetHealthDescriptions []targetHealthDescription `xml:"TargetHealthDescriptions>member"`
}

type targetHealthDescription struct {
	Target          target
	HealthCheckPort string
	TargetHealth    struct {
		State       string
		Reason      string `xml:",omitempty"`
		Description string `xml:",omitempty"`
	}
}

func (s balancing) describeTargetHealth(_ context.Context, in describeTargetHealth) (out targetHealth, err error) {
	group, err := find(s.groups.Describe(), in.TargetGroupArn)
	if err != nil {
		return out, err
	}
	targets := group.Targets
	if len(in.Targets) > 0 {
		targets = nil
		for _, wanted := range in.Targets {
			targets = append(targets, group.Target(wanted.Id))
		}
	}
	port := group.Check.Port
	if port == "traffic-port" {
		port = fmt.Sprint(group.Declared.Port)
	}
	for _, t := range targets {
		shown := targetHealthDescription{Target: target{t.ID, group.Declared.Port}, HealthCheckPort: port}
		shown.TargetHealth.State = string(t.State)
		shown.TargetHealth.Reason, shown.TargetHealth.Description = t.Cause()
		out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, shown)
	}
	return out, nil
}

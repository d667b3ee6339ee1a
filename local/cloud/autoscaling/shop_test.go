package autoscaling

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/elb"
)

// shop is a VPC with a load balancer and a group of instances behind it.
type shop struct {
	*cloudtest.VPC
	machines  *ec2.Instances
	balancers *elb.LoadBalancers
	templates *ec2.LaunchTemplates
	groups    *Groups
	url       string
	group     Group
}

// impatient is a scale at which an instance refresh goes on trying for two seconds.
const impatient = 1.0 / 1800

// newShop declares a load balancer over the three zones, and what instances need.
func newShop(t *testing.T) *shop {
	t.Helper()
	v := cloudtest.NewVPC(t)
	balancers, targets := elb.NewLoadBalancers(v.Network, nil), elb.NewTargetGroups(v.Network)
	s := &shop{VPC: v, balancers: balancers, templates: ec2.NewLaunchTemplates(), machines: ec2.NewInstances(v.Host, v.Network, noPlatform{}, testImage)}
	s.groups = New(v.Host, s.machines, s.templates, targets)
	t.Cleanup(func() {
		for _, service := range []interface{ Close(context.Context) error }{balancers, targets, s.groups} {
			require.NoError(t, service.Close(context.Background()))
		}
	})
	v.Allow("sg-lb", "sg-app", 8080, 8080)
	cloudtest.Declare(t, v.Network.IngressRules(), "internet-to-lb", ec2.SecurityGroupRule{
		SecurityGroupID: "sg-lb", IPProtocol: "tcp", FromPort: 80, ToPort: 80, CidrIpv4: "0.0.0.0/0"})
	cloudtest.Declare(t, balancers, "lb", elb.LoadBalancer{Subnets: cloudtest.AppSubnets, SecurityGroups: []string{"sg-lb"}})
	cloudtest.Declare(t, targets, "tg", elb.TargetGroup{Port: 8080, Stickiness: &elb.Stickiness{Type: "lb_cookie"}, HealthCheck: &elb.HealthCheck{
		Path: "/healthz", Interval: 1, Timeout: 1, HealthyThreshold: 2, UnhealthyThreshold: 2}})
	cloudtest.Declare(t, elb.NewListeners(v.Host, balancers, targets), "http", elb.Listener{LoadBalancerARN: cloudtest.Named("lb").ARN, Port: 80, Protocol: "HTTP",
		DefaultActions: []elb.Action{{Type: "forward", TargetGroupARN: cloudtest.Named("tg").ARN}}})
	cloudtest.Declare(t, s.templates, "template", template("version 1"))
	s.url = cloudtest.ComponentOf(t, balancers.Report(), "load balancer").Address
	s.group = Group{
		MinSize: 3, MaxSize: 6, VPCZoneIdentifiers: cloudtest.AppSubnets, TargetGroupARNs: []string{cloudtest.Named("tg").ARN},
		HealthCheckType: "ELB", HealthCheckGracePeriod: new(3600), WaitForCapacityTimeout: "60s",
		LaunchTemplate: &ec2.LaunchTemplateRef{ID: "template", Version: "1"},
	}
	return s
}

// open launches the group.
func (s *shop) open() *shop {
	s.Helper()
	cloudtest.Declare(s.T, s.groups, "group", s.group)
	return s
}

// template is a launch template whose service behaves as told.
func template(behaviour string) ec2.LaunchTemplate {
	return ec2.LaunchTemplate{UserData: base64.StdEncoding.EncodeToString([]byte(behaviour)), VPCSecurityGroupIDs: []string{"sg-app"}}
}

// release declares a new version of the launch template and has the group use it.
func (s *shop) release(behaviour string) {
	s.Helper()
	s.group.LaunchTemplate = s.version(behaviour)
	s.updateGroup()
}

// version declares a new version of the launch template and returns it. The group stays
// as it is.
func (s *shop) version(behaviour string) *ec2.LaunchTemplateRef {
	s.Helper()
	outputs, err := s.templates.Update(s.Context(), cloudtest.Named("template"), template(behaviour))
	require.NoError(s, err)
	return &ec2.LaunchTemplateRef{ID: "template", Version: fmt.Sprint(outputs["latestVersion"])}
}

// updateLatest declares a new version before there is a group.
func (s *shop) updateLatest(behaviour string) {
	s.Helper()
	_, err := s.templates.Update(s.Context(), cloudtest.Named("template"), template(behaviour))
	require.NoError(s, err)
	s.group.LaunchTemplate.Version = "$Latest"
}

func (s *shop) updateGroup() {
	s.Helper()
	_, err := s.groups.Update(s.Context(), cloudtest.Named("group"), s.group)
	require.NoError(s, err)
}

// instances lists the group's instances by id.
func (s *shop) instances() map[string]aws.Component {
	found := map[string]aws.Component{}
	for _, c := range s.groups.Report() {
		if c.Kind == testImage.Kind {
			found[c.ID] = c
		}
	}
	return found
}

func (s *shop) healthy() int { return cloudtest.CountHealthy(s.groups.Report(), testImage.Kind) }

// kill ends the process of an instance's service.
func (s *shop) kill(id string) {
	s.Helper()
	require.NoError(s, syscall.Kill(s.instances()[id].PID, syscall.SIGKILL))
}

// lose makes an instance's machine go away without a word.
func (s *shop) lose(id string) {
	s.Helper()
	require.NoError(s, s.machines.Lose(id))
}

// gone says whether an instance has been replaced.
func (s *shop) gone(id string) bool {
	_, there := s.instances()[id]
	return !there && s.healthy() == 3
}

func (s *shop) get(client *http.Client, path string) cloudtest.Answer {
	s.Helper()
	a, err := cloudtest.Get(client, s.url+path)
	require.NoError(s, err)
	return a
}

// servedBy returns which instances answer that many clients.
func (s *shop) servedBy(clients int) map[string]int {
	s.Helper()
	served := map[string]int{}
	for range clients {
		a := s.get(cloudtest.Browser(s.T), "/")
		require.Equal(s, http.StatusOK, a.Status, a.Body)
		served[a.Instance]++
	}
	return served
}

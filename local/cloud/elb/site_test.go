package elb

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
)

// site is a VPC with a load balancer over its zones, and targets behind it.
type site struct {
	*cloudtest.VPC
	balancers *LoadBalancers
	groups    *TargetGroups
	listeners *Listeners
	url       string
	servers   map[string]*http.Server // of the targets, by id
	zones     map[string]string       // by target
	resume    chan struct{}           // closed when requests for /wait may be answered
}

// newSite declares a load balancer without targets; edit changes the target group's
// declaration.
func newSite(t *testing.T, edit func(*TargetGroup)) *site {
	t.Helper()
	v := cloudtest.NewVPC(t)
	s := &site{VPC: v, balancers: NewLoadBalancers(v.Network, nil), groups: NewTargetGroups(v.Network),
		servers: map[string]*http.Server{}, zones: map[string]string{}, resume: make(chan struct{})}
	s.listeners = NewListeners(v.Host, s.balancers, s.groups)
	t.Cleanup(func() {
		require.NoError(t, s.balancers.Close(context.Background()))
		require.NoError(t, s.groups.Close(context.Background()))
	})
	v.Allow("sg-lb", "sg-app", 8080, 8080)
	cloudtest.Declare(t, v.Network.IngressRules(), "internet-to-lb", ec2.SecurityGroupRule{
		SecurityGroupID: "sg-lb", IPProtocol: "tcp", FromPort: 80, ToPort: 443, CidrIpv4: "0.0.0.0/0"})
	cloudtest.Declare(t, s.balancers, "lb", LoadBalancer{Subnets: cloudtest.AppSubnets, SecurityGroups: []string{"sg-lb"}})
	spec := TargetGroup{Port: 8080, HealthCheck: &HealthCheck{Path: "/healthz", Interval: 1, Timeout: 1, HealthyThreshold: 2, UnhealthyThreshold: 2}}
	if edit != nil {
		edit(&spec)
	}
	cloudtest.Declare(t, s.groups, "tg", spec)
	cloudtest.Declare(t, s.listeners, "http", forwardTo("tg"))
	s.url = cloudtest.ComponentOf(t, s.balancers.Report(), "load balancer").Address
	return s
}

// forwardTo is a listener on port 80.
func forwardTo(group string) Listener {
	return listenerThat(Action{Type: "forward", TargetGroupARN: cloudtest.Named(group).ARN})
}

func listenerThat(action Action) Listener {
	return Listener{LoadBalancerARN: cloudtest.Named("lb").ARN, Port: 80, Protocol: "HTTP", DefaultActions: []Action{action}}
}

// open registers a healthy target in each zone.
func (s *site) open() *site {
	s.Helper()
	for i, subnet := range cloudtest.AppSubnets {
		id := fmt.Sprint("i-", i)
		eni, err := s.Network.Attach(id, subnet, []string{"sg-app"})
		require.NoError(s, err)
		s.zones[id] = eni.Zone
		s.serve(id, eni)
		s.targetGroup().Register(id, eni, func() {})
	}
	cloudtest.Eventually(s.T, "all healthy", func() bool { return s.count(Healthy) == 3 })
	return s
}

// serve runs a target's service.
func (s *site) serve(id string, eni *ec2.Interface) {
	s.Helper()
	listener, err := net.Listen("tcp4", netip.AddrPortFrom(eni.Local, 8080).String())
	require.NoError(s, err)
	mux := http.NewServeMux()
	mux.Handle("/", cloudtest.Application(id, "version 1"))
	mux.HandleFunc("/wait", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Instance-Id", id)
		select {
		case <-s.resume:
		case <-r.Context().Done():
		}
	})
	server := &http.Server{Handler: mux}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener)
	}()
	s.servers[id] = server
	s.Cleanup(func() {
		_ = server.Close()
		<-served
	})
}

func (s *site) targetGroup() *Targets {
	s.Helper()
	group, err := s.groups.Find("tg")
	require.NoError(s, err)
	return group
}

func (s *site) updateTargetGroup(edit func(*TargetGroup)) {
	s.Helper()
	spec := s.targetGroup().spec
	edit(&spec)
	_, err := s.groups.Update(s.Context(), cloudtest.Named("tg"), spec)
	require.NoError(s, err)
}

// count returns how many targets are in a state.
func (s *site) count(state targetState) int {
	n := 0
	for id := range s.servers {
		if s.targetGroup().HealthOf(id).State == state {
			n++
		}
	}
	return n
}

// kill ends a target's service and returns which target serves the client from then
// on. Until it is unhealthy, its requests are answered with 502, as on AWS.
func (s *site) kill(client *http.Client, id string) (elsewhere string) {
	s.Helper()
	require.NoError(s, s.servers[id].Close())
	cloudtest.Eventually(s.T, "another target serves", func() bool {
		a := s.get(client, "/")
		elsewhere = a.Instance
		return a.Status == http.StatusOK && elsewhere != id
	})
	return elsewhere
}

func (s *site) get(client *http.Client, path string) cloudtest.Answer {
	s.Helper()
	a, err := cloudtest.Get(client, s.url+path)
	require.NoError(s, err)
	return a
}

// servedBy returns which targets answer a number of requests.
func (s *site) servedBy(client *http.Client, requests int) map[string]int {
	s.Helper()
	served := map[string]int{}
	for range requests {
		a := s.get(client, "/")
		require.Equal(s, http.StatusOK, a.Status, a.Body)
		served[a.Instance]++
	}
	return served
}

package cloud

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shop is an account with a load balancer and a group of instances behind it.
type shop struct {
	*account
	url   string
	group AutoScalingGroup
}

// newShop declares a load balancer over the three zones and what instances need;
// edit changes the target group's declaration.
func newShop(t *testing.T, edit func(*TargetGroup)) *shop {
	t.Helper()
	s := &shop{account: newAccount(t)}
	s.allow("sg-lb", "sg-app", 8080, 8080)
	s.allowInternet("sg-app")
	declare(s.account, s.IngressRules, "internet-to-lb", SecurityGroupRule{
		SecurityGroupID: "sg-lb", IPProtocol: "tcp", FromPort: 80, ToPort: 443, CidrIpv4: "0.0.0.0/0"})
	s.declareRelease()

	subnets := []string{"subnet-app0", "subnet-app1", "subnet-app2"}
	declare(s.account, s.LoadBalancers, "lb", LoadBalancer{Subnets: subnets, SecurityGroups: []string{"sg-lb"}})
	spec := TargetGroup{Port: 8080, HealthCheck: &HealthCheck{Path: "/healthz", Interval: 1, Timeout: 1, HealthyThreshold: 2, UnhealthyThreshold: 2}}
	if edit != nil {
		edit(&spec)
	}
	declare(s.account, s.TargetGroups, "tg", spec)
	declare(s.account, s.Listeners, "http", s.listener(Action{Type: "forward", TargetGroupARN: named("tg").ARN}))
	s.url = s.componentOf("load balancer").Address
	s.group = AutoScalingGroup{
		MinSize: 3, MaxSize: 6, VPCZoneIdentifiers: subnets, TargetGroupARNs: []string{named("tg").ARN},
		HealthCheckType: "ELB", HealthCheckGracePeriod: new(60), WaitForCapacityTimeout: "60s",
		LaunchTemplate: &LaunchTemplateRef{ID: "template", Version: "1"},
	}
	return s
}

// declareRelease puts the test service where instances fetch it, and lets them.
func (s *shop) declareRelease() {
	s.t.Helper()
	path, sum := testProgram()
	declare(s.account, s.Objects, "release", Object{Bucket: "releases", Key: "cart/" + sum, Source: path})
	declare(s.account, s.Roles, "app-role", Role{})
	declare(s.account, s.RolePolicies, "app-policy", RolePolicy{Role: "app-role",
		Policy: `{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::releases/*"}}`})
	declare(s.account, s.InstanceProfiles, "app-profile", InstanceProfile{Role: "app-role"})
	declare(s.account, s.LaunchTemplates, "template", s.template("version 1"))
}

func (s *shop) listener(action Action) Listener {
	return Listener{LoadBalancerARN: named("lb").ARN, Port: 80, Protocol: "HTTP", DefaultActions: []Action{action}}
}

// open launches the group.
func (s *shop) open() *shop {
	s.t.Helper()
	declare(s.account, s.AutoScalingGroups, "group", s.group)
	return s
}

// template is a launch template whose service behaves as told.
func (s *shop) template(behaviour string) LaunchTemplate {
	_, sum := testProgram()
	script := fmt.Sprintf(`#!/bin/bash
RELEASE_BUCKET='releases'
RELEASE_KEY='cart/%[1]s'
RELEASE_SHA256='%[1]s'
cat >/etc/myclothes/cart.env <<EOF
CART_ADDRESS=${PRIVATE_IP}
CART_PORT=8080
CART_INSTANCE_ID=${INSTANCE_ID}
TEST_SERVICE=%[2]s
EOF
`, sum, behaviour)
	return LaunchTemplate{
		UserData:            base64.StdEncoding.EncodeToString([]byte(script)),
		VPCSecurityGroupIDs: []string{"sg-app"},
		IAMInstanceProfile:  &InstanceProfileRef{ARN: "arn:aws:iam::000000000000:instance-profile/app-profile"},
	}
}

// release declares a new version of the launch template and has the group use it.
func (s *shop) release(behaviour string) {
	s.t.Helper()
	outputs, err := s.LaunchTemplates.Update(s.t.Context(), named("template"), s.template(behaviour))
	require.NoError(s.t, err)
	s.group.LaunchTemplate = &LaunchTemplateRef{ID: "template", Version: fmt.Sprint(outputs["latestVersion"])}
	s.updateGroup()
}

func (s *shop) updateGroup() {
	s.t.Helper()
	_, err := s.AutoScalingGroups.Update(s.t.Context(), named("group"), s.group)
	require.NoError(s.t, err)
}

func (s *shop) targetGroup() *targetGroup {
	s.t.Helper()
	group, err := s.TargetGroups.(*targetGroups).find("tg")
	require.NoError(s.t, err)
	return group
}

func (s *shop) updateTargetGroup(edit func(*TargetGroup)) {
	s.t.Helper()
	spec := s.targetGroup().spec
	edit(&spec)
	_, err := s.TargetGroups.Update(s.t.Context(), named("tg"), spec)
	require.NoError(s.t, err)
}

// instances lists the group's instances by id.
func (s *shop) instances() map[string]Component {
	found := map[string]Component{}
	for _, c := range s.Status() {
		if c.Kind == "cart instance" {
			found[c.ID] = c
		}
	}
	return found
}

// answer is what a client gets.
type answer struct {
	status   int
	instance string
	body     string
	header   http.Header
}

// browser is a client with cookies of its own that does not follow redirects.
func browser(t *testing.T) *http.Client {
	jar, _ := cookiejar.New(nil)
	transport := &http.Transport{MaxIdleConnsPerHost: 10}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Jar: jar, Transport: transport, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func get(client *http.Client, url string) (answer, error) {
	return read(client.Get(url))
}

func post(client *http.Client, url, body string) (answer, error) {
	return read(client.Post(url, "text/plain", strings.NewReader(body)))
}

func read(response *http.Response, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header.Get("X-Instance-Id"), string(body), response.Header}, err
}

func (s *shop) get(client *http.Client, path string) answer {
	s.t.Helper()
	a, err := get(client, s.url+path)
	require.NoError(s.t, err)
	return a
}

// servedBy returns which instances answer a number of requests.
func (s *shop) servedBy(client *http.Client, requests int) map[string]int {
	s.t.Helper()
	served := map[string]int{}
	for range requests {
		a := s.get(client, "/")
		require.Equal(s.t, http.StatusOK, a.status, a.body)
		served[a.instance]++
	}
	return served
}

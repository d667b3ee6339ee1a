package operate_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud"
	"myclothes/local/cloud/autoscaling"
	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/ec2/systemd"
	"myclothes/local/cloud/elb"
	"myclothes/local/cloud/host"
	"myclothes/local/cloud/operate"
)

// TestMain runs the tests, or what an instance of theirs runs.
func TestMain(m *testing.M) {
	if address := os.Getenv("TEST_ADDRESS"); address != "" {
		service := cloudtest.Application(os.Getenv("TEST_INSTANCE"), os.Getenv("TEST_SERVICE"))
		log.Fatal(http.ListenAndServe(net.JoinHostPort(address, "8080"), service))
	}
	cloudtest.Main(m)
}

// image boots the test binary as a service.
var image = ec2.Image{Kind: "test instance", Boot: func(_ context.Context, m ec2.Machine) (systemd.Unit, error) {
	path, err := os.Executable()
	return systemd.Unit{Command: host.Command{Path: path, Env: []string{
		"TEST_SERVICE=" + m.UserData, "TEST_ADDRESS=" + m.Address.String(), "TEST_INSTANCE=" + m.ID}}}, err
}}

// account is a cloud whose operators' API is served.
type account struct {
	*testing.T
	*cloud.Cloud
	url       string
	accessKey string
}

// newAccount has a VPC over three zones, and nothing in it.
func newAccount(t *testing.T) *account {
	t.Helper()
	a := &account{T: t, accessKey: operate.NewAccessKey()}
	var err error
	a.Cloud, err = cloud.Open(cloud.Options{
		Dir: t.TempDir(), Region: "eu-west-1", Image: image, AccessKey: a.accessKey, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close(context.Background())) })
	server := httptest.NewServer(a.Operators)
	t.Cleanup(server.Close)
	a.url = server.URL
	for i, zone := range cloudtest.Zones {
		cloudtest.Declare(t, a.Subnets, cloudtest.AppSubnets[i], ec2.Subnet{VpcID: "vpc-1", CidrBlock: fmt.Sprintf("10.0.%d.0/24", i), AvailabilityZone: zone})
		cloudtest.Declare(t, a.Subnets, cloudtest.DataSubnets[i], ec2.Subnet{VpcID: "vpc-1", CidrBlock: fmt.Sprintf("10.0.%d.0/24", 10+i), AvailabilityZone: zone})
	}
	cloudtest.Declare(t, a.CacheSubnetGroups, "data", datastore.SubnetGroup{SubnetIDs: cloudtest.DataSubnets})
	cloudtest.Declare(t, a.DBSubnetGroups, "data", datastore.SubnetGroup{SubnetIDs: cloudtest.DataSubnets})
	return a
}

// shop is the name of the load balancer, its target group, the launch template and the
// Auto Scaling group of openShop.
const shop = "shop"

// openShop declares a group of two instances behind a load balancer.
func (a *account) openShop() autoscaling.Group {
	a.Helper()
	cloudtest.Declare(a.T, a.IngressRules, "internet-to-lb", ec2.SecurityGroupRule{
		SecurityGroupID: "sg-lb", IPProtocol: "tcp", FromPort: 80, ToPort: 80, CidrIpv4: "0.0.0.0/0"})
	cloudtest.Declare(a.T, a.EgressRules, "lb-to-app", ec2.SecurityGroupRule{
		SecurityGroupID: "sg-lb", IPProtocol: "tcp", FromPort: 8080, ToPort: 8080, ReferencedSecurityGroupID: "sg-app"})
	cloudtest.Declare(a.T, a.IngressRules, "app-from-lb", ec2.SecurityGroupRule{
		SecurityGroupID: "sg-app", IPProtocol: "tcp", FromPort: 8080, ToPort: 8080, ReferencedSecurityGroupID: "sg-lb"})
	cloudtest.Declare(a.T, a.LoadBalancers, shop, elb.LoadBalancer{Subnets: cloudtest.AppSubnets, SecurityGroups: []string{"sg-lb"}})
	cloudtest.Declare(a.T, a.TargetGroups, shop, elb.TargetGroup{Port: 8080, DeregistrationDelay: new(1),
		HealthCheck: &elb.HealthCheck{Path: "/healthz", Interval: 1, Timeout: 1, HealthyThreshold: 2, UnhealthyThreshold: 2}})
	cloudtest.Declare(a.T, a.Listeners, shop, elb.Listener{LoadBalancerARN: cloudtest.Named(shop).ARN, Port: 80, Protocol: "HTTP",
		DefaultActions: []elb.Action{{Type: "forward", TargetGroupARN: cloudtest.Named(shop).ARN}}})
	cloudtest.Declare(a.T, a.LaunchTemplates, shop, release("version 1"))
	group := autoscaling.Group{
		MinSize: 1, MaxSize: 4, DesiredCapacity: new(2), VPCZoneIdentifiers: cloudtest.AppSubnets,
		TargetGroupARNs: []string{cloudtest.Named(shop).ARN}, HealthCheckType: "ELB", HealthCheckGracePeriod: new(60),
		LaunchTemplate: &ec2.LaunchTemplateRef{ID: shop, Version: "1"},
	}
	cloudtest.Declare(a.T, a.AutoScalingGroups, shop, group)
	return group
}

// release is a launch template whose instances answer a text.
func release(text string) ec2.LaunchTemplate {
	return ec2.LaunchTemplate{ImageID: "ami-0123456789abcdef0", InstanceType: "t4g.small",
		UserData: base64.StdEncoding.EncodeToString([]byte(text)), VPCSecurityGroupIDs: []string{"sg-app"}}
}

// config is what a program that uses the SDK has in its environment.
func (a *account) config() awssdk.Config {
	return awssdk.Config{
		Region: "eu-west-1", BaseEndpoint: &a.url, RetryMaxAttempts: 1,
		Credentials: awssdk.CredentialsProviderFunc(func(context.Context) (awssdk.Credentials, error) {
			return awssdk.Credentials{AccessKeyID: a.accessKey, SecretAccessKey: "made up"}, nil
		}),
	}
}

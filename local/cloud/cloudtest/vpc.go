// Package cloudtest is what the tests of the local cloud's services share: a VPC to put
// things into, and words to declare and await them.
package cloudtest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/host"
)

// VPC is a network over three zones on a host of its own, with an app's interface
// that may reach the data stores, and a stranger's that may not. Its security groups
// are sg-app, sg-data and sg-stranger; its subnets subnet-app0 to 2 and subnet-data0
// to 2, one of each in every zone. Those of the app have the route table rtb-public to the
// internet gateway, and their instances public addresses; those for data have rtb-data
// without a route.
type VPC struct {
	*testing.T
	Host          *host.Host
	Network       *ec2.Network
	App, Stranger *ec2.Interface
}

// Zones are those of the VPC.
var Zones = []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"}

// DataSubnets are those for data stores, one in each zone.
var DataSubnets = []string{"subnet-data0", "subnet-data1", "subnet-data2"}

// AppSubnets are those for instances, one in each zone.
var AppSubnets = []string{"subnet-app0", "subnet-app1", "subnet-app2"}

// NewVPC makes a VPC that is gone when the test ends. It fails the test if a process
// is left then.
func NewVPC(t *testing.T) *VPC {
	t.Helper()
	h, err := host.Open(t.TempDir(), slog.New(slog.DiscardHandler), aws.Timings{})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.Empty(t, h.Processes.Live(), "processes that nobody stopped")
		require.NoError(t, h.Close())
	})
	return Fill(t, h, ec2.NewNetwork(h))
}

// Fill declares the VPC on a network.
func Fill(t *testing.T, h *host.Host, n *ec2.Network) *VPC {
	t.Helper()
	v := &VPC{T: t, Host: h, Network: n}
	for i, zone := range Zones {
		Declare(t, n.Subnets(), AppSubnets[i], ec2.Subnet{CidrBlock: fmt.Sprintf("10.0.%d.0/24", i), AvailabilityZone: zone, MapPublicIPOnLaunch: true})
		Declare(t, n.Subnets(), DataSubnets[i], ec2.Subnet{CidrBlock: fmt.Sprintf("10.0.%d.0/24", 10+i), AvailabilityZone: zone})
	}
	for i := range Zones {
		v.Route(AppSubnets[i], "rtb-public")
		v.Route(DataSubnets[i], "rtb-data")
	}
	Declare(t, n.Routes(), "internet", ec2.Route{
		RouteTableID: "rtb-public", DestinationCidrBlock: "0.0.0.0/0", NextHop: ec2.NextHop{GatewayID: "igw"}})
	v.Allow("sg-app", "sg-data", 1024, 65535)
	v.App = v.Attach("i-app", "sg-app")
	v.Stranger = v.Attach("i-stranger", "sg-stranger")
	return v
}

// Route makes a subnet route by a table.
func (v *VPC) Route(subnet, table string) {
	v.Helper()
	Declare(v.T, v.Network.RouteTableAssociations(), subnet+"-"+table, ec2.RouteTableAssociation{SubnetID: subnet, RouteTableID: table})
}

// Allow writes both halves of a flow between two security groups, as the rules
// FROM-to-TO-PORT-out and -in.
func (v *VPC) Allow(from, to string, firstPort, lastPort int) {
	v.Helper()
	name := fmt.Sprintf("%s-to-%s-%d", from, to, firstPort)
	Declare(v.T, v.Network.EgressRules(), name+"-out", ec2.SecurityGroupRule{
		SecurityGroupID: from, IPProtocol: "tcp", FromPort: firstPort, ToPort: lastPort, ReferencedSecurityGroupID: to})
	Declare(v.T, v.Network.IngressRules(), name+"-in", ec2.SecurityGroupRule{
		SecurityGroupID: to, IPProtocol: "tcp", FromPort: firstPort, ToPort: lastPort, ReferencedSecurityGroupID: from})
}

// AllowInternet lets a group out to the internet on port 443, as the rule
// GROUP-internet.
func (v *VPC) AllowInternet(group string) {
	v.Helper()
	Declare(v.T, v.Network.EgressRules(), group+"-internet", ec2.SecurityGroupRule{
		SecurityGroupID: group, IPProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIpv4: "0.0.0.0/0"})
}

// AllowGateway lets a group reach a service of AWS through a gateway endpoint in the route
// table of the app's subnets.
func (v *VPC) AllowGateway(group, service string) {
	v.Helper()
	endpoint := Declare(v.T, v.Network.VPCEndpoints(), "vpce-"+service, ec2.VPCEndpoint{
		ServiceName: "com.amazonaws.eu-west-1." + service, RouteTableIDs: []string{"rtb-public"}})
	Declare(v.T, v.Network.EgressRules(), group+"-to-"+service, ec2.SecurityGroupRule{
		SecurityGroupID: group, IPProtocol: "tcp", FromPort: 443, ToPort: 443, PrefixListID: endpoint["prefixListId"].(string)})
}

// Attach gives owner an interface in subnet-app0.
func (v *VPC) Attach(owner string, groups ...string) *ec2.Interface {
	v.Helper()
	i, err := v.Network.AttachInstance(owner, AppSubnets[0], groups)
	require.NoError(v, err)
	return i
}

// Trust is what a client on an instance verifies servers with: the file that the
// instance's environment names.
func (v *VPC) Trust() *tls.Config {
	v.Helper()
	pem, err := os.ReadFile(v.Host.Authority.TrustPath)
	require.NoError(v, err)
	roots := x509.NewCertPool()
	require.True(v, roots.AppendCertsFromPEM(pem))
	return &tls.Config{RootCAs: roots}
}

// Dialer dials from an interface's address.
func Dialer(from *ec2.Interface) *net.Dialer {
	return &net.Dialer{LocalAddr: &net.TCPAddr{IP: from.Local.AsSlice()}}
}

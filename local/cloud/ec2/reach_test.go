package ec2_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
)

// isolate takes the route to the internet from the subnets of the app.
func isolate(v *cloudtest.VPC) {
	v.Helper()
	require.NoError(v, v.Network.Routes().Delete(v.Context(), cloudtest.Named("internet")))
}

// endpoint declares an interface endpoint of Secrets Manager in two of the app's subnets,
// with the group sg-endpoint.
func endpoint(v *cloudtest.VPC, edit func(*ec2.VPCEndpoint)) {
	v.Helper()
	spec := ec2.VPCEndpoint{
		ServiceName: "com.amazonaws.eu-west-1.secretsmanager", VPCEndpointType: "Interface", PrivateDNSEnabled: true,
		SubnetIDs: cloudtest.AppSubnets[:2], SecurityGroupIDs: []string{"sg-endpoint"},
	}
	if edit != nil {
		edit(&spec)
	}
	cloudtest.Declare(v.T, v.Network.VPCEndpoints(), "vpce-secrets", spec)
}

// reach says whether the app may call a service.
func reach(v *cloudtest.VPC, service string) error {
	_, err := v.Network.Reach(v.App, service)
	return err
}

func TestWithoutNATAndEndpointAServiceOfAWSIsNotReached(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	require.ErrorIs(t, reach(v, "secretsmanager"), ec2.ErrRefused)
	v.AllowInternet("sg-app")
	require.NoError(t, reach(v, "secretsmanager"))
	isolate(v)
	require.ErrorIs(t, reach(v, "secretsmanager"), ec2.ErrNoRoute)
}

func TestAnInterfaceEndpointIsReachedByWhomItsSecurityGroupLetsIn(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	isolate(v)
	endpoint(v, nil)
	require.ErrorIs(t, reach(v, "secretsmanager"), ec2.ErrRefused)
	v.Allow("sg-app", "sg-endpoint", 443, 443)
	require.NoError(t, reach(v, "secretsmanager"))
	require.ErrorIs(t, reach(v, "dynamodb"), ec2.ErrRefused, "it is of one service")
	_, err := v.Network.Reach(v.Stranger, "secretsmanager")
	require.ErrorIs(t, err, ec2.ErrRefused)

	require.NoError(t, v.Network.IngressRules().Delete(t.Context(), cloudtest.Named("sg-app-to-sg-endpoint-443-in")))
	require.ErrorIs(t, reach(v, "secretsmanager"), ec2.ErrRefused, "the endpoint's half of the flow is gone")
}

func TestPrivateDNSLeadsToTheEndpointAlone(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	v.AllowInternet("sg-app")
	endpoint(v, func(e *ec2.VPCEndpoint) { e.PrivateDNSEnabled = false })
	require.NoError(t, reach(v, "secretsmanager"), "its usual name leads to the internet")
	endpoint(v, nil)
	require.ErrorIs(t, reach(v, "secretsmanager"), ec2.ErrRefused)
	require.NoError(t, v.Network.VPCEndpoints().Delete(t.Context(), cloudtest.Named("vpce-secrets")))
	require.NoError(t, reach(v, "secretsmanager"))
}

func TestAnInterfaceEndpointHasAnInterfaceInEachOfItsSubnets(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	before := len(v.Network.Interfaces())
	endpoint(v, nil)
	require.Equal(t, []string{"eu-west-1a", "eu-west-1b"}, endpointZones(v))
	endpoint(v, func(e *ec2.VPCEndpoint) { e.SubnetIDs = cloudtest.AppSubnets[1:] })
	require.Equal(t, []string{"eu-west-1b", "eu-west-1c"}, endpointZones(v))
	require.NoError(t, v.Network.VPCEndpoints().Delete(t.Context(), cloudtest.Named("vpce-secrets")))
	require.Len(t, v.Network.Interfaces(), before)
}

func endpointZones(v *cloudtest.VPC) (zones []string) {
	for _, i := range v.Network.Interfaces() {
		if i.Owner == "endpoint secretsmanager" {
			zones = append(zones, i.Zone)
		}
	}
	return zones
}

func TestAnEndpointThatAWSRefusesIsRefused(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	cloudtest.Declare(t, v.Network.VPCs(), "vpc", ec2.VPC{})
	for want, spec := range map[string]ec2.VPCEndpoint{
		"enableDnsHostnames":         {VpcID: "vpc", VPCEndpointType: "Interface", PrivateDNSEnabled: true},
		"DuplicateSubnetsInSameZone": {VPCEndpointType: "Interface", SubnetIDs: []string{cloudtest.AppSubnets[0], cloudtest.DataSubnets[0]}},
		`no subnet "subnet-none"`:    {VPCEndpointType: "Interface", SubnetIDs: []string{"subnet-none"}},
	} {
		_, err := v.Network.VPCEndpoints().Create(t.Context(), cloudtest.Named("vpce"), spec)
		require.ErrorContains(t, err, want)
	}
}

func TestAGatewayEndpointIsThereForSubnetsInWhoseRouteTablesItIs(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	isolate(v)
	v.AllowGateway("sg-app", "s3")
	require.NoError(t, reach(v, "s3"))
	require.NoError(t, v.Network.RouteTableAssociations().Delete(t.Context(), cloudtest.Named("subnet-app0-rtb-public")))
	require.ErrorIs(t, reach(v, "s3"), ec2.ErrNoRoute, "the main route table does not have it")
	v.Route(cloudtest.AppSubnets[0], "rtb-data")
	require.ErrorIs(t, reach(v, "s3"), ec2.ErrNoRoute, "nor does another")
}

func TestAPrefixListLetsOutByWhateverWayThereIs(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	v.AllowGateway("sg-app", "s3")
	require.NoError(t, v.Network.RouteTableAssociations().Delete(t.Context(), cloudtest.Named("subnet-app0-rtb-public")))
	v.Route(cloudtest.AppSubnets[0], "rtb-other")
	cloudtest.Declare(t, v.Network.Routes(), "other", ec2.Route{
		RouteTableID: "rtb-other", DestinationCidrBlock: "0.0.0.0/0", NextHop: ec2.NextHop{GatewayID: "igw"}})
	require.NoError(t, reach(v, "s3"))
	require.ErrorIs(t, reach(v, "dynamodb"), ec2.ErrRefused)
}

func TestAPrivateSubnetLeavesThroughItsNATGateway(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	v.AllowInternet("sg-private")
	i, err := v.Network.AttachInstance("i-private", cloudtest.DataSubnets[0], []string{"sg-private"})
	require.NoError(t, err)
	leaves := func() error {
		_, err := v.Network.Reach(i, "secretsmanager")
		return err
	}
	require.ErrorContains(t, leaves(), "the route table of subnet subnet-data0 has none to the internet")

	toInternet := ec2.Route{RouteTableID: "rtb-data", DestinationCidrBlock: "0.0.0.0/0", NextHop: ec2.NextHop{GatewayID: "igw"}}
	cloudtest.Declare(t, v.Network.Routes(), "nat", toInternet)
	require.ErrorContains(t, leaves(), "i-private has no public address")

	toInternet.NextHop = ec2.NextHop{NATGatewayID: "nat"}
	cloudtest.Declare(t, v.Network.Routes(), "nat", toInternet)
	require.ErrorContains(t, leaves(), "the NAT gateway of subnet subnet-data0 has none", "it is not there")
	cloudtest.Declare(t, v.Network.NATGateways(), "nat", ec2.NATGateway{SubnetID: cloudtest.DataSubnets[1]})
	require.ErrorIs(t, leaves(), ec2.ErrNoRoute, "it is in a subnet without a way out")
	cloudtest.Declare(t, v.Network.NATGateways(), "nat", ec2.NATGateway{SubnetID: cloudtest.AppSubnets[1]})
	require.NoError(t, leaves())
	cloudtest.Declare(t, v.Network.NATGateways(), "nat", ec2.NATGateway{SubnetID: cloudtest.AppSubnets[1], ConnectivityType: "private"})
	require.ErrorIs(t, leaves(), ec2.ErrNoRoute)
}

func TestTheLongestPrefixRoutes(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	v.AllowInternet("sg-app")
	cloudtest.Declare(t, v.Network.Routes(), "blackhole", ec2.Route{RouteTableID: "rtb-public", DestinationCidrBlock: "128.0.0.0/1"})
	require.ErrorIs(t, reach(v, "secretsmanager"), ec2.ErrNoRoute)
}

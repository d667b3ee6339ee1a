package ec2_test

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
)

// between returns the two ends of connections from the app to a new interface with the
// group sg-server.
func between(v *cloudtest.VPC) (from, to ec2.End) {
	v.Helper()
	return ec2.End{Interface: v.App}, ec2.End{Interface: v.Attach("i-server", "sg-server")}
}

// outOf declares that a group lets everything out.
func outOf(v *cloudtest.VPC, group string) {
	v.Helper()
	cloudtest.Declare(v.T, v.Network.EgressRules(), group+"-out", ec2.SecurityGroupRule{
		SecurityGroupID: group, IPProtocol: "-1", CidrIpv4: "0.0.0.0/0"})
}

// into declares a rule of sg-server.
func into(v *cloudtest.VPC, rule ec2.SecurityGroupRule) {
	v.Helper()
	rule.SecurityGroupID = "sg-server"
	cloudtest.Declare(v.T, v.Network.IngressRules(), "server-in", rule)
}

func TestARuleCoversWhatItNames(t *testing.T) {
	t.Parallel()
	type connection struct {
		protocol string
		port     int
	}
	tcp80, tcp81, udp80, ping := connection{"tcp", 80}, connection{"tcp", 81}, connection{"udp", 80}, connection{"icmp", 0}
	for name, c := range map[string]struct {
		rule ec2.SecurityGroupRule
		lets []connection
	}{
		"a port":                {ec2.SecurityGroupRule{IPProtocol: "tcp", FromPort: 80, ToPort: 80, CidrIpv4: "10.0.0.0/16"}, []connection{tcp80}},
		"a range":               {ec2.SecurityGroupRule{IPProtocol: "TCP", FromPort: 80, ToPort: 90, CidrIpv4: "10.0.0.0/16"}, []connection{tcp80, tcp81}},
		"a number":              {ec2.SecurityGroupRule{IPProtocol: "17", FromPort: 0, ToPort: 65535, CidrIpv4: "10.0.0.0/16"}, []connection{udp80}},
		"ICMP, without ports":   {ec2.SecurityGroupRule{IPProtocol: "icmp", FromPort: 8, ToPort: 0, CidrIpv4: "10.0.0.0/16"}, []connection{ping}},
		"everything":            {ec2.SecurityGroupRule{IPProtocol: "-1", CidrIpv4: "0.0.0.0/0"}, []connection{tcp80, tcp81, udp80, ping}},
		"the app's address":     {ec2.SecurityGroupRule{IPProtocol: "tcp", FromPort: 80, ToPort: 80, CidrIpv4: "10.0.0.4/32"}, []connection{tcp80}},
		"another address":       {ec2.SecurityGroupRule{IPProtocol: "-1", CidrIpv4: "10.0.0.5/32"}, nil},
		"all of IPv6":           {ec2.SecurityGroupRule{IPProtocol: "-1", CidrIpv6: "::/0"}, nil},
		"the app's group":       {ec2.SecurityGroupRule{IPProtocol: "tcp", FromPort: 81, ToPort: 81, ReferencedSecurityGroupID: "sg-app"}, []connection{tcp81}},
		"its own group":         {ec2.SecurityGroupRule{IPProtocol: "-1", ReferencedSecurityGroupID: "sg-server"}, nil},
		"a service of AWS":      {ec2.SecurityGroupRule{IPProtocol: "-1", PrefixListID: "pl-s3"}, nil},
		"what cannot be parsed": {ec2.SecurityGroupRule{IPProtocol: "-1", CidrIpv4: "anywhere"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := cloudtest.NewVPC(t)
			from, to := between(v)
			outOf(v, "sg-app")
			into(v, c.rule)
			for _, one := range []connection{tcp80, tcp81, udp80, ping} {
				want := error(nil)
				if !contains(c.lets, one) {
					want = ec2.ErrRefused
				}
				require.ErrorIs(t, v.Network.Permits(from, to, one.protocol, one.port), want, one)
			}
		})
	}
}

func contains[T comparable](all []T, one T) bool {
	for _, candidate := range all {
		if candidate == one {
			return true
		}
	}
	return false
}

func TestMembersOfAGroupReachEachOtherWhenItNamesItself(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	v.Allow("sg-peers", "sg-peers", 7000, 7000)
	one, other := ec2.End{Interface: v.Attach("i-1", "sg-peers")}, ec2.End{Interface: v.Attach("i-2", "sg-peers")}
	require.NoError(t, v.Network.Permits(one, other, "tcp", 7000))
	require.NoError(t, v.Network.Permits(other, one, "tcp", 7000))
	require.ErrorIs(t, v.Network.Permits(one, ec2.End{Interface: v.App}, "tcp", 7000), ec2.ErrRefused)
}

func TestIPv6PeersAreLetInByIPv6Rules(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	eni, err := v.Network.AttachPublic("lb", cloudtest.AppSubnets[0], []string{"sg-server"})
	require.NoError(t, err)
	into(v, ec2.SecurityGroupRule{IPProtocol: "tcp", FromPort: 80, ToPort: 80, CidrIpv6: "::/0"})
	cloudtest.Declare(t, v.Network.Routes(), "internet6", ec2.Route{
		RouteTableID: "rtb-public", DestinationIPv6CidrBlock: "::/0", NextHop: ec2.NextHop{GatewayID: "igw"}})
	visitor := ec2.End{Address: netip.MustParseAddr("2001:db8::1")}
	require.NoError(t, v.Network.Permits(visitor, ec2.End{Interface: eni}, "tcp", 80))
	require.ErrorIs(t, v.Network.Permits(ec2.Internet, ec2.End{Interface: eni}, "tcp", 80), ec2.ErrRefused)
}

func TestTheInternetReachesOnlyPublicAddressesWithARoute(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	into(v, ec2.SecurityGroupRule{IPProtocol: "tcp", FromPort: 80, ToPort: 80, CidrIpv4: "0.0.0.0/0"})
	public, err := v.Network.AttachPublic("public", cloudtest.AppSubnets[0], []string{"sg-server"})
	require.NoError(t, err)
	require.NoError(t, v.Network.Permits(ec2.Internet, ec2.End{Interface: public}, "tcp", 80))
	require.ErrorIs(t, v.Network.Permits(ec2.Internet, ec2.End{Interface: public}, "tcp", 81), ec2.ErrRefused)
	hidden, err := v.Network.Attach("hidden", cloudtest.AppSubnets[0], []string{"sg-server"})
	require.NoError(t, err)
	require.ErrorIs(t, v.Network.Permits(ec2.Internet, ec2.End{Interface: hidden}, "tcp", 80), ec2.ErrNoRoute)
	elsewhere, err := v.Network.AttachPublic("elsewhere", cloudtest.DataSubnets[0], []string{"sg-server"})
	require.NoError(t, err)
	require.ErrorIs(t, v.Network.Permits(ec2.Internet, ec2.End{Interface: elsewhere}, "tcp", 80), ec2.ErrNoRoute)
}

func TestARefusedDialIsToldFromOneThatNobodyAnswers(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	v.Allow("sg-app", "sg-server", 7000, 7001)
	_, to := between(v)
	listener, err := net.Listen("tcp4", netip.AddrPortFrom(to.Local, 7000).String())
	require.NoError(t, err)
	defer listener.Close()
	conn, err := v.Network.Dial(t.Context(), v.App, to.Interface, 7000)
	require.NoError(t, err)
	require.Equal(t, v.App, v.Network.Source(reversed{conn}), "it comes from the interface's own address")
	require.NoError(t, conn.Close())
	_, err = v.Network.Dial(t.Context(), v.App, to.Interface, 7001)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	_, err = v.Network.Dial(t.Context(), v.App, to.Interface, 7002)
	require.ErrorIs(t, err, ec2.ErrRefused)
	_, err = v.Network.Dial(t.Context(), v.Stranger, to.Interface, 7000)
	require.ErrorIs(t, err, ec2.ErrRefused)
}

// reversed is a connection as its other side sees it.
type reversed struct{ net.Conn }

func (c reversed) RemoteAddr() net.Addr { return c.Conn.LocalAddr() }

// A rule that is taken away ends what it let through only where AWS does not track it.
func TestOnlyUntrackedConnectionsEndWithTheirRule(t *testing.T) {
	t.Parallel()
	everything := ec2.SecurityGroupRule{IPProtocol: "-1", CidrIpv4: "0.0.0.0/0"}
	for name, c := range map[string]struct {
		in, out ec2.SecurityGroupRule // of sg-server
		ends    bool
	}{
		"everything in and out":        {everything, everything, true},
		"a port in, everything out":    {ec2.SecurityGroupRule{IPProtocol: "tcp", FromPort: 7000, ToPort: 7000, CidrIpv4: "0.0.0.0/0"}, everything, true},
		"from some addresses":          {ec2.SecurityGroupRule{IPProtocol: "tcp", FromPort: 7000, ToPort: 7000, CidrIpv4: "10.0.0.0/16"}, everything, false},
		"from a group":                 {ec2.SecurityGroupRule{IPProtocol: "-1", ReferencedSecurityGroupID: "sg-app"}, everything, false},
		"answers on some ports only":   {everything, ec2.SecurityGroupRule{IPProtocol: "tcp", FromPort: 1024, ToPort: 65535, CidrIpv4: "0.0.0.0/0"}, false},
		"answers to some addresses":    {everything, ec2.SecurityGroupRule{IPProtocol: "-1", CidrIpv4: "10.0.0.0/16"}, false},
		"answers of the other family":  {everything, ec2.SecurityGroupRule{IPProtocol: "-1", CidrIpv6: "::/0"}, false},
		"answers by TCP, on all ports": {everything, ec2.SecurityGroupRule{IPProtocol: "tcp", FromPort: 0, ToPort: 65535, CidrIpv4: "0.0.0.0/0"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := cloudtest.NewVPC(t)
			outOf(v, "sg-app")
			into(v, c.in)
			c.out.SecurityGroupID = "sg-server"
			cloudtest.Declare(t, v.Network.EgressRules(), "server-out", c.out)
			e, err := v.Network.OpenEndpoint("server", []string{"sg-server"}, 7000)
			require.NoError(t, err)
			t.Cleanup(e.Close)
			e.Move(node(t, e, "server", cloudtest.AppSubnets[0]).Address)
			_, conn, err := greet(t, v.App, e)
			require.NoError(t, err)

			require.NoError(t, v.Network.IngressRules().Delete(t.Context(), cloudtest.Named("server-in")))
			_, _, err = greet(t, v.App, e)
			require.ErrorIs(t, err, syscall.ECONNRESET, "a new connection")
			_, err = io.WriteString(conn, "still there?")
			if err == nil {
				_, err = conn.Read(make([]byte, 1))
			}
			if c.ends {
				require.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE), err)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

func TestOtherGroupsInterruptWhatIsNotTracked(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	outOf(v, "sg-app")
	outOf(v, "sg-server")
	into(v, ec2.SecurityGroupRule{IPProtocol: "-1", CidrIpv4: "0.0.0.0/0"})
	e, err := v.Network.OpenEndpoint("server", []string{"sg-server"}, 7000)
	require.NoError(t, err)
	t.Cleanup(e.Close)
	e.Move(node(t, e, "server", cloudtest.AppSubnets[0]).Address)
	_, conn, err := greet(t, v.App, e)
	require.NoError(t, err)
	e.SetGroups([]string{"sg-other"})
	_, err = conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

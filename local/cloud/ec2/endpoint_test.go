package ec2_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/netip"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
)

// serveAt greets every connection with a name, then echoes.
func serveAt(t *testing.T, name string, address netip.AddrPort) netip.AddrPort {
	t.Helper()
	listener, err := net.Listen("tcp4", address.String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.WriteString(conn, name+"\n")
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	return listener.Addr().(*net.TCPAddr).AddrPort()
}

// greet connects from an interface, or from outside if nil, and returns who answers.
func greet(t *testing.T, from *ec2.Interface, e *ec2.Endpoint) (string, net.Conn, error) {
	t.Helper()
	var d net.Dialer // from outside the VPC
	if from != nil {
		d = *cloudtest.Dialer(from)
	}
	conn, err := d.DialContext(context.Background(), "tcp4", e.String())
	if err != nil {
		return "", nil, err
	}
	t.Cleanup(func() { _ = conn.Close() })
	line, err := bufio.NewReader(conn).ReadString('\n')
	return line, conn, err
}

func openTestEndpoint(v *cloudtest.VPC) *ec2.Endpoint {
	v.Helper()
	e, err := v.Network.OpenEndpoint("cache", []string{"sg-data"}, 17000)
	require.NoError(v, err)
	v.Cleanup(e.Close)
	return e
}

// node makes a node of an endpoint whose process greets everybody with its name.
func node(t *testing.T, e *ec2.Endpoint, name, subnet string) *ec2.Node {
	t.Helper()
	n, err := e.OpenNode(name, subnet)
	require.NoError(t, err)
	serveAt(t, name, n.Address)
	return n
}

func TestEndpointStaysWhileTheNodeBehindItChanges(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	e := openTestEndpoint(v)
	_, _, err := greet(t, v.App, e)
	require.ErrorIs(t, err, syscall.ECONNRESET, "no node yet")

	e.Move(node(t, e, "first", cloudtest.DataSubnets[0]).Address)
	name, old, err := greet(t, v.App, e)
	require.NoError(t, err)
	require.Equal(t, "first\n", name)

	e.Move(node(t, e, "second", cloudtest.DataSubnets[0]).Address)
	_, err = old.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET, "what leads to the old node ends")
	name, _, err = greet(t, v.App, e)
	require.NoError(t, err)
	require.Equal(t, "second\n", name)
}

func TestEndpointResetsWhomNoRuleLetsIn(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	e := openTestEndpoint(v)
	e.Move(node(t, e, "node", cloudtest.DataSubnets[0]).Address)
	_, _, err := greet(t, v.Stranger, e)
	require.ErrorIs(t, err, syscall.ECONNRESET)
	_, _, err = greet(t, nil, e)
	require.ErrorIs(t, err, syscall.ECONNRESET, "from outside the VPC")

	_, _, err = greet(t, v.App, e)
	require.NoError(t, err)
	require.NoError(t, v.Network.IngressRules().Delete(t.Context(), cloudtest.Named("sg-app-to-sg-data-1024-in")))
	_, _, err = greet(t, v.App, e)
	require.ErrorIs(t, err, syscall.ECONNRESET, "a rule that is gone")
}

func TestEndpointDeliversWhatWasSentBeforeTheEnd(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	e := openTestEndpoint(v)
	e.Move(node(t, e, "node", cloudtest.DataSubnets[0]).Address)
	_, conn, err := greet(t, v.App, e)
	require.NoError(t, err)
	sent := make([]byte, 1<<20)
	go func() {
		_, _ = conn.Write(sent)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	received, err := io.Copy(io.Discard, conn)
	require.NoError(t, err)
	require.EqualValues(t, len(sent), received)
}

func TestPortThatAnotherProgramHoldsIsNamed(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	everywhere, err := net.Listen("tcp4", "0.0.0.0:0")
	require.NoError(t, err)
	defer everywhere.Close()
	port := everywhere.Addr().(*net.TCPAddr).Port
	_, err = v.Network.OpenEndpoint("cache", nil, port)
	require.ErrorContains(t, err, "is taken by a program that listens on every address")
}

func TestAnEndpointIsInTheZoneOfTheNodeThatItLeadsTo(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	e := openTestEndpoint(v)
	require.Empty(t, e.Zone())
	first, second := node(t, e, "first", cloudtest.DataSubnets[0]), node(t, e, "second", cloudtest.DataSubnets[1])
	e.Move(first.Address)
	require.Equal(t, "eu-west-1a", e.Zone())
	e.Move(second.Address)
	require.Equal(t, "eu-west-1b", e.Zone())
	e.Move(first.Address, second.Address)
	require.Equal(t, "eu-west-1a eu-west-1b", e.Zone())
}

// A rule for the addresses of one zone lets clients reach the nodes there alone.
func TestTheSecurityGroupsOfTheNodeBehindAnEndpointDecide(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	require.NoError(t, v.Network.EgressRules().Delete(t.Context(), cloudtest.Named("sg-app-to-sg-data-1024-out")))
	cloudtest.Declare(t, v.Network.EgressRules(), "to-zone-b", ec2.SecurityGroupRule{
		SecurityGroupID: "sg-app", IPProtocol: "tcp", FromPort: 17000, ToPort: 17000, CidrIpv4: "10.0.11.0/24"})
	e := openTestEndpoint(v)
	a, b := node(t, e, "a", cloudtest.DataSubnets[0]), node(t, e, "b", cloudtest.DataSubnets[1])
	e.Move(a.Address)
	_, _, err := greet(t, v.App, e)
	require.ErrorIs(t, err, syscall.ECONNRESET)
	e.Move(b.Address)
	name, _, err := greet(t, v.App, e)
	require.NoError(t, err)
	require.Equal(t, "b\n", name)
}

func TestANodeIsReachedAtItsOwnAddressToo(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	e := openTestEndpoint(v)
	n := node(t, e, "node", cloudtest.DataSubnets[1])
	require.Equal(t, "eu-west-1b", n.Zone)
	conn, err := v.Network.Dial(t.Context(), v.App, n.Interface, 17000)
	require.NoError(t, err)
	defer conn.Close()
	name, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "node\n", name)
	stranger, err := cloudtest.Dialer(v.Stranger).Dial("tcp4", netip.AddrPortFrom(n.Local, 17000).String())
	if err == nil { // or it is reset before it returns
		defer stranger.Close()
		_, err = stranger.Read(make([]byte, 1))
	}
	require.ErrorIs(t, err, syscall.ECONNRESET)

	e.SetGroups([]string{"sg-other"})
	_, err = v.Network.Dial(t.Context(), v.App, n.Interface, 17000)
	require.ErrorIs(t, err, ec2.ErrRefused, "its groups are the endpoint's")
}

func TestANodeThatIsClosedFreesItsAddress(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	before := len(v.Network.Interfaces())
	e := openTestEndpoint(v)
	require.Len(t, v.Network.Interfaces(), before, "a name has no interface")
	first, err := e.OpenNode("first", cloudtest.DataSubnets[0])
	require.NoError(t, err)
	e.CloseNode(first.Address)
	again, err := e.OpenNode("again", cloudtest.DataSubnets[0])
	require.NoError(t, err)
	require.Equal(t, first.Local, again.Local)
	e.Close()
	require.Len(t, v.Network.Interfaces(), before)
}

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

// namedServer greets every connection with its name, then echoes.
func namedServer(t *testing.T, name string) netip.AddrPort {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
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
	e, err := v.Network.OpenEndpoint("cache", cloudtest.DataSubnets[0], []string{"sg-data"}, 17000)
	require.NoError(v, err)
	v.Cleanup(e.Close)
	return e
}

func TestEndpointStaysWhileTheNodeBehindItChanges(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	e := openTestEndpoint(v)
	_, _, err := greet(t, v.App, e)
	require.ErrorIs(t, err, syscall.ECONNRESET, "no node yet")

	e.Move(namedServer(t, "first"))
	name, old, err := greet(t, v.App, e)
	require.NoError(t, err)
	require.Equal(t, "first\n", name)

	e.Move(namedServer(t, "second"))
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
	e.Move(namedServer(t, "node"))
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
	e.Move(namedServer(t, "node"))
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
	_, err = v.Network.OpenEndpoint("cache", "subnet-data0", nil, port)
	require.ErrorContains(t, err, "is taken by a program that listens on every address")
}

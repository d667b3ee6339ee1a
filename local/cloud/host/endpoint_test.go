package host_test

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/host"
)

// machine greets everybody with its name and echoes what it is sent, until it is lost.
type machine struct {
	net.Listener
	mu          sync.Mutex
	connections []net.Conn
}

func newMachine(t *testing.T, name string) *machine {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	m := &machine{Listener: listener}
	t.Cleanup(m.end)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			m.mu.Lock()
			m.connections = append(m.connections, conn)
			m.mu.Unlock()
			go func() {
				_, _ = io.WriteString(conn, name+"\n")
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	return m
}

func (m *machine) address() netip.AddrPort { return m.Addr().(*net.TCPAddr).AddrPort() }

// end closes what the machine has open, as the kernel does for a process that ends.
func (m *machine) end() {
	_ = m.Close()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, conn := range m.connections {
		_ = conn.Close()
	}
}

// newEndpoint opens an endpoint in front of machines, on a host with timings.
func newEndpoint(t *testing.T, timings aws.Timings, machines ...*machine) *host.Endpoint {
	t.Helper()
	h, err := host.Open(t.TempDir(), slog.New(slog.DiscardHandler), timings)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.Close()) })
	e, err := h.ListenInternal()
	require.NoError(t, err)
	t.Cleanup(e.Close)
	var upstreams []netip.AddrPort
	for _, m := range machines {
		upstreams = append(upstreams, m.address())
	}
	e.Move(upstreams...)
	return e
}

// dial connects to an endpoint; who answers is not waited for.
func dial(t *testing.T, e *host.Endpoint) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp4", e.String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn.(*net.TCPConn)
}

// greeting returns the line that a connection is greeted with.
func greeting(t *testing.T, conn net.Conn) string {
	t.Helper()
	line, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	return line
}

// requireSilence fails the test if something comes out of a connection, be it its end.
// It may overlook what comes late, but never fails for what is slow.
func requireSilence(t *testing.T, conn net.Conn) {
	t.Helper()
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
	_, err := conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, conn.SetReadDeadline(time.Time{}))
}

// realTime is a scale at which nothing ends by itself while a test runs.
var realTime = aws.Timings{Scale: 1}

func TestConnectionsToALostMachineHang(t *testing.T) {
	t.Parallel()
	first, second := newMachine(t, "first"), newMachine(t, "second")
	e := newEndpoint(t, realTime, first)
	old := dial(t, e)
	require.Equal(t, "first\n", greeting(t, old))

	e.Fail(first.address())
	first.end()
	requireSilence(t, old)
	_, err := io.WriteString(old, "nobody hears it")
	require.NoError(t, err, "what is sent goes nowhere, and nobody says so")
	requireSilence(t, old)

	e.Move(second.address())
	require.Equal(t, "second\n", greeting(t, dial(t, e)))
	requireSilence(t, old)
}

func TestNewConnectionsToALostMachineHangUntilTheEndpointMoves(t *testing.T) {
	t.Parallel()
	first, second := newMachine(t, "first"), newMachine(t, "second")
	e := newEndpoint(t, realTime, first)
	require.True(t, e.Leads())
	e.Fail(first.address())
	require.False(t, e.Leads(), "a lost machine is nobody to lead to")
	waiting := dial(t, e)
	requireSilence(t, waiting)

	e.Move(second.address())
	require.Equal(t, "second\n", greeting(t, dial(t, e)))
	requireSilence(t, waiting)
}

func TestALostMachineLeavesTheOthersOfAnEndpointAlone(t *testing.T) {
	t.Parallel()
	lost, well := newMachine(t, "lost"), newMachine(t, "well")
	e := newEndpoint(t, realTime, lost, well)
	var toWell net.Conn
	for toWell == nil {
		if conn := dial(t, e); greeting(t, conn) == "well\n" {
			toWell = conn
		}
	}
	e.Fail(lost.address())
	require.True(t, e.Leads())
	_, err := io.WriteString(toWell, "still here\n")
	require.NoError(t, err)
	require.Equal(t, "still here\n", greeting(t, toWell))
}

func TestAMachineThatIsBackIsLedToAgain(t *testing.T) {
	t.Parallel()
	m := newMachine(t, "back")
	e := newEndpoint(t, realTime, m)
	e.Fail(m.address())
	e.Move(m.address())
	require.Equal(t, "back\n", greeting(t, dial(t, e)))
}

func TestAClientGivesAConnectionToALostMachineUpAfterAWhile(t *testing.T) {
	t.Parallel()
	m := newMachine(t, "first")
	e := newEndpoint(t, aws.Timings{Scale: 1e-9}, m)
	old := dial(t, e)
	require.Equal(t, "first\n", greeting(t, old))
	e.Fail(m.address())
	_, err := old.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET)

	late, err := net.Dial("tcp4", e.String()) // which may be reset before it returns
	if err == nil {
		defer late.Close()
		_, err = late.Read(make([]byte, 1))
	}
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

func TestAClosedEndpointEndsWhatHangs(t *testing.T) {
	t.Parallel()
	m := newMachine(t, "first")
	e := newEndpoint(t, realTime, m)
	old := dial(t, e)
	require.Equal(t, "first\n", greeting(t, old))
	e.Fail(m.address())
	e.Move()
	requireSilence(t, old)
	e.Close()
	_, err := old.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

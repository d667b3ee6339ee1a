package cloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// account is a cloud with a VPC over three zones in which a test may declare more:
// an app's interface that may reach the data stores, and a stranger's that may not.
type account struct {
	*Cloud
	t             *testing.T
	app, stranger *networkInterface
}

var testZones = []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"}

func newAccount(t *testing.T) *account {
	t.Helper()
	a := newAccountIn(t, t.TempDir())
	t.Cleanup(func() {
		require.NoError(t, a.Close(context.Background()))
		require.Empty(t, a.processes.live)
	})
	return a
}

// newAccountIn leaves closing the cloud to the test.
func newAccountIn(t *testing.T, dir string) *account {
	t.Helper()
	c, err := Open(Options{Dir: dir, Region: "eu-west-1", Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	a := &account{Cloud: c, t: t}
	for i, zone := range testZones {
		declare(a, c.Subnets, fmt.Sprintf("subnet-app%d", i), Subnet{CidrBlock: fmt.Sprintf("10.0.%d.0/24", i), AvailabilityZone: zone})
		declare(a, c.Subnets, fmt.Sprintf("subnet-data%d", i), Subnet{CidrBlock: fmt.Sprintf("10.0.%d.0/24", 10+i), AvailabilityZone: zone})
	}
	declare(a, c.CacheSubnetGroups, "cache-subnets", CacheSubnetGroup{[]string{"subnet-data0", "subnet-data1", "subnet-data2"}})
	declare(a, c.DBSubnetGroups, "db-subnets", DBSubnetGroup{[]string{"subnet-data0", "subnet-data1", "subnet-data2"}})
	a.allow("sg-app", "sg-data", 1024, 65535)
	a.app = a.attach("i-app", "sg-app")
	a.stranger = a.attach("i-stranger", "sg-stranger")
	return a
}

// allow writes both halves of a flow between two security groups.
func (a *account) allow(from, to string, firstPort, lastPort int) {
	a.t.Helper()
	name := fmt.Sprintf("%s-to-%s-%d", from, to, firstPort)
	declare(a, a.EgressRules, name+"-out", SecurityGroupRule{
		SecurityGroupID: from, IPProtocol: "tcp", FromPort: firstPort, ToPort: lastPort, ReferencedSecurityGroupID: to})
	declare(a, a.IngressRules, name+"-in", SecurityGroupRule{
		SecurityGroupID: to, IPProtocol: "tcp", FromPort: firstPort, ToPort: lastPort, ReferencedSecurityGroupID: from})
}

// allowInternet lets a group out to the internet on port 443.
func (a *account) allowInternet(group string) {
	a.t.Helper()
	declare(a, a.EgressRules, group+"-internet", SecurityGroupRule{
		SecurityGroupID: group, IPProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIpv4: "0.0.0.0/0"})
}

func (a *account) attach(owner string, groups ...string) *networkInterface {
	a.t.Helper()
	i, err := a.network.attach(owner, "subnet-app0", groups)
	require.NoError(a.t, err)
	return i
}

// declare creates a resource whose id and name are the same, and fails the test if
// that does not work.
func declare[S any](a *account, s Service[S], name string, spec S) Outputs {
	a.t.Helper()
	outputs, err := s.Create(a.t.Context(), named(name), spec)
	require.NoError(a.t, err)
	return outputs
}

func named(name string) Resource {
	return Resource{ID: name, Name: name, ARN: "arn:aws:test:eu-west-1:" + AccountID + ":" + name}
}

// dialer dials from an interface's address.
func dialer(from *networkInterface) *net.Dialer {
	return &net.Dialer{LocalAddr: &net.TCPAddr{IP: from.local.AsSlice()}}
}

// trust is what a client on an instance verifies servers with: the file that the
// instance's environment names.
func (a *account) trust() *tls.Config {
	a.t.Helper()
	pem, err := os.ReadFile(a.authority.trustPath)
	require.NoError(a.t, err)
	roots := x509.NewCertPool()
	require.True(a.t, roots.AppendCertsFromPEM(pem))
	return &tls.Config{RootCAs: roots}
}

// eventually waits for a condition that takes a while.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, eventuallyTimeout, eventuallyTick, what)
}

const (
	eventuallyTimeout = 30 * time.Second
	eventuallyTick    = 10 * time.Millisecond
)

// componentOf returns the one component of a kind that Status lists.
func (a *account) componentOf(kind string) Component {
	a.t.Helper()
	var found []Component
	for _, c := range a.Status() {
		if c.Kind == kind {
			found = append(found, c)
		}
	}
	require.Len(a.t, found, 1, kind)
	return found[0]
}

func (a *account) countHealthy(kind string) int {
	healthy := 0
	for _, c := range a.Status() {
		if c.Kind == kind && c.Healthy {
			healthy++
		}
	}
	return healthy
}

// tlsDialer dials from an interface's address and verifies the server.
func tlsDialer(from *networkInterface, config *tls.Config) func(context.Context, string, string) (net.Conn, error) {
	return (&tls.Dialer{NetDialer: dialer(from), Config: config}).DialContext
}

func atoi(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

package tests

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/infra"
	"myclothes/infra/guards"
	"myclothes/local/boot"
	"myclothes/local/cloud"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
	"myclothes/local/engine"
	"myclothes/local/provider"
)

// reached are configurations whose stacks run in a cloud, to see who reaches whom there.
var reached = map[string]settings{
	"NAT in each zone": {},
	"no NAT":           {"natGateways": "none", "availabilityZones": "2", "minInstances": "2"},
	"HTTPS":            {"natGateways": "single", "certificateArn": configurations["https"]["certificateArn"], "availabilityZones": "2", "minInstances": "2", "databaseMultiAz": "false", "cacheReplicas": "2"},
}

// Every interface dials every other, and the internet, on every port that the stack
// declares and on others. What comes of it is what infra/guards computes from the rules in
// the engine's state.
func TestWhoReachesWhomIsWhatTheRegisteredRulesSay(t *testing.T) {
	if testing.Short() || runtime.GOOS != "linux" {
		t.Skip("runs the stack in a local cloud")
	}
	for name, s := range reached {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMatrix(t, s)
			m.dialEveryPair(t)
			m.knockEverywhere(t)
			m.callServices(t)
		})
	}
}

// Without NAT, instances read their secrets through the interface endpoint. When its
// security group lets nobody in any more, those that start then have no database.
func TestWithoutNATTheShopServesThroughTheEndpointAlone(t *testing.T) {
	if testing.Short() || runtime.GOOS != "linux" {
		t.Skip("runs the stack in a local cloud")
	}
	t.Parallel()
	r, c := bringUp(t, base().with(settings{"natGateways": "none", "databaseMultiAz": "false", "readReplicas": "0"}))
	require.Equal(t, http.StatusOK, products(t, c))
	rule := r.state(t).Named(guards.SecurityGroupIngressRule, "groups-app-to-endpoints-443-ingress")
	require.NoError(t, c.IngressRules.Delete(t.Context(), aws.Resource{ID: rule.ID}))
	for _, i := range instances(c) {
		require.NoError(t, syscall.Kill(i.PID, syscall.SIGKILL))
	}
	cloudtest.Eventually(t, "services that are started again do not get their secrets", func() bool {
		return products(t, c) == http.StatusServiceUnavailable
	})
}

func instances(c *cloud.Cloud) []aws.Component {
	return slices.DeleteFunc(c.Status(), func(one aws.Component) bool { return one.Kind != boot.CartInstance.Kind })
}

// products asks the shop for what it sells, and returns the status of the answer.
func products(t *testing.T, c *cloud.Cloud) int {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(cloudtest.ComponentOf(t, c.Status(), "load balancer").Address + "/api/products")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode
}

// matrix is a running stack, and who may reach whom in it.
type matrix struct {
	cloud *cloud.Cloud
	flows []guards.Flow
	names map[string]string // of security groups, by id
	ends  []*ec2.Interface  // all interfaces, and nil for the internet
	ports map[string]int    // where something listens, by setting
}

func newMatrix(t *testing.T, s settings) *matrix {
	t.Helper()
	m := &matrix{names: map[string]string{}, ports: map[string]int{"http": 80, "https": 443}}
	declared := settings{}
	for _, key := range []string{"appPort", "adminPort", "cachePort", "databasePort"} {
		declared[key] = freePort(t) // nobody listens there on all addresses
		m.ports[key], _ = strconv.Atoi(declared[key])
	}
	r, c := bringUp(t, declared.with(s))
	g := r.state(t)
	m.cloud, m.flows = c, guards.Flows(g)
	for _, group := range g.Of(guards.SecurityGroup) {
		m.names[group.ID] = group.Name
	}
	m.ends = append(c.Network().Interfaces(), nil)
	return m
}

// bringUp brings a stack up in a cloud of its own.
func bringUp(t *testing.T, s settings) (rehearsal, *cloud.Cloud) {
	t.Helper()
	c, err := cloud.Open(cloud.Options{Dir: t.TempDir(), Region: region, Image: boot.CartInstance, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close(context.Background())) })
	var r rehearsal
	r.providers, err = provider.Serve(c)
	require.NoError(t, err)
	t.Cleanup(r.providers.Close)

	here := settings{"instanceType": map[string]string{"arm64": "t4g.small", "amd64": "t3.small"}[runtime.GOARCH]}
	var given []string
	for key, value := range here.with(s) {
		given = append(given, key+"="+value)
	}
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	declared, err := engine.LoadSettings(root, "rehearsal", given)
	require.NoError(t, err)
	declared.Throwaway, r.settings = t.TempDir(), declared
	r.engine, err = engine.Open(t.Context(), declared, infra.Deploy, r.providers.Ports, io.Discard)
	require.NoError(t, err)
	t.Cleanup(r.engine.Close)
	_, err = r.engine.Up(t.Context(), false)
	require.NoError(t, err)
	return r, c
}

// permitted says whether a flow leads from one end to another one's port.
func (m *matrix) permitted(from, to *ec2.Interface, port int) bool {
	return slices.ContainsFunc(m.flows, func(f guards.Flow) bool {
		return m.is(f.From, from) && m.is(f.To, to) && opens(f, port)
	})
}

func opens(f guards.Flow, port int) bool {
	return (f.Protocol == "tcp" || f.Protocol == guards.AllProtocols) &&
		slices.ContainsFunc(f.Ports, func(p guards.Ports) bool { return p.First <= port && port <= p.Last })
}

// is says whether an end is the peer of a flow, or one of its members.
func (m *matrix) is(p guards.Peer, end *ec2.Interface) bool {
	if end == nil {
		return p == guards.Internet
	}
	return p.Kind == guards.SecurityGroupPeer && slices.ContainsFunc(m.cloud.Network().Groups(end), func(id string) bool { return m.names[id] == p.Name })
}

// dialEveryPair dials from every end to every other one.
func (m *matrix) dialEveryPair(t *testing.T) {
	t.Helper()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	ports := slices.Sorted(maps.Values(m.ports))
	for range 50 {
		ports = append(ports, 1+random.IntN(1<<16-1))
	}
	var differences []string
	pairs, open := 0, 0
	for _, from := range m.ends {
		for _, to := range m.ends {
			if from == to {
				continue
			}
			pairs++
			for _, port := range ports {
				want, got := m.permitted(from, to, port), m.dials(t, from, to, port)
				if got {
					open++
				}
				if want != got {
					differences = append(differences, fmt.Sprintf("%s → %s:%d: the rules say %v, dialling %v", ec2.OwnerOf(from), ec2.OwnerOf(to), port, want, got))
				}
			}
		}
	}
	t.Logf("%d ends, %d ordered pairs, %d ports each (random ones from seed %d): %d dialled, %d open, %d differences",
		len(m.ends), pairs, len(ports), seed, pairs*len(ports), open, len(differences))
	require.Empty(t, differences)
}

// dials says whether a connection may come about: it does, or nobody listens, which the
// kernel answers. What may not is refused before.
func (m *matrix) dials(t *testing.T, from, to *ec2.Interface, port int) bool {
	t.Helper()
	var conn net.Conn
	var err error
	if to == nil {
		conn, err = m.cloud.Network().DialOut(t.Context(), from, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port)))
	} else {
		conn, err = m.cloud.Network().Dial(t.Context(), from, to, port)
	}
	if err == nil {
		require.NoError(t, conn.Close())
	}
	forbidden := errors.Is(err, ec2.ErrRefused) || errors.Is(err, ec2.ErrNoRoute)
	require.True(t, err == nil || forbidden || errors.Is(err, syscall.ECONNREFUSED), "%v", err)
	return !forbidden
}

// knockEverywhere speaks to all nodes of data stores and to their endpoints, past the
// network's own way of dialling, as any process of an instance would.
func (m *matrix) knockEverywhere(t *testing.T) {
	t.Helper()
	knocks, answered := 0, 0
	for _, to := range m.ends {
		for _, address := range m.addressesOf(to) {
			for _, from := range m.ends {
				if from == to {
					continue
				}
				knocks++
				err := m.knock(from, address)
				if m.permitted(from, to, int(address.Port())) {
					answered++
					require.NoError(t, err, "%s → %s at %v", ec2.OwnerOf(from), to.Owner, address)
				} else {
					require.ErrorIs(t, err, syscall.ECONNRESET, "%s → %s at %v", ec2.OwnerOf(from), to.Owner, address)
				}
			}
		}
	}
	t.Logf("%d knocks at data stores, %d answered, 0 differences", knocks, answered)
	require.NotZero(t, answered)
}

// addressesOf are where a node of a data store can be reached: its interface, and the
// endpoint that leads to it. Others have none.
func (m *matrix) addressesOf(node *ec2.Interface) (all []netip.AddrPort) {
	for _, c := range m.cloud.Status() {
		address, err := netip.ParseAddrPort(c.Address)
		if node == nil || err != nil || !strings.HasSuffix(node.Owner, " node "+c.ID) {
			continue
		}
		if c.Kind == "database standby" { // no endpoint leads to it
			address = netip.AddrPortFrom(node.Local, uint16(m.ports["databasePort"]))
		}
		all = append(all, address, netip.AddrPortFrom(node.Local, address.Port()))
	}
	return all
}

// knock begins a conversation: with PostgreSQL it asks for TLS, with the cache it does TLS.
// The error is nil when something answers.
func (m *matrix) knock(from *ec2.Interface, to netip.AddrPort) error {
	d := net.Dialer{Timeout: time.Minute}
	if from != nil {
		d.LocalAddr = &net.TCPAddr{IP: from.Local.AsSlice()}
	}
	conn, err := d.Dial("tcp4", to.String())
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	if int(to.Port()) == m.ports["cachePort"] {
		return tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).Handshake()
	}
	if _, err := conn.Write([]byte{0, 0, 0, 8, 4, 210, 22, 47}); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}

// callServices compares which services of AWS interfaces may call.
func (m *matrix) callServices(t *testing.T) {
	t.Helper()
	calls := 0
	for _, from := range m.ends[:len(m.ends)-1] {
		for _, service := range []string{"s3", "secretsmanager", "dynamodb"} {
			calls++
			_, err := m.cloud.Network().Reach(from, service)
			require.Equal(t, m.mayCall(from, service), err == nil, "%s → %s: %v", from.Owner, service, err)
		}
	}
	t.Logf("%d calls of services, 0 differences", calls)
}

// mayCall says whether a flow leads to a service: to its interface endpoint where it has
// one, and else to its gateway endpoint or to the internet.
func (m *matrix) mayCall(from *ec2.Interface, service string) bool {
	for _, to := range m.ends {
		if to != nil && to.Owner == "endpoint "+service {
			return m.permitted(from, to, 443)
		}
	}
	return slices.ContainsFunc(m.flows, func(f guards.Flow) bool {
		there := f.To == guards.Internet || f.To.Kind == guards.PrefixListPeer && f.To.Name == "network-"+service
		return m.is(f.From, from) && there && opens(f, 443)
	})
}

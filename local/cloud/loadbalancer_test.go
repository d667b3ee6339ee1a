package cloud

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRequestsAreSpreadEvenlyOverInstancesInEveryZone(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil).open()
	served := s.servedBy(browser(t), 30)
	require.Len(t, served, 3)
	var zones []string
	for id, times := range served {
		require.Equal(t, 10, times)
		zones = append(zones, s.instances()[id].Zone)
	}
	require.ElementsMatch(t, testZones, zones)
}

func TestTargetsLearnWhoAsksAndHow(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil).open()
	request, err := http.NewRequest(http.MethodGet, s.url+"/headers", nil)
	require.NoError(t, err)
	request.Header.Set("X-Forwarded-For", "198.51.100.7")
	request.Header.Set("X-Forwarded-Proto", "https")
	response, err := browser(t).Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	var seen http.Header
	require.NoError(t, json.NewDecoder(response.Body).Decode(&seen))
	require.Equal(t, "198.51.100.7, 127.0.0.1", seen.Get("X-Forwarded-For"))
	require.Equal(t, "http", seen.Get("X-Forwarded-Proto"))
	require.Equal(t, "80", seen.Get("X-Forwarded-Port"), "the declared port, not the one of this machine")
	require.Regexp(t, `^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$`, seen.Get("X-Amzn-Trace-Id"))
}

func TestATargetThatHangsUpIsA502(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil).open()
	require.Equal(t, http.StatusBadGateway, s.get(browser(t), "/hang-up").status)
}

func TestATargetGroupWithoutTargetsIsA503(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	require.Equal(t, http.StatusServiceUnavailable, s.get(browser(t), "/").status)
}

func TestATargetThatDoesNotAnswerIsA504(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil).open()
	_, err := s.LoadBalancers.Update(t.Context(), named("lb"), LoadBalancer{
		Subnets: s.group.VPCZoneIdentifiers, SecurityGroups: []string{"sg-lb"}, IdleTimeout: new(1)})
	require.NoError(t, err)
	require.Equal(t, http.StatusGatewayTimeout, s.get(browser(t), "/wait-for?file=never").status)
}

func TestAFlowThatNoRuleAllowsIsA504(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	s.group.HealthCheckType = "EC2"
	s.open()
	require.NoError(t, s.EgressRules.Delete(t.Context(), named("sg-lb-to-sg-app-8080-out")))
	require.Equal(t, http.StatusGatewayTimeout, s.get(browser(t), "/").status)
}

func TestTheInternetIsResetWhereTheLoadBalancersGroupDoesNotLetItIn(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	require.NoError(t, s.IngressRules.Delete(t.Context(), named("internet-to-lb")))
	_, err := get(browser(t), s.url)
	require.Error(t, err)
}

func TestWithoutAHealthyTargetAllGetRequests(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	s.group.HealthCheckType = "EC2" // nobody is replaced
	s.open()
	client := browser(t)
	for range 3 { // in turn
		s.get(client, "/fall-sick")
	}
	eventually(t, "all unhealthy", func() bool { return s.countHealthy("cart instance") == 0 })
	for _, c := range s.instances() {
		require.Equal(t, "unhealthy: 503 from /healthz", c.State)
	}
	require.Len(t, s.servedBy(client, 6), 3)
}

func TestADrainingTargetAnswersWhatItHasAndGetsNothingNew(t *testing.T) {
	t.Parallel()
	s := newShop(t, func(g *TargetGroup) { g.Stickiness = &Stickiness{Type: "lb_cookie"} }).open()
	client, group := browser(t), s.targetGroup()
	bound := s.get(client, "/").instance
	file := filepath.Join(t.TempDir(), "go")
	held := make(chan answer, 1)
	go func() {
		a, _ := get(client, s.url+"/wait-for?file="+file)
		held <- a
	}()
	inFlight := func() bool {
		group.mu.Lock()
		defer group.mu.Unlock()
		return slices.ContainsFunc(group.targets, func(x *target) bool { return x.id == bound && x.inFlight == 1 })
	}
	eventually(t, "a request in flight", inFlight)
	deregistered := make(chan struct{})
	go func() {
		defer close(deregistered)
		group.deregister(t.Context(), bound)
	}()
	eventually(t, "draining", func() bool { return group.healthOf(bound).state == draining })
	require.NotContains(t, s.servedBy(client, 9), bound)
	require.True(t, inFlight())
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.Equal(t, bound, (<-held).instance)
	<-deregistered
}

func TestDeregistrationEndsWithTheDeclaredDelay(t *testing.T) {
	t.Parallel()
	s := newShop(t, func(g *TargetGroup) { g.DeregistrationDelay = new(1) }).open()
	busy, err := s.targetGroup().pick("", nil)
	require.NoError(t, err)
	started := time.Now()
	s.targetGroup().deregister(t.Context(), busy.id)
	require.GreaterOrEqual(t, time.Since(started), time.Second)
	s.targetGroup().release(busy)
}

func TestListenersRedirectAndAnswerByThemselvesWithoutANewSocket(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	_, err := s.Listeners.Update(t.Context(), named("http"), s.listener(Action{Type: "redirect",
		Redirect: &Redirect{Protocol: "HTTPS", Port: "443", StatusCode: "HTTP_301"}}))
	require.NoError(t, err)
	a := s.get(browser(t), "/cart?sku=1")
	require.Equal(t, http.StatusMovedPermanently, a.status)
	require.Equal(t, "https://127.0.0.1:443/cart?sku=1", a.header.Get("Location"))

	_, err = s.Listeners.Update(t.Context(), named("http"), s.listener(Action{Type: "fixed-response",
		FixedResponse: &FixedResponse{ContentType: "text/plain", MessageBody: "closed", StatusCode: "503"}}))
	require.NoError(t, err)
	a = s.get(browser(t), "/")
	require.Equal(t, "closed", a.body)
	require.Equal(t, http.StatusServiceUnavailable, a.status)
}

func TestAnHTTPSListenerShowsACertificateOfTheCloudsAuthority(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	listener := s.listener(Action{Type: "fixed-response", FixedResponse: &FixedResponse{MessageBody: "safe", StatusCode: "200"}})
	listener.Port, listener.Protocol = 443, "HTTPS"
	declare(s.account, s.Listeners, "https", listener)
	record, _ := s.Listeners.(*listeners).listeners.find("https")
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.trust().RootCAs}}
	defer transport.CloseIdleConnections()
	a, err := get(&http.Client{Transport: transport}, record.spec.url())
	require.NoError(t, err)
	require.Equal(t, "safe", a.body)
}

func TestALoadBalancerNeedsTwoSubnets(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	_, err := a.LoadBalancers.Create(t.Context(), named("lb"), LoadBalancer{Subnets: []string{"subnet-app0"}})
	require.ErrorContains(t, err, "at least two")
}

package elb

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

func TestRequestsAreSpreadEvenlyOverInstancesInEveryZone(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil).open()
	served := s.servedBy(cloudtest.Browser(t), 30)
	require.Len(t, served, 3)
	var zones []string
	for id, times := range served {
		require.Equal(t, 10, times)
		zones = append(zones, s.zones[id])
	}
	require.ElementsMatch(t, cloudtest.Zones, zones)
}

func TestTargetsLearnWhoAsksAndHow(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil).open()
	request, err := http.NewRequest(http.MethodGet, s.url+"/headers", nil)
	require.NoError(t, err)
	request.Header.Set("X-Forwarded-For", "198.51.100.7")
	request.Header.Set("X-Forwarded-Proto", "https")
	response, err := cloudtest.Browser(t).Do(request)
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
	s := newSite(t, nil).open()
	require.Equal(t, http.StatusBadGateway, s.get(cloudtest.Browser(t), "/hang-up").Status)
}

func TestATargetThatRefusesIsA502AndNoOtherOneIsTried(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(g *TargetGroup) { g.HealthCheck.UnhealthyThreshold = 1000 }).open()
	require.NoError(t, s.servers["i-1"].Close())
	answers := map[int]int{}
	for range 9 { // in turn
		a, err := cloudtest.Post(cloudtest.Browser(t), s.url, "a write")
		require.NoError(t, err)
		answers[a.Status]++
	}
	require.Equal(t, map[int]int{http.StatusOK: 6, http.StatusBadGateway: 3}, answers)
}

func TestATargetGroupWithoutTargetsIsA503(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	require.Equal(t, http.StatusServiceUnavailable, s.get(cloudtest.Browser(t), "/").Status)
}

func TestATargetThatDoesNotAnswerIsA504(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil).open()
	_, err := s.balancers.Update(t.Context(), cloudtest.Named("lb"), LoadBalancer{
		Subnets: cloudtest.AppSubnets, SecurityGroups: []string{"sg-lb"}, IdleTimeout: new(1)})
	require.NoError(t, err)
	require.Equal(t, http.StatusGatewayTimeout, s.get(cloudtest.Browser(t), "/wait").Status)
}

func TestAFlowThatNoRuleAllowsIsA504(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil).open()
	require.NoError(t, s.Network.EgressRules().Delete(t.Context(), cloudtest.Named("sg-lb-to-sg-app-8080-out")))
	require.Equal(t, http.StatusGatewayTimeout, s.get(cloudtest.Browser(t), "/").Status)
}

func TestTheInternetIsResetWhereTheLoadBalancersGroupDoesNotLetItIn(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	require.NoError(t, s.Network.IngressRules().Delete(t.Context(), cloudtest.Named("internet-to-lb")))
	_, err := cloudtest.Get(cloudtest.Browser(t), s.url)
	require.Error(t, err)
}

func TestWithoutAHealthyTargetAllGetRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil).open()
	client := cloudtest.Browser(t)
	for range 3 { // in turn
		s.get(client, "/fall-sick")
	}
	cloudtest.Eventually(t, "all unhealthy", func() bool { return s.count(Unhealthy) == 3 })
	require.Equal(t, "unhealthy: 503 from /healthz", s.targetGroup().HealthOf("i-0").String())
	require.Len(t, s.servedBy(client, 6), 3)
}

func TestADrainingTargetAnswersWhatItHasAndGetsNothingNew(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(g *TargetGroup) { g.Stickiness = &Stickiness{Type: "lb_cookie"} }).open()
	client, group := cloudtest.Browser(t), s.targetGroup()
	bound := s.get(client, "/").Instance
	held := make(chan cloudtest.Answer, 1)
	go func() {
		a, _ := cloudtest.Get(client, s.url+"/wait")
		held <- a
	}()
	inFlight := func() bool {
		group.mu.Lock()
		defer group.mu.Unlock()
		return slices.ContainsFunc(group.targets, func(x *target) bool { return x.id == bound && x.inFlight == 1 })
	}
	cloudtest.Eventually(t, "a request in flight", inFlight)
	deregistered := make(chan struct{})
	go func() {
		defer close(deregistered)
		group.Deregister(t.Context(), bound)
	}()
	cloudtest.Eventually(t, "draining", func() bool { return group.HealthOf(bound).State == Draining })
	require.NotContains(t, s.servedBy(client, 9), bound)
	require.True(t, inFlight())
	close(s.resume)
	require.Equal(t, bound, (<-held).Instance)
	<-deregistered
}

func TestListenersRedirectAndAnswerByThemselvesWithoutANewSocket(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	_, err := s.listeners.Update(t.Context(), cloudtest.Named("http"), listenerThat(Action{Type: "redirect",
		Redirect: &Redirect{Protocol: "HTTPS", Port: "443", StatusCode: "HTTP_301"}}))
	require.NoError(t, err)
	a := s.get(cloudtest.Browser(t), "/cart?sku=1")
	require.Equal(t, http.StatusMovedPermanently, a.Status)
	require.Equal(t, "https://127.0.0.1:443/cart?sku=1", a.Header.Get("Location"))

	_, err = s.listeners.Update(t.Context(), cloudtest.Named("http"), listenerThat(Action{Type: "fixed-response",
		FixedResponse: &FixedResponse{ContentType: "text/plain", MessageBody: "closed", StatusCode: "503"}}))
	require.NoError(t, err)
	a = s.get(cloudtest.Browser(t), "/")
	require.Equal(t, "closed", a.Body)
	require.Equal(t, http.StatusServiceUnavailable, a.Status)
}

func TestAnHTTPSListenerShowsACertificateOfTheCloudsAuthority(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	listener := listenerThat(Action{Type: "fixed-response", FixedResponse: &FixedResponse{MessageBody: "safe", StatusCode: "200"}})
	listener.Port, listener.Protocol = 443, "HTTPS"
	cloudtest.Declare(t, s.listeners, "https", listener)
	https, err := s.listeners.listeners.Get("https")
	require.NoError(t, err)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.Trust().RootCAs}}
	defer transport.CloseIdleConnections()
	a, err := cloudtest.Get(&http.Client{Transport: transport}, https.url())
	require.NoError(t, err)
	require.Equal(t, "safe", a.Body)
}

func TestALoadBalancerNeedsTwoSubnets(t *testing.T) {
	t.Parallel()
	_, err := NewLoadBalancers(cloudtest.NewVPC(t).Network, nil).Create(t.Context(), cloudtest.Named("lb"), LoadBalancer{Subnets: cloudtest.AppSubnets[:1]})
	require.ErrorContains(t, err, "at least two")
}

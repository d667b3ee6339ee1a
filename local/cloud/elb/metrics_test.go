package elb

import (
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/cloudwatch"
)

// published returns a statistic of all that was published of a metric since the site was
// made; NaN if nothing was.
func (s *site) published(name, statistic string, dimensions ...cloudwatch.Dimension) float64 {
	s.Helper()
	all, err := s.Host.Metrics.Latest(cloudwatch.Metric{Namespace: namespace, Name: name, Dimensions: dimensions}, 3600, 1)
	require.NoError(s, err)
	if all[0].Count == 0 {
		return math.NaN()
	}
	value, err := all[0].Statistic(statistic)
	require.NoError(s, err)
	return value
}

// awaits waits until a metric's sum is what it should be.
func (s *site) awaits(sum float64, name string, dimensions ...cloudwatch.Dimension) {
	s.Helper()
	cloudtest.Eventually(s.T, name, func() bool {
		published := s.published(name, "Sum", dimensions...)
		return published == sum || sum == 0 && math.IsNaN(published)
	})
}

var (
	ofBalancer = dimension("LoadBalancer", "lb")
	ofGroup    = dimension("TargetGroup", "tg")
)

func TestRequestsAreCountedByLoadBalancerGroupAndZone(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil).open()
	client := cloudtest.Browser(t)
	byZone := map[string]float64{}
	for range 30 {
		byZone[s.zones[s.get(client, "/").Instance]]++
	}
	s.get(client, "/status/404")
	require.Len(t, byZone, 3)
	s.awaits(31, "RequestCount", ofBalancer)
	s.awaits(31, "RequestCount", ofBalancer, ofGroup)
	s.awaits(30, "HTTPCode_Target_2XX_Count", ofBalancer)
	s.awaits(1, "HTTPCode_Target_4XX_Count", ofBalancer)
	s.awaits(0, "HTTPCode_Target_5XX_Count", ofBalancer)
	s.awaits(0, "HTTPCode_ELB_4XX_Count", ofBalancer)
	for zone, requests := range byZone {
		s.awaits(requests, "HTTPCode_Target_2XX_Count", ofBalancer, ofGroup, dimension("AvailabilityZone", zone))
	}
	s.awaits(31.0/3, "RequestCountPerTarget", ofGroup)
	require.InDelta(t, 1, s.published("HTTPCode_Target_2XX_Count", "Average", ofBalancer), 0)
}

func TestAResponseTimeIsInSeconds(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil).open()
	client := cloudtest.Browser(t)
	began := time.Now()
	waiting := make(chan cloudtest.Answer, 1)
	go func() {
		answer, _ := cloudtest.Get(client, s.url+"/wait")
		waiting <- answer
	}()
	for range 99 {
		s.get(client, "/")
	}
	cloudtest.Eventually(t, "they are published", func() bool { return s.published("TargetResponseTime", "SampleCount", ofBalancer) == 99 })
	close(s.resume)
	<-waiting
	took := time.Since(began).Seconds()
	cloudtest.Eventually(t, "all are published", func() bool { return s.published("TargetResponseTime", "SampleCount", ofBalancer) == 100 })
	require.LessOrEqual(t, s.published("TargetResponseTime", "Maximum", ofBalancer), took)
	require.Positive(t, s.published("TargetResponseTime", "Minimum", ofBalancer))
	require.Less(t, s.published("TargetResponseTime", "p50", ofBalancer, ofGroup), s.published("TargetResponseTime", "Maximum", ofBalancer, ofGroup))
}

func TestWhatTheLoadBalancerAnswersItselfIsNotCountedAsATargets(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil).open()
	client := cloudtest.Browser(t)
	a, err := cloudtest.Post(client, s.url+"/hang-up", "x")
	require.NoError(t, err)
	require.Equal(t, http.StatusBadGateway, a.Status)
	s.awaits(1, "HTTPCode_ELB_502_Count", ofBalancer)
	s.awaits(1, "HTTPCode_ELB_5XX_Count", ofBalancer)
	s.awaits(0, "HTTPCode_Target_5XX_Count", ofBalancer)
	s.awaits(0, "TargetConnectionErrorCount", ofBalancer)

	for id := range s.servers {
		s.targetGroup().Deregister(t.Context(), id)
	}
	require.Equal(t, http.StatusServiceUnavailable, s.get(client, "/").Status)
	s.awaits(1, "HTTPCode_ELB_503_Count", ofBalancer)
	s.awaits(2, "HTTPCode_ELB_5XX_Count", ofBalancer)
	s.awaits(1, "RequestCount", ofBalancer) // for the other one no target could be chosen
}

func TestATargetThatRefusesIsAConnectionError(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(g *TargetGroup) { g.HealthCheck.UnhealthyThreshold = 10 }).open()
	for _, server := range s.servers {
		require.NoError(t, server.Close())
	}
	a, err := cloudtest.Post(cloudtest.Browser(t), s.url+"/", "x")
	require.NoError(t, err)
	require.Equal(t, http.StatusBadGateway, a.Status)
	s.awaits(1, "TargetConnectionErrorCount", ofBalancer, ofGroup)
	s.awaits(1, "HTTPCode_ELB_502_Count", ofBalancer)
	s.awaits(0, "TargetResponseTime", ofBalancer)
}

func TestRedirectsAndFixedResponsesAreCounted(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	client := cloudtest.Browser(t)
	for _, action := range []Action{
		{Type: "redirect", Redirect: &Redirect{Path: "/elsewhere", StatusCode: "HTTP_301"}},
		{Type: "fixed-response", FixedResponse: &FixedResponse{StatusCode: "404"}},
	} {
		_, err := s.listeners.Update(t.Context(), cloudtest.Named("http"), listenerThat(action))
		require.NoError(t, err)
		s.get(client, "/")
	}
	for _, name := range []string{"HTTP_Redirect_Count", "HTTPCode_ELB_3XX_Count", "HTTP_Fixed_Response_Count", "HTTPCode_ELB_4XX_Count"} {
		s.awaits(1, name, ofBalancer)
	}
}

func TestHealthIsCountedInEachZone(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil).open()
	require.NoError(t, s.servers["i-1"].Close())
	last := func(name string, dimensions ...cloudwatch.Dimension) float64 {
		points, err := s.Host.Metrics.Latest(cloudwatch.Metric{Namespace: namespace, Name: name, Dimensions: dimensions}, 60, 1)
		require.NoError(t, err)
		return points[0].Max
	}
	cloudtest.Eventually(t, "it is unhealthy", func() bool { return last("UnHealthyHostCount", ofBalancer, ofGroup) == 1 })
	require.InDelta(t, 2, last("HealthyHostCount", ofBalancer, ofGroup), 0)
	sick := dimension("AvailabilityZone", s.zones["i-1"])
	require.InDelta(t, 1, last("UnHealthyHostCount", sick, ofBalancer, ofGroup), 0)
	require.InDelta(t, 0, last("HealthyHostCount", sick, ofBalancer, ofGroup), 0)
}

func TestConnectionsAndBytesAreCounted(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil).open()
	client := cloudtest.Browser(t)
	s.get(client, "/")
	s.awaits(2, "NewConnectionCount", ofBalancer) // the client's, and the one to the target
	cloudtest.Eventually(t, "open", func() bool { return s.published("ActiveConnectionCount", "Maximum", ofBalancer) == 2 })
	require.Greater(t, s.published("ProcessedBytes", "Sum", ofBalancer), 100.0)
	client.CloseIdleConnections()
	cloudtest.Eventually(t, "the client's is closed", func() bool {
		points, err := s.Host.Metrics.Latest(cloudwatch.Metric{Namespace: namespace, Name: "ActiveConnectionCount", Dimensions: []cloudwatch.Dimension{ofBalancer}}, 60, 1)
		require.NoError(t, err)
		return points[0].Max == 1
	})
}

func TestARequestThatItsCookieCouldNotSendIsCounted(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(g *TargetGroup) { g.Stickiness = &Stickiness{Type: "lb_cookie"} }).open()
	client := cloudtest.Browser(t)
	for range 5 {
		s.get(client, "/")
	}
	s.awaits(5, "RequestCount", ofBalancer)
	s.awaits(1, "NonStickyRequestCount", ofBalancer)
}

func TestOnlyMetricsOfAWSArePublished(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil).open()
	s.get(cloudtest.Browser(t), "/")
	s.awaits(1, "RequestCount", ofBalancer)
	units := map[string]string{}
	for _, m := range s.Host.Metrics.List(namespace, "") {
		units[m.Name] = m.Unit
	}
	require.Equal(t, map[string]string{
		"ActiveConnectionCount": "Count", "HTTPCode_Target_2XX_Count": "Count", "HealthyHostCount": "Count", "NewConnectionCount": "Count",
		"ProcessedBytes": "Bytes", "RequestCount": "Count", "RequestCountPerTarget": "Count", "TargetResponseTime": "Seconds", "UnHealthyHostCount": "Count",
	}, units)
}

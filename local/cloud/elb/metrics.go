package elb

import (
	"maps"
	"slices"

	"myclothes/local/cloud/cloudwatch"
)

// Load balancers and target groups publish, in AWS/ApplicationELB, what
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
// lists, under its units and dimensions, each at the end of a period:
//
//	by LoadBalancer: ActiveConnectionCount, NewConnectionCount, ProcessedBytes,
//	  HTTP_Fixed_Response_Count, HTTP_Redirect_Count, HTTPCode_ELB_3XX_Count, …_4XX_Count,
//	  …_5XX_Count, …_500_Count, …_502_Count, …_503_Count, …_504_Count
//	by LoadBalancer, with AvailabilityZone, with TargetGroup, and with both:
//	  RequestCount, TargetResponseTime (seconds), HTTPCode_Target_2XX_Count, …_3XX_Count,
//	  …_4XX_Count, …_5XX_Count, TargetConnectionErrorCount, NonStickyRequestCount
//	by TargetGroup, and with LoadBalancer: RequestCountPerTarget
//	by TargetGroup with LoadBalancer, and with AvailabilityZone: HealthyHostCount, UnHealthyHostCount
//
// RequestCount and RequestCountPerTarget are published at 0 too, the other counts only when
// there is one. A request's zone is its target's: a load balancer here has one door, and
// reaches every target from its own zone. What the load balancer answers itself has
// therefore no zone.
//
// Not published, because nothing here could tell a true number: ConsumedLCUs and
// RuleEvaluations (a price), RejectedConnectionCount (no number of connections is too
// many), ClientTLSNegotiationErrorCount, DesyncMitigationMode_NonCompliant_Request_Count
// and the two of invalid headers (net/http refuses without saying), IPv6… (this machine's
// doors are IPv4), TargetTLSNegotiationErrorCount (targets speak HTTP), Grpc…, Lambda… and
// ELBAuth… (not modelled).
const namespace = "AWS/ApplicationELB"

func dimension(name, value string) cloudwatch.Dimension {
	return cloudwatch.Dimension{Name: name, Value: value}
}

// publish publishes what has happened at every load balancer since the last time.
func (s *LoadBalancers) publish() {
	for _, balancer := range s.balancers.All() {
		balancer.Spec.traffic.take().publish(s.network.Metrics(), balancer.Spec.suffix)
	}
}

func (t taken) publish(m *cloudwatch.Metrics, balancer string) {
	lb := dimension("LoadBalancer", balancer)
	own := cloudwatch.Publisher{Metrics: m, Namespace: namespace, Dimensions: [][]cloudwatch.Dimension{{lb}}}
	own.Value("RequestCount", "Count", 0) // which makes no difference to the requests
	for name, n := range map[string]int{"ActiveConnectionCount": t.active, "NewConnectionCount": t.opened} {
		if n > 0 {
			own.Value(name, "Count", float64(n))
		}
	}
	if t.bytes > 0 {
		own.Value("ProcessedBytes", "Bytes", float64(t.bytes))
	}
	for name, n := range t.own {
		own.Count(name, n)
	}
	for way, w := range t.ways {
		tg, zone := dimension("TargetGroup", way.group.suffix), dimension("AvailabilityZone", way.zone)
		w.publish(cloudwatch.Publisher{Metrics: m, Namespace: namespace,
			Dimensions: [][]cloudwatch.Dimension{{lb}, {lb, zone}, {lb, tg}, {lb, tg, zone}}})
	}
}

func (w *wayCounts) publish(p cloudwatch.Publisher) {
	p.Count("RequestCount", w.requests)
	p.Merge("TargetResponseTime", "Seconds", w.times)
	for name, n := range w.counts {
		p.Count(name, n)
	}
}

// publish publishes how the targets of every group are, and how busy.
func (s *TargetGroups) publish() {
	for _, group := range s.groups.All() {
		group.Spec.publish(s.network.Metrics())
	}
}

func (g *Targets) publish(m *cloudwatch.Metrics) {
	g.mu.Lock()
	defer g.mu.Unlock()
	tg := dimension("TargetGroup", g.suffix)
	requests := g.requests
	g.requests = 0
	each := cloudwatch.Publisher{Metrics: m, Namespace: namespace, Dimensions: [][]cloudwatch.Dimension{{tg}}}
	for _, balancer := range g.balancers() {
		lb := dimension("LoadBalancer", balancer.suffix)
		each.Dimensions = append(each.Dimensions, []cloudwatch.Dimension{tg, lb})
		g.publishHealth(m, tg, lb)
	}
	if among := len(g.inState(Healthy)); among > 0 {
		each.Value("RequestCountPerTarget", "Count", float64(requests)/float64(among))
	} else if among = len(g.inState(initial, Unhealthy, unused)); among > 0 {
		each.Value("RequestCountPerTarget", "Count", float64(requests)/float64(among))
	}
}

// publishHealth publishes how many targets are healthy, in all and in each zone in which
// there is one. The caller holds the lock.
func (g *Targets) publishHealth(m *cloudwatch.Metrics, tg, lb cloudwatch.Dimension) {
	zones := map[string][2]int{}
	var all [2]int
	for _, t := range g.targets {
		counts := zones[t.eni.Zone]
		switch t.State {
		case Healthy:
			counts[0]++
			all[0]++
		case Unhealthy:
			counts[1]++
			all[1]++
		}
		zones[t.eni.Zone] = counts
	}
	tell := func(counts [2]int, dimensions ...cloudwatch.Dimension) {
		p := cloudwatch.Publisher{Metrics: m, Namespace: namespace, Dimensions: [][]cloudwatch.Dimension{dimensions}}
		p.Value("HealthyHostCount", "Count", float64(counts[0]))
		p.Value("UnHealthyHostCount", "Count", float64(counts[1]))
	}
	tell(all, tg, lb)
	for zone, counts := range zones {
		tell(counts, tg, lb, dimension("AvailabilityZone", zone))
	}
}

// balancers lists the load balancers that send requests here. The caller holds the lock.
func (g *Targets) balancers() []*loadBalancer {
	var all []*loadBalancer
	for _, listener := range slices.Sorted(maps.Keys(g.routes)) {
		if balancer := g.routes[listener]; !slices.Contains(all, balancer) {
			all = append(all, balancer)
		}
	}
	return all
}

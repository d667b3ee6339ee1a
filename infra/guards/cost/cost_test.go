package cost

import (
	"bytes"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
)

const shopURN = "urn:pulumi:dev::shop::"

// declared makes a resource of a component as a state has it.
func declared(typ, component, name string, inputs map[string]any) *guards.Resource {
	return guards.New(map[string]any{
		"type": typ, "urn": shopURN + typ + "::" + name, "custom": true, "id": name, "inputs": inputs,
		"parent": shopURN + "myclothes:index:Part::" + component,
	})
}

// part makes a component.
func part(name string) *guards.Resource {
	return guards.New(map[string]any{"type": "myclothes:index:Part", "urn": shopURN + "myclothes:index:Part::" + name})
}

// shop is a fleet behind a load balancer in two zones, with a cache and a database that
// has a standby and a read replica.
func shop(more ...*guards.Resource) guards.Graph {
	return guards.NewGraph(append([]*guards.Resource{
		part("edge"), part("fleet"), part("data"), part("network"),
		declared(guards.VpcEndpoint, "network", "s3", map[string]any{"serviceName": "com.amazonaws.us-east-1.s3"}),
		declared(guards.LoadBalancer, "edge", "web", map[string]any{"subnets": []any{"a", "b"}}),
		declared(guards.LaunchTemplate, "fleet", "servers", map[string]any{"instanceType": "t4g.small",
			"blockDeviceMappings": []any{map[string]any{"ebs": map[string]any{"volumeSize": 8.0}}}}),
		declared(guards.AutoScalingGroup, "fleet", "servers", map[string]any{"minSize": 2.0, "maxSize": 4.0, "launchTemplate": map[string]any{"id": "servers"}}),
		declared(guards.ReplicationGroup, "data", "cache", map[string]any{"numCacheClusters": 2.0, "nodeType": "cache.t4g.micro", "engine": "valkey"}),
		declared(guards.DBInstance, "data", "primary", map[string]any{"instanceClass": "db.t4g.micro", "allocatedStorage": 20.0, "multiAz": true, "backupRetentionPeriod": 7.0}),
		declared(guards.DBInstance, "data", "replica", map[string]any{"instanceClass": "db.t4g.micro", "replicateSourceDb": "primary"}),
	}, more...)...)
}

// line finds one line of an estimate.
func line(t *testing.T, e Estimate, resource, what string) Line {
	t.Helper()
	for _, l := range e.Lines {
		if l.Resource == resource && l.What == what {
			return l
		}
	}
	require.Failf(t, "no such line", "%s %s in %+v", resource, what, e.Lines)
	return Line{}
}

func TestEveryResourceIsCountedAsAWSCountsIt(t *testing.T) {
	t.Parallel()
	e := Of(shop(), nil)
	require.Empty(t, e.Without)
	require.Equal(t, "us-east-1", e.Region)
	require.Zero(t, e.Borrowed())
	for _, want := range []struct {
		component, resource, what string
		usd                       float64
	}{
		{"fleet", "servers", "t4g.small", 2 * 730 * 0.0168},
		{"fleet", "servers", volume, 2 * 8 * 0.08},
		{"edge", "web", balancer, 730 * 0.0225},
		{"edge", "web", publicAddress, 2 * 730 * 0.005},
		{"data", "cache", "cache.t4g.micro", 2 * 730 * 0.0128},
		{"data", "primary", "db.t4g.micro", 2 * 730 * 0.016},
		{"data", "primary", databaseStorage, 2 * 20 * 0.115},
		{"data", "replica", "db.t4g.micro", 730 * 0.016},
		{"data", "replica", databaseStorage, 20 * 0.115},
	} {
		l := line(t, e, want.resource, want.what)
		require.Equal(t, want.component, l.Component)
		require.InDelta(t, want.usd, l.USD(), 1e-9, "%+v", l)
	}
}

func TestUsageIsAParameter(t *testing.T) {
	t.Parallel()
	u := Usage{}
	require.NoError(t, u.Set("requests=2.628e9")) // 1,000 a second
	require.NoError(t, u.Set("outGB=100"))
	require.NoError(t, u.Set("instances=3"))
	e := Of(shop(), u)
	require.InDelta(t, 4*730, line(t, e, "web", capacity).Quantity, 1, "100 new connections a second are 4 units")
	require.InDelta(t, 9, line(t, e, "web", internetData).USD(), 1e-9)
	require.InDelta(t, 3*730, line(t, e, "servers", "t4g.small").Quantity, 1e-9)
	require.Contains(t, line(t, e, "web", internetData).Assumption, "outGB=100")
	for _, wrong := range []string{"request=1", "outGB", "outGB=much", "outGB=-1", "outGB=NaN"} {
		require.Error(t, u.Set(wrong), wrong)
	}
}

func TestWhatHasNoPriceIsNamedAndNotZero(t *testing.T) {
	t.Parallel()
	e := Of(shop(
		declared("aws:lambda/function:Function", "data", "f", nil),
		declared(guards.DBInstance, "data", "large", map[string]any{"instanceClass": "db.x9.huge", "allocatedStorage": 20.0}),
		declared(guards.ReplicationGroup, "data", "unknown", map[string]any{"numCacheClusters": "3eeb2bf0-c639-47a8-9e75-3b44932eb421", "nodeType": "cache.t4g.micro", "engine": "valkey"}),
	), nil)
	require.Equal(t, []Unpriced{
		{"aws:elasticache/replicationGroup:ReplicationGroup unknown", "only an update will tell its [numCacheClusters]"},
		{"aws:lambda/function:Function f", "the table has no prices for its type"},
		{"aws:rds/instance:Instance large", "the table has no price for db.x9.huge, of which it is 730 a month"},
	}, e.Without)
	require.Contains(t, e.Headline(), "without 3 resources that have no price")
}

func TestWhatIsNotPricedDiffersWhenThereIsMoreOfIt(t *testing.T) {
	t.Parallel()
	cache := func(engine, class string, nodes float64) Estimate {
		return Of(guards.NewGraph(declared(guards.ReplicationGroup, "data", "cache", map[string]any{"numCacheClusters": nodes, "nodeType": class, "engine": engine})), nil)
	}
	require.NotEqual(t, cache("valkey", "cache.x9.huge", 2).Without, cache("valkey", "cache.x9.huge", 3).Without)
	require.NotEqual(t, cache("redis", "cache.t4g.micro", 2).Without, cache("redis", "cache.t4g.micro", 3).Without)
	database := func(inputs map[string]any) Estimate {
		inputs["instanceClass"], inputs["allocatedStorage"] = "db.t4g.micro", 20.0
		return Of(guards.NewGraph(declared(guards.DBInstance, "data", "primary", inputs)), nil)
	}
	require.Empty(t, database(map[string]any{"engine": "postgres", "storageType": "gp3"}).Without)
	for _, other := range []map[string]any{{"engine": "mysql"}, {"storageType": "io2"}, {"iops": 12000.0}, {"storageThroughput": 500.0}} {
		require.NotEmpty(t, database(other).Without, "%v costs other than gp3 of PostgreSQL", other)
	}
	line(t, database(map[string]any{"publiclyAccessible": true}), "primary", publicAddress)
}

func TestDataThroughEndpointsIsCountedOnce(t *testing.T) {
	t.Parallel()
	one := declared(guards.VpcEndpoint, "network", "a", map[string]any{"vpcEndpointType": "Interface", "subnetIds": []any{"a"}})
	two := declared(guards.VpcEndpoint, "network", "b", map[string]any{"vpcEndpointType": "Interface", "subnetIds": []any{"a"}})
	e := Of(shop(one, two), nil)
	require.InDelta(t, Usage{}.of("endpointGB"), line(t, e, "a", endpointData).Quantity+line(t, e, "b", endpointData).Quantity, 1e-9)
}

func TestARegionWithoutAPriceHasThatOfAnotherAndSaysSo(t *testing.T) {
	t.Parallel()
	g := shop()
	g.Named(guards.VpcEndpoint, "s3").Inputs["serviceName"] = "com.amazonaws.eu-west-1.s3"
	e := Of(g, nil)
	require.Equal(t, "eu-west-1", line(t, e, "primary", databaseStorage).Region)
	require.Equal(t, 0.127, line(t, e, "primary", databaseStorage).Price)
	require.Equal(t, "us-east-1", line(t, e, "servers", "t4g.small").Region)
	require.Positive(t, e.Borrowed())
	require.Contains(t, e.Headline(), "at prices of us-east-1")
}

func TestAChangeIsComparedComponentByComponent(t *testing.T) {
	t.Parallel()
	cheaper := shop()
	cheaper.Named(guards.DBInstance, "primary").Inputs["multiAz"] = false
	c := Compare(Of(shop(), nil), Of(cheaper, nil))
	require.InDelta(t, -730*0.016-20*0.115, c.Delta(), 1e-9)
	require.Len(t, c.Changed(), 1)
	require.Equal(t, "data", c.Changed()[0].Component)
	require.Len(t, c.Components, 3, "the network costs nothing here")
	require.Empty(t, Compare(Of(shop(), nil), Of(shop(), nil)).Changed())
}

func TestEveryPriceHasAUnitASourceAndADateAndIsInTheTableOnce(t *testing.T) {
	t.Parallel()
	seen := map[[2]string]bool{}
	for _, p := range prices {
		require.Positive(t, p.usd, p.item)
		require.NotEmpty(t, p.unit, p.item)
		address, err := url.Parse(p.source.url)
		require.NoError(t, err)
		require.Equal(t, "https", address.Scheme, p.item)
		_, err = time.Parse("2006-01-02"[:len(p.source.dated)], p.source.dated)
		require.NoError(t, err, p.item)
		require.False(t, seen[[2]string{p.item, p.region}], p.item)
		seen[[2]string{p.item, p.region}] = true
		_, home := find(p.item, homeRegion)
		require.True(t, home, "%s has a price in %s", p.item, homeRegion)
	}
}

func TestNoTypeIsBothPricedAndFree(t *testing.T) {
	t.Parallel()
	for typ := range priced {
		require.Empty(t, free[typ], typ)
	}
}

func TestTheTextsHaveEveryLineAndTheTotal(t *testing.T) {
	t.Parallel()
	e := Of(shop(), nil)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"text":     func(b *bytes.Buffer) error { return e.WriteText(b) },
		"markdown": func(b *bytes.Buffer) error { return e.WriteMarkdown(b) },
		"json":     func(b *bytes.Buffer) error { return e.WriteJSON(b) },
	} {
		var b bytes.Buffer
		require.NoError(t, write(&b), name)
		for _, l := range e.Lines {
			require.Contains(t, b.String(), l.What, name)
		}
	}
	var text bytes.Buffer
	require.NoError(t, e.WriteText(&text))
	require.Contains(t, text.String(), e.Headline())
}

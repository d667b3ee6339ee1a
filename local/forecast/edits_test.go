package forecast

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
	"myclothes/local/engine"
	"myclothes/local/engine/legible"
)

// edit is a change of the shop under test: what is declared before and after it.
type edit struct {
	before, after map[string]map[string]any
	changes       []engine.Change
}

func newEdit() *edit { return &edit{before: shop(), after: shop()} }

// declare adds a resource before and after, with other inputs if there are two of them.
func (e *edit) declare(typ, name string, inputs ...map[string]any) *edit {
	e.before[name], e.after[name] = resource(typ, name, maps.Clone(inputs[0])), resource(typ, name, maps.Clone(inputs[len(inputs)-1]))
	return e
}

// change says what becomes of a resource, and writes its properties into what is after.
func (e *edit) change(operation engine.Operation, typ, name string, properties ...engine.Property) *edit {
	e.changes = append(e.changes, engine.Change{Operation: operation, Type: typ, Name: name, URN: urn(typ, name), Properties: properties})
	switch operation {
	case engine.Delete:
		delete(e.after, name)
	case engine.Create:
		e.after[name] = resource(typ, name, map[string]any{})
	}
	for _, p := range properties {
		e.after[name]["inputs"].(map[string]any)[root(p.Path)] = p.New
	}
	return e
}

func (e *edit) forecast() *Forecast {
	return Of(&engine.Plan{Changes: e.changes}, graph(e.before), graph(e.after))
}

func (e *edit) requireVerdict(t *testing.T, q Question, want Verdict) {
	t.Helper()
	a := e.forecast().Answers[q]
	require.Equal(t, want, a.Verdict, "%s %+v", q, a.Because)
}

func TestAFleetRollsWhenItsGroupChangesWhatItLaunches(t *testing.T) {
	newEdit().change(engine.Delete, guards.LaunchTemplate, "template").change(engine.Create, guards.LaunchTemplate, "other").
		change(engine.Update, guards.AutoScalingGroup, "servers", engine.Property{Path: "launchTemplate.id", Old: "template-id", New: legible.Unknown}).
		requireVerdict(t, Rolls, Yes)
	newEdit().change(engine.Update, guards.AutoScalingGroup, "servers", engine.Property{Path: "launchTemplate.version", Old: "1", New: "$Latest"}).
		requireVerdict(t, Rolls, Yes)
	newEdit().change(engine.Update, guards.LaunchTemplate, "template", engine.Property{Path: "tags", New: "b"}).
		change(engine.Update, guards.AutoScalingGroup, "servers", engine.Property{Path: "launchTemplate.version", Old: "1", New: legible.Unknown}).
		requireVerdict(t, Rolls, No)
	newEdit().change(engine.Update, guards.AutoScalingGroup, "servers",
		engine.Property{Path: "instanceRefresh", New: map[string]any{"triggers": []any{"tags"}}}, engine.Property{Path: "tags", New: "b"}).
		requireVerdict(t, Rolls, Yes)
}

func TestAGroupThatIsMadeAnewHasNoOldInstances(t *testing.T) {
	newEdit().change(engine.Delete, guards.AutoScalingGroup, "servers").change(engine.Create, guards.AutoScalingGroup, "carts").
		requireVerdict(t, Rolls, Yes)
	without := map[string]any{"minSize": 2.0, "maxSize": 4.0, "launchTemplate": map[string]any{"version": "$Latest"}}
	newEdit().declare(guards.AutoScalingGroup, "servers", without).
		change(engine.Replace, guards.AutoScalingGroup, "servers", engine.Property{Path: "name", New: "b", Replaces: true}).
		requireVerdict(t, Rolls, Yes)
}

func TestAShopThatNobodyReachesAnyMoreIsInterrupted(t *testing.T) {
	action := func(typ string) map[string]any {
		return map[string]any{"defaultActions": []any{map[string]any{"type": typ}}}
	}
	changes := []engine.Property{{Path: "defaultActions[0].type", Old: "forward", New: []any{map[string]any{"type": "fixed-response"}}}}
	f := newEdit().declare(guards.Listener, "http", action("forward")).change(engine.Update, guards.Listener, "http", changes...).forecast()
	require.Equal(t, Yes, f.Answers[Interrupted].Verdict)
	require.Zero(t, f.Answers[Interrupted].Outage.Most, "until it is mended")

	group := func(targets ...any) map[string]any { return map[string]any{"minSize": 2.0, "targetGroupArns": targets} }
	newEdit().declare(guards.TargetGroup, "web", map[string]any{}).declare(guards.AutoScalingGroup, "servers", group("arn:aws:test:::web")).
		change(engine.Update, guards.AutoScalingGroup, "servers", engine.Property{Path: "targetGroupArns[0]", Old: "arn:aws:test:::web"}).
		requireVerdict(t, Interrupted, Yes)
	newEdit().change(engine.Update, guards.AutoScalingGroup, "servers", engine.Property{Path: "maxSize", Old: 4.0, New: 0.0}).
		requireVerdict(t, Interrupted, Yes)
}

func TestAListenerThatForwardsElsewhereIsNoSilentNo(t *testing.T) {
	forward := func(to string) map[string]any {
		return map[string]any{"defaultActions": []any{map[string]any{"type": "forward", "targetGroupArn": "arn:aws:test:::" + to}}}
	}
	e := newEdit().declare(guards.TargetGroup, "web", map[string]any{}).declare(guards.TargetGroup, "empty", map[string]any{}).
		declare(guards.Listener, "http", forward("web"), forward("empty"))
	e.changes = []engine.Change{{Operation: engine.Update, Type: guards.Listener, Name: "http", URN: urn(guards.Listener, "http"),
		Properties: []engine.Property{{Path: "defaultActions[0].targetGroupArn"}}}}
	e.requireVerdict(t, Interrupted, Unknown)
}

func TestWhoLeavesASecurityGroupMayBeLockedOut(t *testing.T) {
	in := func(group string) map[string]any { return map[string]any{"vpcSecurityGroupIds": []any{group + "-id"}} }
	e := newEdit().declare(guards.SecurityGroup, "stores", map[string]any{}).declare(guards.DBInstance, "database", in("stores"), in("app"))
	e.changes = []engine.Change{{Operation: engine.Update, Type: guards.DBInstance, Name: "database", URN: urn(guards.DBInstance, "database"),
		Properties: []engine.Property{{Path: "vpcSecurityGroupIds[0]", Old: "stores-id", New: "app-id"}}}}
	e.requireVerdict(t, Interrupted, Unknown)
	e.requireVerdict(t, Reach, Yes)
}

func TestWhatInstancesMayNoLongerDoIsNoSilentNo(t *testing.T) {
	may := func(action string) string {
		return `{"Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"arn:aws:test:::table"}]}`
	}
	change := func(store, old, new string) *edit {
		return newEdit().declare(guards.LaunchTemplate, "template", map[string]any{"userData": userData("CART_STORE=" + store)}).
			declare(guards.RolePolicy, "servers-may", map[string]any{"policy": may(old)}).
			change(engine.Update, guards.RolePolicy, "servers-may", engine.Property{Path: "policy", New: may(new)})
	}
	change("dynamodb", "dynamodb:UpdateItem", "dynamodb:GetItem").requireVerdict(t, Interrupted, Unknown)
	change("elasticache", "dynamodb:UpdateItem", "dynamodb:GetItem").requireVerdict(t, Interrupted, No)
	change("elasticache", "s3:GetObject", "s3:ListBucket").requireVerdict(t, Interrupted, No)
	newEdit().declare(guards.VpcEndpoint, "dynamodb", map[string]any{"serviceName": "com.amazonaws.eu-west-1.dynamodb"}).
		change(engine.Update, guards.VpcEndpoint, "dynamodb", engine.Property{Path: "policy", New: `{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}`}).
		requireVerdict(t, Interrupted, Unknown)
}

func TestWhatLeavesASubnetOrASecretIsNoSilentNo(t *testing.T) {
	in := func(subnets ...any) map[string]any { return map[string]any{"subnets": subnets} }
	moved := func(before, after map[string]any) *edit {
		e := newEdit().declare(guards.Subnet, "a", map[string]any{}).declare(guards.Subnet, "b", map[string]any{}).
			declare(guards.LoadBalancer, "web", before, after)
		e.changes = []engine.Change{{Operation: engine.Update, Type: guards.LoadBalancer, Name: "web", URN: urn(guards.LoadBalancer, "web"),
			Properties: []engine.Property{{Path: "subnets[0]"}}}}
		return e
	}
	moved(in("a-id"), in("b-id")).requireVerdict(t, Interrupted, Unknown)
	moved(in("a-id"), in("a-id", "b-id")).requireVerdict(t, Interrupted, No)
	newEdit().declare(guards.SecretVersion, "token", map[string]any{}).
		change(engine.Replace, guards.SecretVersion, "token", engine.Property{Path: "secretString", Replaces: true}).
		requireVerdict(t, Interrupted, Unknown)
}

func TestAWiderNetworkTakesNothingFromTheNarrowerOne(t *testing.T) {
	f := changed("into-app", engine.Update, map[string]any{"cidrIpv4": "10.0.0.0/8"})
	require.Equal(t, []string{"10.0.0.0/8 app:80"}, f.Answers[Reach].Opened)
	require.Empty(t, f.Answers[Reach].Closed)
	require.Equal(t, No, f.Answers[Interrupted].Verdict)
	f = changed("into-app", engine.Update, map[string]any{"cidrIpv4": "10.0.1.0/24"})
	require.Equal(t, []string{"10.0.0.0/16 app:80"}, f.Answers[Reach].Closed)
}

func TestWhatMovesWithItsNetworkIsToldOnceWithTheNetwork(t *testing.T) {
	const gateway = "aws:ec2/internetGateway:InternetGateway"
	reach := newEdit().declare(guards.VpcResource, "network", map[string]any{}).declare(gateway, "gateway", map[string]any{}).
		change(engine.Replace, guards.VpcResource, "network", engine.Property{Path: "cidrBlock", New: "10.1.0.0/16", Replaces: true}).
		change(engine.Update, gateway, "gateway", engine.Property{Path: "vpcId", New: legible.Unknown}).
		forecast().Answers[Reach]
	require.Equal(t, Unknown, reach.Verdict)
	require.Len(t, reach.Because, 1)
	require.Contains(t, reach.Because[0].Text, "network is replaced")
}

func TestATagAloneDoesNothing(t *testing.T) {
	for _, typ := range []string{guards.DefaultSecurityGroup, guards.SecurityGroup, guards.LoadBalancer, guards.ReplicationGroup, guards.Role, guards.VpcEndpoint} {
		f := newEdit().declare(typ, "tagged", map[string]any{"assumeRolePolicy": `{"Statement":[]}`}).
			change(engine.Update, typ, "tagged", engine.Property{Path: `tags["Team"]`, New: "a"}).forecast()
		require.Equal(t, []Verdict{No, No, No, No, No}, verdicts(f), "%s %+v", typ, f.Answers)
	}
}

func TestAPropertyThatNoTableKnowsIsNoSilentNo(t *testing.T) {
	e := newEdit().change(engine.Update, guards.ReplicationGroup, "cache", engine.Property{Path: "dataTieringEnabled", New: true})
	for _, q := range []Question{DataLost, Interrupted, CartsLost, Reach} {
		e.requireVerdict(t, q, Unknown)
	}
	trust := map[string]any{"assumeRolePolicy": `{"Statement":[]}`}
	newEdit().declare(guards.Role, "servers-role", trust).
		change(engine.Update, guards.Role, "servers-role", engine.Property{Path: "managedPolicyArns", New: []any{"arn:aws:iam::aws:policy/AdministratorAccess"}}).
		requireVerdict(t, Reach, Yes)
	newEdit().declare(guards.Role, "servers-role", trust).
		change(engine.Update, guards.Role, "servers-role", engine.Property{Path: "permissionsBoundary", Old: "arn:aws:iam::aws:policy/ReadOnlyAccess"}).
		requireVerdict(t, Reach, Unknown)
}

func TestACacheThatMayForgetMayLoseCarts(t *testing.T) {
	newEdit().declare(guards.CacheParameterGroup, "cache-parameters", map[string]any{}).
		change(engine.Update, guards.CacheParameterGroup, "cache-parameters", engine.Property{Path: "parameters[0].value", Old: "noeviction", New: "allkeys-lru"}).
		requireVerdict(t, CartsLost, Unknown)
}

func TestAFleetThatMayBeSmallerMayLoseCartsOfInstances(t *testing.T) {
	memory := map[string]any{"userData": userData("CART_STORE=instance")}
	newEdit().declare(guards.LaunchTemplate, "template", memory).
		change(engine.Update, guards.AutoScalingGroup, "servers", engine.Property{Path: "minSize", Old: 2.0, New: 1.0}).
		requireVerdict(t, CartsLost, Yes)
}

func TestWhatHasNoPriceIsNoSilentNo(t *testing.T) {
	nodes := func(n float64) map[string]any {
		return map[string]any{"numCacheClusters": n, "nodeType": "cache.x9.huge", "engine": "valkey"}
	}
	e := newEdit().declare(guards.ReplicationGroup, "cache", nodes(2), nodes(3))
	e.changes = []engine.Change{{Operation: engine.Update, Type: guards.ReplicationGroup, Name: "cache", URN: urn(guards.ReplicationGroup, "cache"),
		Properties: []engine.Property{{Path: "numCacheClusters", Old: 2.0, New: 3.0}}}}
	e.requireVerdict(t, Cost, Unknown)
	require.Len(t, e.forecast().Answers[Cost].Because, 2, "it is told once")
	e = newEdit().declare(guards.ReplicationGroup, "cache", nodes(2)).change(engine.Delete, guards.ReplicationGroup, "cache")
	require.Contains(t, e.forecast().Answers[Cost].Because[0].Text, "no longer without")
}

func TestALongForecastHasWholeDetailsAndThePlan(t *testing.T) {
	e := newEdit()
	for i := range 400 {
		name := fmt.Sprintf("secret-%03d-%s", i, strings.Repeat("n", 100))
		e.before[name] = resource(guards.Secret, name, map[string]any{})
		e.change(engine.Delete, guards.Secret, name)
		e.change(engine.Create, "aws:sns/topic:Topic", "topic-"+name)
	}
	var comment bytes.Buffer
	require.NoError(t, e.forecast().WriteMarkdown(&comment))
	require.LessOrEqual(t, utf8.RuneCount(comment.Bytes()), engine.MostMarkdown)
	require.Equal(t, strings.Count(comment.String(), "<details"), strings.Count(comment.String(), "</details>"))
	require.Contains(t, comment.String(), "400 to create, 400 to delete")
}

package forecast

import (
	"bytes"
	"encoding/base64"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
	"myclothes/local/engine"
)

var update = flag.Bool("update", false, "write the files of testdata anew")

func urn(typ, name string) string { return "urn:pulumi:dev::shop::" + typ + "::" + name }

// resource is one of a declaration under test.
func resource(typ, name string, inputs map[string]any) map[string]any {
	return map[string]any{"type": typ, "urn": urn(typ, name), "custom": true, "id": name + "-id", "inputs": inputs,
		"outputs": map[string]any{"arn": "arn:aws:test:::" + name}}
}

func userData(lines ...string) string {
	return base64.StdEncoding.EncodeToString([]byte("#!/bin/bash\n" + strings.Join(lines, "\n") + "\n"))
}

// shop is a small declaration whose every part a test may change, by logical name.
func shop() map[string]map[string]any {
	all := map[string]map[string]any{}
	add := func(typ, name string, inputs map[string]any) { all[name] = resource(typ, name, inputs) }
	add(guards.DBInstance, "database", map[string]any{"multiAz": true, "applyImmediately": true, "instanceClass": "db.t4g.micro", "skipFinalSnapshot": true})
	add(guards.ReplicationGroup, "cache", map[string]any{"numCacheClusters": 2.0, "port": 6379.0, "nodeType": "cache.t4g.micro"})
	add(guards.LaunchTemplate, "template", map[string]any{"userData": userData("CART_STORE=elasticache", "CART_RELEASE=aaaa", "CART_SESSION_TTL=336h"),
		"vpcSecurityGroupIds": []any{"app-id"}})
	add(guards.AutoScalingGroup, "servers", map[string]any{"minSize": 2.0, "maxSize": 4.0, "defaultInstanceWarmup": 180.0,
		"launchTemplate":  map[string]any{"version": "1"},
		"instanceRefresh": map[string]any{"preferences": map[string]any{"minHealthyPercentage": 100.0, "maxHealthyPercentage": 150.0}}})
	add(guards.SecurityGroup, "app", map[string]any{})
	add(guards.SecurityGroupIngressRule, "into-app", map[string]any{"securityGroupId": "app-id", "ipProtocol": "tcp", "fromPort": 80.0, "toPort": 80.0, "cidrIpv4": "10.0.0.0/16"})
	add(guards.RolePolicy, "servers-may", map[string]any{"policy": `{"Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"arn:aws:test:::token"}]}`})
	add(guards.Secret, "token", map[string]any{"recoveryWindowInDays": 30.0})
	return all
}

func graph(all map[string]map[string]any) guards.Graph {
	var resources []*guards.Resource
	for _, values := range all {
		resources = append(resources, guards.New(values))
	}
	return guards.NewGraph(resources...)
}

// changed forecasts that a resource of the shop becomes another one: with other inputs.
func changed(name string, operation engine.Operation, inputs map[string]any, replacing ...string) *Forecast {
	before, after := shop(), shop()
	was := before[name]["inputs"].(map[string]any)
	typ := before[name]["type"].(string)
	change := engine.Change{Operation: operation, Type: typ, Name: name, URN: urn(typ, name)}
	for property, value := range inputs {
		p := engine.Property{Path: property, Old: was[property], New: value}
		for _, r := range replacing {
			p.Replaces = p.Replaces || r == property
		}
		change.Properties = append(change.Properties, p)
		after[name]["inputs"].(map[string]any)[property] = value
	}
	if operation == engine.Replace {
		change.Order = engine.CreateFirst
	}
	if operation == engine.Delete {
		delete(after, name)
	}
	return Of(&engine.Plan{Changes: []engine.Change{change}}, graph(before), graph(after))
}

func verdicts(f *Forecast) (all []Verdict) {
	for _, a := range f.Answers[:Cost] {
		all = append(all, a.Verdict)
	}
	return all
}

func TestEveryQuestionIsAnswered(t *testing.T) {
	for name, c := range map[string]struct {
		forecast *Forecast
		want     []Verdict // data, interrupted, carts, reach, rolls
	}{
		"a release":                {changed("template", engine.Update, map[string]any{"userData": userData("CART_STORE=elasticache", "CART_RELEASE=bbbb", "CART_SESSION_TTL=336h")}), []Verdict{No, No, No, No, Yes}},
		"another cart store":       {changed("template", engine.Update, map[string]any{"userData": userData("CART_STORE=cookie", "CART_RELEASE=aaaa", "CART_SESSION_TTL=336h")}), []Verdict{No, No, Yes, No, Yes}},
		"shorter sessions":         {changed("template", engine.Update, map[string]any{"userData": userData("CART_STORE=elasticache", "CART_RELEASE=aaaa", "CART_SESSION_TTL=1h")}), []Verdict{No, No, Unknown, No, Yes}},
		"a database replaced":      {changed("database", engine.Replace, map[string]any{"dbName": "b"}, "dbName"), []Verdict{Yes, Yes, Yes, No, No}},
		"a cache replaced":         {changed("cache", engine.Replace, map[string]any{"port": 6380.0}, "port"), []Verdict{Yes, Yes, Yes, No, No}},
		"a larger database":        {changed("database", engine.Update, map[string]any{"instanceClass": "db.t4g.small"}), []Verdict{No, Yes, No, No, No}},
		"another database port":    {changed("database", engine.Update, map[string]any{"port": 5433.0}), []Verdict{No, Yes, No, No, Yes}},
		"tags":                     {changed("database", engine.Update, map[string]any{"tags": "b"}), []Verdict{No, No, No, No, No}},
		"a property nobody knows":  {changed("database", engine.Update, map[string]any{"storageEncryptedTwice": true}), []Verdict{Unknown, Unknown, Unknown, Unknown, No}},
		"no backups any more":      {changed("database", engine.Update, map[string]any{"backupRetentionPeriod": 0.0}), []Verdict{Yes, No, No, No, No}},
		"opened to the internet":   {changed("into-app", engine.Update, map[string]any{"cidrIpv4": "0.0.0.0/0"}), []Verdict{No, No, No, Yes, No}},
		"more actions":             {changed("servers-may", engine.Update, map[string]any{"policy": `{"Statement":[{"Effect":"Allow","Action":["secretsmanager:GetSecretValue","s3:PutObject"],"Resource":"arn:aws:test:::token"}]}`}), []Verdict{No, No, No, Yes, No}},
		"a policy not known yet":   {changed("servers-may", engine.Update, map[string]any{"policy": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}), []Verdict{No, No, No, Yes, No}},
		"a secret deleted":         {changed("token", engine.Delete, nil), []Verdict{Yes, No, No, Yes, No}},
		"user data not known yet":  {changed("template", engine.Update, map[string]any{"userData": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}), []Verdict{No, No, Unknown, No, Yes}},
		"more instances":           {changed("servers", engine.Update, map[string]any{"minSize": 3.0}), []Verdict{No, No, No, No, No}},
		"tags of the template":     {changed("template", engine.Update, map[string]any{"tags": "b"}), []Verdict{No, No, No, No, No}},
		"other instances":          {changed("template", engine.Update, map[string]any{"instanceType": "t4g.large"}), []Verdict{No, No, No, No, Yes}},
		"a fleet that is replaced": {changed("servers", engine.Replace, map[string]any{"name": "b"}, "name"), []Verdict{No, No, No, No, Yes}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, verdicts(c.forecast), "%+v", c.forecast.Answers)
			for question, a := range c.forecast.Answers {
				require.Equal(t, Question(question), a.Question)
				for _, r := range a.Because {
					require.NotEmpty(t, r.Text)
				}
				require.Equal(t, a.Verdict == Yes && a.Question == Interrupted, a.Outage != nil)
			}
		})
	}
}

func TestNothingChangesNothing(t *testing.T) {
	f := Of(&engine.Plan{Unchanged: 8}, graph(shop()), graph(shop()))
	require.Equal(t, []Verdict{No, No, No, No, No}, verdicts(f))
	require.Equal(t, No, f.Answers[Cost].Verdict)
	var text bytes.Buffer
	require.NoError(t, f.WriteText(&text))
	require.Equal(t, "Nothing changes: all 8 resources are as declared.\n", text.String())
}

func TestAKindThatNoTableKnowsIsNeverASilentNo(t *testing.T) {
	const topic = "aws:sns/topic:Topic"
	for _, operation := range []engine.Operation{engine.Create, engine.Update, engine.Replace, engine.Delete} {
		plan := &engine.Plan{Changes: []engine.Change{{Operation: operation, Type: topic, Name: "news", URN: urn(topic, "news")}}}
		f := Of(plan, graph(shop()), graph(shop()))
		require.Equal(t, Unknown, f.Answers[Interrupted].Verdict, operation)
		require.Equal(t, Unknown, f.Answers[Reach].Verdict, operation)
		require.Equal(t, operation != engine.Create, f.Answers[DataLost].Verdict == Unknown, operation)
	}
}

func TestWhatIsProtectedIsNotLostButRefused(t *testing.T) {
	before := shop()
	before["database"]["inputs"].(map[string]any)["deletionProtection"] = true
	plan := &engine.Plan{Changes: []engine.Change{{Operation: engine.Delete, Type: guards.DBInstance, Name: "database", URN: urn(guards.DBInstance, "database")}}}
	after := shop()
	delete(after, "database")
	f := Of(plan, graph(before), graph(after))
	require.Equal(t, No, f.Answers[DataLost].Verdict)
	require.Equal(t, []string{"AWS refuses to delete aws:rds:Instance database while its deletionProtection is on"}, f.Refused)
}

func TestWhatProtectStopsSaysWhatWouldBeLostAndWhatIsNotKnownBecauseOfIt(t *testing.T) {
	after := shop()
	after["cache"]["inputs"].(map[string]any)["port"] = 6380.0
	cache := urn(guards.ReplicationGroup, "cache")
	plan := &engine.Plan{Blocked: []string{cache}, Changes: []engine.Change{{Operation: engine.Replace, Type: guards.ReplicationGroup, Name: "cache", URN: cache,
		Properties: []engine.Property{{Path: "port", Old: 6379.0, New: 6380.0, Replaces: true}}}}}
	f := Of(plan, graph(shop()), graph(after))
	require.Equal(t, Yes, f.Answers[DataLost].Verdict)
	require.Contains(t, f.Answers[DataLost].Because[0].Text, "Pulumi refuses it as long as the resource has protect")
	require.Equal(t, []string{"Pulumi refuses to replace or delete aws:elasticache:ReplicationGroup cache, which has protect: the update stops before it begins"}, f.Refused)
	require.Equal(t, No, f.Answers[Cost].Verdict)

	plan.Cut = true
	for _, a := range Of(plan, graph(shop()), graph(after)).Answers {
		require.NotEqual(t, No, a.Verdict, "%v: the preview was not carried to its end", a.Question)
	}
}

func TestAFailoverTakesWhatTheTableOfTimingsSays(t *testing.T) {
	f := changed("database", engine.Update, map[string]any{"instanceClass": "db.t4g.small"})
	require.Equal(t, &Span{5 * time.Second, 120 * time.Second}, f.Answers[Interrupted].Outage)
}

func TestAStoreOfAnotherNameEndsTheOutageWhenTheFleetHasRolled(t *testing.T) {
	before, after := shop(), shop()
	delete(after, "database")
	deleted := engine.Change{Operation: engine.Delete, Type: guards.DBInstance, Name: "database", URN: urn(guards.DBInstance, "database")}
	f := Of(&engine.Plan{Changes: []engine.Change{deleted}}, graph(before), graph(after))
	require.Equal(t, &Span{70 * time.Second, 0}, f.Answers[Interrupted].Outage, "there is none any more")

	after["store"] = resource(guards.DBInstance, "store", shop()["database"]["inputs"].(map[string]any))
	after["template"]["inputs"].(map[string]any)["userData"] = userData("CART_STORE=elasticache", "CART_DATABASE=store")
	created := engine.Change{Operation: engine.Create, Type: guards.DBInstance, Name: "store", URN: urn(guards.DBInstance, "store")}
	rolled := engine.Change{Operation: engine.Update, Type: guards.LaunchTemplate, Name: "template", URN: urn(guards.LaunchTemplate, "template"),
		Properties: []engine.Property{{Path: "userData"}}}
	f = Of(&engine.Plan{Changes: []engine.Change{created, rolled, deleted}}, graph(before), graph(after))
	require.Equal(t, &Span{70 * time.Second, 560 * time.Second}, f.Answers[Interrupted].Outage)
}

func TestNobodyMayNoticeAWayThatIsClosedAndItHasNoEnd(t *testing.T) {
	before, after := shop(), shop()
	var deleted []engine.Change
	before["stores"], after["stores"] = resource(guards.SecurityGroup, "stores", nil), resource(guards.SecurityGroup, "stores", nil)
	for typ, ends := range map[string][2]string{guards.SecurityGroupEgressRule: {"app-id", "stores-id"}, guards.SecurityGroupIngressRule: {"stores-id", "app-id"}} {
		before[typ] = resource(typ, "way", map[string]any{"securityGroupId": ends[0], "referencedSecurityGroupId": ends[1], "ipProtocol": "tcp", "fromPort": 6379.0, "toPort": 6379.0})
		deleted = append(deleted, engine.Change{Operation: engine.Delete, Type: typ, Name: "way", URN: urn(typ, "way")})
	}
	f := Of(&engine.Plan{Changes: deleted}, graph(before), graph(after))
	require.Equal(t, []string{"app stores:6379"}, f.Answers[Reach].Closed)
	require.Equal(t, Yes, f.Answers[Interrupted].Verdict)
	require.Equal(t, &Span{}, f.Answers[Interrupted].Outage)
}

func TestANetworkThatCannotMoveIsNoSilentNo(t *testing.T) {
	before, after := shop(), shop()
	before["network"], after["network"] = resource(guards.VpcResource, "network", nil), resource(guards.VpcResource, "network", nil)
	f := Of(&engine.Plan{Changes: []engine.Change{{Operation: engine.Replace, Type: guards.VpcResource, Name: "network", URN: urn(guards.VpcResource, "network")}}},
		graph(before), graph(after))
	require.Equal(t, []Verdict{Unknown, Yes, Unknown, Unknown, No}, verdicts(f))
	require.NotEmpty(t, f.Refused)
}

func TestInstancesLearnOfAKeyOfCookiesAtDifferentTimes(t *testing.T) {
	with := func(keys ...string) map[string]map[string]any {
		all := shop()
		all["template"]["inputs"].(map[string]any)["userData"] = userData("CART_STORE=cookie", "CART_RELEASE=aaaa")
		for _, key := range keys {
			all[key] = resource(guards.RandomBytes, key, nil)
		}
		return all
	}
	change := func(operation engine.Operation, key string) engine.Change {
		return engine.Change{Operation: operation, Type: guards.RandomBytes, Name: key, URN: urn(guards.RandomBytes, key)}
	}
	more := Of(&engine.Plan{Changes: []engine.Change{change(engine.Create, "key-2")}}, graph(with("key-1")), graph(with("key-1", "key-2")))
	require.Equal(t, Unknown, more.Answers[Interrupted].Verdict)
	another := Of(&engine.Plan{Changes: []engine.Change{change(engine.Create, "key-2"), change(engine.Delete, "key-1")}}, graph(with("key-1")), graph(with("key-2")))
	require.Equal(t, &Span{0, 5 * time.Minute}, another.Answers[Interrupted].Outage)
	less := Of(&engine.Plan{Changes: []engine.Change{change(engine.Delete, "key-1")}}, graph(with("key-1", "key-2")), graph(with("key-2")))
	require.Equal(t, No, less.Answers[Interrupted].Verdict)
}

func TestCartsInInstancesGoWithARoll(t *testing.T) {
	before, after := shop(), shop()
	before["template"]["inputs"].(map[string]any)["userData"] = userData("CART_STORE=instance", "CART_RELEASE=aaaa")
	after["template"]["inputs"].(map[string]any)["userData"] = userData("CART_STORE=instance", "CART_RELEASE=bbbb")
	plan := &engine.Plan{Changes: []engine.Change{{Operation: engine.Update, Type: guards.LaunchTemplate, Name: "template", URN: urn(guards.LaunchTemplate, "template"),
		Properties: []engine.Property{{Path: "userData", Lines: []string{"-CART_RELEASE=aaaa", "+CART_RELEASE=bbbb"}}}}}}
	f := Of(plan, graph(before), graph(after))
	require.Equal(t, []string{Guests, Customers}, f.Answers[CartsLost].Whose)
	require.Equal(t, "another release: aaaa → bbbb", f.Answers[Rolls].Because[0].Text)
}

func TestAForecastIsWrittenForPeopleAndForPrograms(t *testing.T) {
	f := changed("into-app", engine.Update, map[string]any{"cidrIpv4": "0.0.0.0/0"})
	for name, write := range map[string]func(*bytes.Buffer) error{
		"opened.md":   func(b *bytes.Buffer) error { return f.WriteMarkdown(b) },
		"opened.txt":  func(b *bytes.Buffer) error { return f.WriteText(b) },
		"opened.json": func(b *bytes.Buffer) error { return f.WriteJSON(b) },
	} {
		var text bytes.Buffer
		require.NoError(t, write(&text))
		path := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.WriteFile(path, text.Bytes(), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), text.String(), name)
	}
}

func TestALongForecastKeepsItsAnswers(t *testing.T) {
	plan := &engine.Plan{}
	for i := range 2000 {
		name := strings.Repeat("n", 40) + string(rune('a'+i%26)) + time.Duration(i).String()
		plan.Changes = append(plan.Changes, engine.Change{Operation: engine.Delete, Type: guards.Secret, Name: name, URN: urn(guards.Secret, name)})
	}
	var comment bytes.Buffer
	require.NoError(t, Of(plan, graph(shop()), graph(shop())).WriteMarkdown(&comment))
	require.LessOrEqual(t, utf8.RuneCountInString(comment.String()), engine.MostMarkdown)
	for _, q := range questions {
		require.Contains(t, comment.String(), "| "+q.text+" |")
	}
	require.Contains(t, comment.String(), "2000 to delete", "the summary stays")
}

// Package tests evaluates the declaration with Pulumi mocks, and drives the local
// cloud from end to end.
package tests

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"myclothes/infra"
)

// mode is how the engine runs the program.
type mode string

const (
	update  mode = "update"
	preview mode = "preview" // what resources compute is unknown
)

// settings are config values of the namespace myclothes.
type settings map[string]string

// with returns a copy of s with other values laid over it.
func (s settings) with(other settings) settings {
	all := maps.Clone(s)
	maps.Copy(all, other)
	return all
}

// base is a small, valid configuration with every feature that is on by default.
func base() settings {
	return settings{"availabilityZones": "2", "minInstances": "2", "maxInstances": "4", "deletionProtection": "false"}
}

// configurations are what every test of the whole graph runs over.
var configurations = map[string]settings{
	"dev":           base(),
	"prod":          {},
	"rung 1":        base().with(settings{"cartStore": "instance"}),
	"rung 2":        base().with(settings{"cartStore": "instance", "stickiness": "lb_cookie"}),
	"app cookie":    base().with(settings{"stickiness": "app_cookie"}),
	"rung 3":        base().with(settings{"cartStore": "cookie"}),
	"dynamodb":      base().with(settings{"cartStore": "dynamodb"}),
	"no NAT":        base().with(settings{"natGateways": "none"}),
	"https":         base().with(settings{"certificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1-2-3"}),
	"single nodes":  base().with(settings{"cacheReplicas": "0", "readReplicas": "0", "databaseMultiAz": "false"}),
	"many replicas": base().with(settings{"cacheReplicas": "5", "readReplicas": "4"}),
	"x86":           base().with(settings{"instanceType": "m7i.large", "amiId": "ami-0123456789abcdef0"}),
}

// registration is one resource as the program registered it.
type registration struct {
	token, name, parent string
	inputs              resource.PropertyMap // secrets still marked
	request             *pulumirpc.RegisterResourceRequest
	component           bool
}

func (r registration) String() string { return r.token + " " + r.name }

// kind is the last part of the type token: "LaunchTemplate".
func (r registration) kind() string { return r.token[strings.LastIndex(r.token, ":")+1:] }

// input returns a property by its path, without secret marks; nil when it is not set.
func (r registration) input(path ...any) any {
	value, ok := resource.PropertyPath(path).Get(resource.NewObjectProperty(r.inputs))
	if !ok {
		return nil
	}
	if value.IsSecret() {
		value = value.SecretValue().Element
	}
	return value.Mappable()
}

// graph is everything that one run registered, sorted by type and name.
type graph []registration

// evaluate runs the declaration and fails the test when it does not succeed.
func evaluate(t *testing.T, m mode, s settings) graph {
	t.Helper()
	g, err := deploy(m, s)
	require.NoError(t, err)
	return g
}

func deploy(m mode, s settings) (graph, error) {
	config := map[string]string{"aws:region": region}
	for key, value := range s {
		config[infra.Namespace+":"+key] = value
	}
	mocks := &recorder{mode: m}
	err := pulumi.RunErr(infra.Deploy, pulumi.WithMocks("myclothes", "test", mocks), func(i *pulumi.RunInfo) {
		i.Config, i.DryRun = config, m == preview
	})
	slices.SortFunc(mocks.graph, func(a, b registration) int {
		return cmp.Or(cmp.Compare(a.token, b.token), cmp.Compare(a.name, b.name))
	})
	return mocks.graph, err
}

// everyConfiguration runs check over the graphs of all configurations.
func everyConfiguration(t *testing.T, check func(t *testing.T, s settings, g graph)) {
	t.Parallel()
	for name, s := range configurations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, s, evaluate(t, update, s))
		})
	}
}

// of returns the resources of a kind; our own components are none.
func (g graph) of(kind string) graph {
	return slices.DeleteFunc(slices.Clone(g), func(r registration) bool {
		return r.kind() != kind || strings.HasPrefix(r.token, "myclothes:")
	})
}

// the returns the one resource of a kind.
func (g graph) the(t *testing.T, kind string) registration {
	t.Helper()
	all := g.of(kind)
	require.Len(t, all, 1, kind)
	return all[0]
}

const region = "eu-west-1"

// recorder is the mocked engine.
type recorder struct {
	mode  mode
	mu    sync.Mutex
	graph graph
}

// NewResource records the resource and answers with its inputs and what AWS would
// compute; in preview nothing is computed.
func (r *recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	made := registration{
		token: args.TypeToken, name: args.Name, parent: args.RegisterRPC.GetParent(),
		inputs: args.Inputs, request: args.RegisterRPC, component: !args.Custom,
	}
	r.mu.Lock()
	r.graph = append(r.graph, made)
	r.mu.Unlock()
	// The SDK's mocks cannot carry a secret that is unknown, so generated ones are
	// known in preview too.
	if r.mode == preview && !strings.HasPrefix(made.token, "random:") {
		return "", resource.PropertyMap{}, nil
	}
	outputs := args.Inputs.Copy()
	for key, value := range computed(made) {
		if _, given := outputs[resource.PropertyKey(key)]; !given {
			outputs[resource.PropertyKey(key)] = resource.NewPropertyValue(value)
		}
	}
	return args.Name + "-id", outputs, nil
}

// Call answers the functions that the program asks AWS.
func (r *recorder) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	switch args.Token {
	case "aws:index/getRegion:getRegion":
		return resource.NewPropertyMapFromMap(map[string]any{"name": region, "id": region}), nil
	case "aws:index/getAvailabilityZones:getAvailabilityZones":
		return resource.NewPropertyMapFromMap(map[string]any{"names": []any{region + "c", region + "a", region + "b"}}), nil
	}
	return nil, fmt.Errorf("no answer to %s", args.Token)
}

// secretMark is part of every generated secret, so that a test can find it.
const secretMark = "generated-secret"

// computed returns what AWS computes for a resource.
func computed(r registration) map[string]any {
	switch r.kind() {
	case "Vpc":
		return map[string]any{
			"vpcId": "vpc", "publicSubnetIds": subnetIDs(r, "Public"), "privateSubnetIds": subnetIDs(r, "Private"),
			"isolatedSubnetIds": subnetIDs(r, "Isolated"), "routeTables": []any{},
		}
	case "VpcEndpoint":
		return map[string]any{"prefixListId": "pl-" + r.name}
	case "Secret":
		return map[string]any{"arn": "arn:aws:secretsmanager:" + region + ":123456789012:secret:" + r.name + "-AbCdEf"}
	case "RandomPassword":
		return map[string]any{"result": secretMark + r.name}
	case "RandomBytes":
		return map[string]any{"base64": secretMark + r.name}
	case "RandomId":
		return map[string]any{"hex": "0a1b2c3d"}
	}
	return map[string]any{
		"arn": "arn:aws:mock:" + region + ":123456789012:" + r.name, "name": r.name + "-1234567", "bucket": r.name + "-1234567",
		"identifier": r.name + "-1234567", "endpoint": r.name + ".example:5432", "primaryEndpointAddress": r.name + ".example",
		"dnsName": r.name + ".example", "arnSuffix": "suffix/" + r.name, "latestVersion": 7,
	}
}

func subnetIDs(vpc registration, kind string) []any {
	ids := []any{}
	for i := range len(vpc.input("availabilityZoneNames").([]any)) {
		ids = append(ids, fmt.Sprintf("subnet-%s-%d", strings.ToLower(kind), i))
	}
	return ids
}

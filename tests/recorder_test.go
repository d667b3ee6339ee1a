// Package tests evaluates the declaration with Pulumi mocks, and drives the local
// cloud from end to end.
package tests

import (
	"cmp"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"myclothes/infra"
	"myclothes/infra/guards"
	"myclothes/infra/guards/plain"
)

// mode is how the engine runs the program.
type mode string

const (
	update  mode = "update"
	preview mode = "preview" // what resources compute is unknown
)

// graph is everything that one run registered. Graphs are shared: who changes one changes a clone.
type graph = guards.Graph

// evaluate runs the declaration and fails the test when it does not succeed. Each
// configuration is evaluated once in each mode, whoever asks for it.
func evaluate(t *testing.T, m mode, s settings) graph {
	t.Helper()
	once, _ := evaluations.LoadOrStore(fmt.Sprint(m, s), sync.OnceValues(func() (graph, error) { return deploy(m, s) }))
	g, err := once.(func() (graph, error))()
	require.NoError(t, err)
	return g
}

var evaluations sync.Map // from mode and settings to func() (graph, error)

// deploy runs the declaration.
func deploy(m mode, s settings) (graph, error) { return deployAs(project, m, s) }

// deployAs runs the declaration as a project of another name, whose namespace its keys are in.
func deployAs(name string, m mode, s settings) (graph, error) {
	config := map[string]string{"aws:region": region}
	for key, value := range s {
		config[name+":"+key] = value
	}
	mocks := &recorder{mode: m}
	err := pulumi.RunErr(infra.Deploy, pulumi.WithMocks(name, stack, mocks), func(i *pulumi.RunInfo) {
		i.Config, i.DryRun = config, m == preview
	})
	return guards.NewGraph(mocks.made...), err
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

// the returns the one resource of a type.
func the(t *testing.T, g graph, typ string) *guards.Resource {
	t.Helper()
	all := g.Of(typ)
	require.Len(t, all, 1, typ)
	return all[0]
}

const (
	project = "myclothes"
	stack   = "test"
	region  = "eu-west-1"
)

// recorder is the mocked engine.
type recorder struct {
	mode mode
	mu   sync.Mutex
	made []*guards.Resource
}

// NewResource records the resource and answers with its inputs and what AWS would
// compute; in preview nothing is computed.
func (r *recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	made := record(args.RegisterRPC)
	r.mu.Lock()
	r.made = append(r.made, made)
	r.mu.Unlock()
	// The SDK's mocks cannot carry a secret that is unknown, so generated ones are
	// known in preview too.
	if r.mode == preview && !strings.HasPrefix(made.Type, "random:") {
		return "", resource.PropertyMap{}, nil
	}
	made.ID, made.Outputs = args.Name+"-id", computed(made)
	outputs := args.Inputs.Copy()
	for key, value := range made.Outputs {
		if _, given := outputs[resource.PropertyKey(key)]; !given {
			outputs[resource.PropertyKey(key)] = resource.NewPropertyValue(value)
		}
	}
	for _, secret := range args.RegisterRPC.GetAdditionalSecretOutputs() {
		made.Outputs[secret] = plain.Confidential{Value: made.Outputs[secret]}
	}
	return made.ID, outputs, nil
}

// urn makes the URN of a resource under a parent, "" for the stack's own.
func urn(parent, typ, name string) string {
	within := tokens.Type("")
	if p := resource.URN(parent); p != "" && p.QualifiedType() != resource.RootStackType {
		within = p.QualifiedType()
	}
	return string(resource.NewURN(stack, project, within, tokens.Type(typ), name))
}

// record returns what a program registers, as a state would have it.
func record(request *pulumirpc.RegisterResourceRequest) *guards.Resource {
	dependencies := map[string][]string{}
	for input, on := range request.GetPropertyDependencies() {
		dependencies[input] = on.GetUrns()
	}
	made := guards.New(map[string]any{
		"type": request.GetType(), "parent": request.GetParent(), "custom": request.GetCustom(), "inputs": request.GetObject().AsMap(),
		"urn":     urn(request.GetParent(), request.GetType(), request.GetName()),
		"protect": request.GetProtect(), "retainOnDelete": request.GetRetainOnDelete(), "deleteBeforeReplace": request.GetDeleteBeforeReplace(),
	})
	made.Dependencies, made.PropertyDependencies = request.GetDependencies(), dependencies
	for _, alias := range request.GetAliases() {
		made.Aliases = append(made.Aliases, formerURN(request, alias))
	}
	return made
}

// formerURN is what an alias stands for: a whole URN, or what was other in it.
func formerURN(request *pulumirpc.RegisterResourceRequest, alias *pulumirpc.Alias) string {
	spec := alias.GetSpec()
	if spec == nil {
		return alias.GetUrn()
	}
	parent := cmp.Or(spec.GetParentUrn(), request.GetParent())
	if spec.GetNoParent() {
		parent = ""
	}
	return urn(parent, cmp.Or(spec.GetType(), request.GetType()), cmp.Or(spec.GetName(), request.GetName()))
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
func computed(r *guards.Resource) map[string]any {
	switch r.Type {
	case guards.Vpc:
		return map[string]any{
			"vpcId": "vpc", "publicSubnetIds": subnetIDs(r, "public"), "privateSubnetIds": subnetIDs(r, "private"),
			"isolatedSubnetIds": subnetIDs(r, "isolated"), "routeTables": []any{},
		}
	case guards.VpcEndpoint:
		return map[string]any{"prefixListId": "pl-" + r.Name}
	case guards.Secret:
		return map[string]any{"arn": "arn:aws:secretsmanager:" + region + ":123456789012:secret:" + r.Name + "-AbCdEf"}
	case guards.RandomPassword:
		return map[string]any{"result": secretMark + r.Name}
	case guards.RandomBytes:
		return map[string]any{"base64": secretMark + r.Name}
	case guards.RandomID:
		return map[string]any{"hex": "0a1b2c3d"}
	}
	_, kind, _ := strings.Cut(r.Type, "/")
	return map[string]any{
		"arn": "arn:aws:mock:" + region + ":123456789012:" + kind + "/" + r.Name, "name": r.Name + "-1234567", "bucket": r.Name + "-1234567",
		"identifier": r.Name + "-1234567", "endpoint": r.Name + ".example:5432", "primaryEndpointAddress": r.Name + ".example",
		"dnsName": r.Name + ".example", "arnSuffix": "suffix/" + r.Name, "latestVersion": 7,
	}
}

func subnetIDs(vpc *guards.Resource, tier string) []any {
	ids := []any{}
	for i := range vpc.Input("availabilityZoneNames").([]any) {
		ids = append(ids, fmt.Sprintf("subnet-%s-%d", tier, i))
	}
	return ids
}

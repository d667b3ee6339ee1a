package tests

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"myclothes/infra/drawing"
	"myclothes/infra/guards"
)

// drawings is where those of docs are.
const drawings = "../docs/architecture"

// drawn are the configurations that docs show, of both stacks.
var drawn = []struct {
	file, what string
	settings   []string
}{
	{"rung-1", "Rung 1: carts in the memory of each instance", []string{"cartStore=instance"}},
	{"rung-2", "Rung 2: the load balancer sends a browser to the same instance", []string{"cartStore=instance", "stickiness=lb_cookie"}},
	{"rung-3", "Rung 3: carts travel in an encrypted cookie", []string{"cartStore=cookie"}},
	{"rung-4", "Rung 4: carts on the server, in ElastiCache", nil},
	{"rung-4-dynamodb", "Rung 4: carts on the server, in DynamoDB", []string{"cartStore=dynamodb"}},
	{"no-nat", "Without NAT gateways", []string{"natGateways=none"}},
}

// What docs show is what is declared. The engine's state gives the same drawings: see
// TestTheEngineTakesEveryConfigurationThroughALife.
func TestTheDrawingsInDocsAreThoseOfTheDeclaration(t *testing.T) {
	t.Parallel()
	files := map[string]string{"README.md": listing()}
	for _, stack := range []string{"dev", "prod"} {
		for _, d := range drawn {
			s := stackSettings(t, stack)
			for _, setting := range d.settings {
				key, value, _ := strings.Cut(setting, "=")
				s[key] = value
			}
			files[stack+"-"+d.file+".svg"] = string(drawing.Draw(drawing.Title(stack, d.settings), withNetwork(evaluate(t, update, s))))
		}
	}
	if *updateGolden {
		require.NoError(t, os.MkdirAll(drawings, 0o755))
		for name, text := range files {
			require.NoError(t, os.WriteFile(filepath.Join(drawings, name), []byte(text), 0o644))
		}
	}
	there, err := os.ReadDir(drawings)
	require.NoError(t, err)
	require.Len(t, there, len(files), "docs/architecture has a file that nothing makes, or one too few: make drawings renews it")
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(drawings, name))
		require.True(t, err == nil && string(got) == want, "docs/architecture/%s is not what is declared now: make drawings renews it", name)
	}
}

// listing is the page that shows all drawings.
func listing() string {
	var page strings.Builder
	page.WriteString("# Architecture\n\nEvery picture is drawn from the resources that the declaration registers. `make drawings` renews them, and a test fails when one is no longer what is declared. `make diagram` draws any other configuration.\n")
	for _, stack := range []string{"prod", "dev"} {
		fmt.Fprintf(&page, "\n## Stack %s\n", stack)
		for _, d := range drawn {
			fmt.Fprintf(&page, "\n### %s\n\n", d.what)
			if len(d.settings) > 0 {
				fmt.Fprintf(&page, "`%s`\n\n", strings.Join(d.settings, " "))
			}
			fmt.Fprintf(&page, "![%s](%s-%s.svg)\n", drawing.Title(stack, d.settings), stack, d.file)
		}
	}
	return page.String()
}

// stackSettings are those of a stack's file; a stack without one has none.
func stackSettings(t *testing.T, stack string) settings {
	t.Helper()
	declared, err := workspace.LoadProject("../Pulumi.yaml")
	require.NoError(t, err)
	file, err := workspace.LoadProjectStack(nil, declared, "../Pulumi."+stack+".yaml")
	require.NoError(t, err)
	s := settings{}
	for key, value := range file.Config {
		if key.Namespace() == string(declared.Name) {
			s[key.Name()], err = value.Value(config.NopDecrypter)
			require.NoError(t, err)
		}
	}
	return s
}

// withNetwork returns a graph and what awsx makes of its Vpc as far as it is drawn, which
// mocks leave out.
func withNetwork(g graph) graph {
	all := slices.Clone(g)
	for _, network := range g.Of(guards.Vpc) {
		make := func(typ, name, id string, inputs map[string]any) {
			all = append(all, guards.New(map[string]any{"type": typ, "urn": urn(network.URN, typ, name), "custom": true, "id": id, "inputs": inputs}))
		}
		make(guards.VpcResource, network.Name, "vpc", map[string]any{"cidrBlock": network.Input("cidrBlock")})
		zones := network.Input("availabilityZoneNames").([]any)
		for _, spec := range network.Input("subnetSpecs").([]any) {
			spec := spec.(map[string]any)
			tier := fmt.Sprint(spec["name"])
			for i, zone := range zones {
				make(guards.Subnet, fmt.Sprintf("%s-%s-%d", network.Name, tier, i+1), fmt.Sprintf("subnet-%s-%d", tier, i), map[string]any{
					"availabilityZone": zone, "cidrBlock": spec["cidrBlocks"].([]any)[i], "tags": map[string]any{"SubnetType": spec["type"]},
				})
			}
		}
		for i := range map[any]int{"Single": 1, "OnePerAz": len(zones)}[network.Input("natGateways", "strategy")] {
			make("aws:ec2/natGateway:NatGateway", fmt.Sprintf("%s-%d", network.Name, i+1), "", map[string]any{"subnetId": fmt.Sprintf("subnet-public-%d", i)})
		}
	}
	return guards.NewGraph(all...)
}

func TestAllThatIsRegisteredIsDrawnOrLeftOutOnPurpose(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		require.Empty(t, drawing.Missing(withNetwork(g)))
	})
}

// requireDrawing wants everything of a graph drawn, and the drawing legible. The
// latter is asked of one configuration in five, so that many can be drawn.
func requireDrawing(r *rapid.T, g graph) {
	g = withNetwork(g)
	if missing := drawing.Missing(g); len(missing) > 0 {
		r.Fatalf("neither drawn nor left out on purpose: %v", missing)
	}
	if !rapid.SampledFrom([]bool{true, false, false, false, false}).Draw(r, "legible") {
		return
	}
	if problems := illegible(drawing.Draw("drawn", g)); len(problems) > 0 {
		r.Fatalf("the drawing is not legible: %v", problems)
	}
}

func TestTheDrawingsAreLegible(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(configurations)) {
		require.Empty(t, illegible(drawing.Draw(name, withNetwork(evaluate(t, update, configurations[name])))), name)
	}
	long := evaluate(t, update, base().with(settings{"vpcCidr": "100.168.144.0/22"}))
	require.Empty(t, illegible(drawing.Draw("long addresses", withNetwork(long))))
}

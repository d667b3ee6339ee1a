package tests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
)

// layout returns the declared subnets, "tier zone network" each, in declared order.
func layout(vpc *guards.Resource) (lines []string) {
	zones := vpc.Input("availabilityZoneNames").([]any)
	for _, spec := range vpc.Input("subnetSpecs").([]any) {
		spec := spec.(map[string]any)
		for i, block := range spec["cidrBlocks"].([]any) {
			lines = append(lines, fmt.Sprint(spec["type"], " ", zones[i], " ", block))
		}
	}
	return lines
}

// Another address replaces a subnet and everything in it.
func TestSubnetsKeepTheirAddresses(t *testing.T) {
	t.Parallel()
	vpc := the(t, evaluate(t, update, settings{}), guards.Vpc)
	require.Equal(t, "Auto", vpc.Input("subnetStrategy"))
	golden(t, "subnets-prod.golden", strings.Join(layout(vpc), "\n")+"\n")
}

func TestNatGatewaysFollowTheConfiguration(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"none": "None", "single": "Single", "onePerAz": "OnePerAz"} {
		g := evaluate(t, update, base().with(settings{"natGateways": value}))
		require.Equal(t, want, the(t, g, guards.Vpc).Input("natGateways", "strategy"))
		interfaces := 0
		for _, endpoint := range g.Of(guards.VpcEndpoint) {
			if endpoint.Input("vpcEndpointType") == "Interface" {
				interfaces++
				require.Equal(t, true, endpoint.Input("privateDnsEnabled"))
			}
		}
		require.Equal(t, value == "none", interfaces == 1, "without NAT, Secrets Manager needs an endpoint")
	}
}

func TestTheImageMatchesTheProcessor(t *testing.T) {
	t.Parallel()
	for instanceType, want := range map[string]string{
		"t4g.small": "arm64", "m7gd.large": "arm64", "im4gn.xlarge": "arm64", "a1.medium": "arm64", "x2gd.medium": "arm64",
		"t3.small": "x86_64", "m7i.large": "x86_64", "g4dn.xlarge": "x86_64", "u7i-12tb.224xlarge": "x86_64", "c6a.large": "x86_64",
	} {
		template := the(t, evaluate(t, preview, base().with(settings{"instanceType": instanceType})), guards.LaunchTemplate)
		require.Contains(t, template.Input("imageId"), "al2023-ami-kernel-default-"+want, instanceType)
	}
}

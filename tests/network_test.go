package tests

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// layout returns the declared subnets, "tier zone network" each, in declared order.
func layout(vpc registration) (lines []string, networks []netip.Prefix) {
	zones := vpc.input("availabilityZoneNames").([]any)
	for _, spec := range vpc.input("subnetSpecs").([]any) {
		spec := spec.(map[string]any)
		for i, block := range spec["cidrBlocks"].([]any) {
			lines = append(lines, fmt.Sprint(spec["type"], " ", zones[i], " ", block))
			networks = append(networks, netip.MustParsePrefix(block.(string)))
		}
	}
	return lines, networks
}

// Another address replaces a subnet and everything in it.
func TestSubnetsKeepTheirAddresses(t *testing.T) {
	t.Parallel()
	vpc := evaluate(t, update, settings{}).the(t, "Vpc")
	require.Equal(t, "Auto", vpc.input("subnetStrategy"))
	lines, _ := layout(vpc)
	golden(t, "subnets-prod.golden", strings.Join(lines, "\n")+"\n")
}

func TestSubnetsAreInsideTheVPCAndApartFromEachOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		zones := rapid.IntRange(2, 3).Draw(r, "zones") // the mocked region has three
		size := rapid.IntRange(16, 23).Draw(r, "size")
		network := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(rapid.IntRange(0, 255).Draw(r, "second")), 0, 0}), size)
		g, err := deploy(preview, base().with(settings{
			"vpcCidr": network.String(), "availabilityZones": fmt.Sprint(zones), "minInstances": fmt.Sprint(zones),
		}))
		if err != nil {
			r.Fatal(err)
		}
		_, subnets := layout(g.of("Vpc")[0])
		if len(subnets) != 3*zones {
			r.Fatalf("%d subnets in %d zones", len(subnets), zones)
		}
		for i, a := range subnets {
			if !network.Contains(a.Addr()) || a.Bits() <= network.Bits() || a.Bits() > 27 {
				r.Fatalf("%v in %v", a, network)
			}
			for _, b := range subnets[:i] {
				if a.Overlaps(b) {
					r.Fatalf("%v overlaps %v", a, b)
				}
			}
		}
	})
}

func TestNatGatewaysFollowTheConfiguration(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"none": "None", "single": "Single", "onePerAz": "OnePerAz"} {
		g := evaluate(t, update, base().with(settings{"natGateways": value}))
		require.Equal(t, want, g.the(t, "Vpc").input("natGateways", "strategy"))
		interfaces := 0
		for _, endpoint := range g.of("VpcEndpoint") {
			if endpoint.input("vpcEndpointType") == "Interface" {
				interfaces++
				require.Equal(t, true, endpoint.input("privateDnsEnabled"))
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
		template := evaluate(t, preview, base().with(settings{"instanceType": instanceType})).the(t, "LaunchTemplate")
		require.Contains(t, template.input("imageId"), "al2023-ami-kernel-default-"+want, instanceType)
	}
}

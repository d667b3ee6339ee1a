package network

import (
	"net/netip"

	"myclothes/infra/config"
)

// NatGateways says how private subnets reach the internet.
type NatGateways string

// The NAT strategies. With none, instances reach AWS through VPC endpoints only.
const (
	NatNone     NatGateways = "none"
	NatSingle   NatGateways = "single"
	NatOnePerAz NatGateways = "onePerAz"
)

// Config is what can be configured of the network.
type Config struct {
	AvailabilityZones int
	CIDR              netip.Prefix
	NatGateways       NatGateways
}

// Keys are the keys of the network.
func (c *Config) Keys() []config.Key {
	return []config.Key{
		config.Integer(&c.AvailabilityZones, "availabilityZones", 3, 2, 6,
			"Over how many Availability Zones everything is spread, {least} to {most}"),
		config.Parsed(&c.CIDR, "vpcCidr", "10.0.0.0/16", "an IPv4 network address from /16 to /28, like 10.0.0.0/16",
			"The VPC's IPv4 network, /16 to /28 and large enough for three tiers of subnets", parseNetwork),
		config.OneOf(&c.NatGateways, "natGateways", NatOnePerAz, []NatGateways{NatNone, NatSingle, NatOnePerAz},
			"How instances reach AWS APIs: none (VPC endpoints), single, or onePerAz"),
	}
}

// parseNetwork understands an IPv4 network of a size that AWS gives a VPC.
func parseNetwork(value string) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(value)
	if err != nil || !prefix.Addr().Is4() || prefix != prefix.Masked() || prefix.Bits() < 16 || prefix.Bits() > 28 {
		return netip.Prefix{}, false
	}
	return prefix, true
}

// Check refuses a network that does not hold its subnets.
func (c *Config) Check(p *config.Problems) {
	if !c.CIDR.IsValid() {
		return // refused already
	}
	if _, err := planSubnets(c.CIDR, c.AvailabilityZones); err != nil {
		p.Refuse("vpcCidr", c.CIDR, err.Error())
	}
}

// HoldsInstances says whether the private subnets have room for twice as many instances,
// which is what an instance refresh may need for a moment. A network that was refused is
// not judged.
func (c *Config) HoldsInstances(instances int) bool {
	if !c.CIDR.IsValid() {
		return true
	}
	plan, err := planSubnets(c.CIDR, c.AvailabilityZones)
	return err != nil || holdsInstances(plan, instances)
}

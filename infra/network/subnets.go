package network

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"net/netip"
)

// Tier is a layer of subnets, one subnet per Availability Zone.
type Tier string

// The tiers: what the internet reaches, what reaches it, and what does neither.
const (
	TierPublic   Tier = "public"   // load balancer, NAT gateways
	TierPrivate  Tier = "private"  // instances
	TierIsolated Tier = "isolated" // cache and database
)

// SubnetTier is the address plan of one tier: a network per Availability Zone.
type SubnetTier struct {
	Tier    Tier
	Subnets []netip.Prefix
}

// smallestSubnet is what an Application Load Balancer asks of its subnets
// (AWS, "Subnets for your load balancer": at least a /27).
const smallestSubnet = 27

// reservedAddresses is how many addresses AWS keeps in every subnet.
const reservedAddresses = 5

// PlanSubnets cuts a VPC into equal blocks, one per zone (rounded up to a power of
// two), and each block into half for private, a quarter for public and a quarter
// for isolated subnets. A zone more or less moves other zones' addresses only
// when it crosses a power of two.
func PlanSubnets(vpc netip.Prefix, zones int) ([]SubnetTier, error) {
	zoneBits := vpc.Bits() + bits.Len(uint(max(zones, 1)-1))
	if zoneBits+2 > smallestSubnet {
		return nil, fmt.Errorf("a network of at least /%d for %d zones: an Application Load Balancer needs /%d subnets",
			smallestSubnet-zoneBits+vpc.Bits()-2, zones, smallestSubnet)
	}
	plan := []SubnetTier{{Tier: TierPublic}, {Tier: TierPrivate}, {Tier: TierIsolated}}
	for zone := range zones {
		block := subnet(vpc, zoneBits, zone)
		plan[0].Subnets = append(plan[0].Subnets, subnet(block, zoneBits+2, 2))
		plan[1].Subnets = append(plan[1].Subnets, subnet(block, zoneBits+1, 0))
		plan[2].Subnets = append(plan[2].Subnets, subnet(block, zoneBits+2, 3))
	}
	return plan, nil
}

// subnet returns the network with the given index among those of the given size.
func subnet(of netip.Prefix, size, index int) netip.Prefix {
	base := of.Addr().As4()
	address := binary.BigEndian.Uint32(base[:]) + uint32(index)<<(32-size)
	binary.BigEndian.PutUint32(base[:], address)
	return netip.PrefixFrom(netip.AddrFrom4(base), size)
}

// HoldsInstances says whether the private subnets have room for twice as many
// instances, which is what an instance refresh may need for a moment.
func HoldsInstances(plan []SubnetTier, instances int) bool {
	room := 0
	for _, t := range plan {
		if t.Tier != TierPrivate {
			continue
		}
		for _, s := range t.Subnets {
			room += 1<<(32-s.Bits()) - reservedAddresses
		}
	}
	return room >= 2*instances
}

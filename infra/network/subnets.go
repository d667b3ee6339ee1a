package network

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"net/netip"
)

// tier is a layer of subnets, one subnet per Availability Zone.
type tier string

// The tiers: what the internet reaches, what reaches it, and what does neither.
const (
	tierPublic   tier = "public"   // load balancer, NAT gateways
	tierPrivate  tier = "private"  // instances
	tierIsolated tier = "isolated" // cache and database
)

// subnetTier is the address plan of one tier: a network per Availability Zone.
type subnetTier struct {
	tier    tier
	subnets []netip.Prefix
}

// smallestSubnet is what an Application Load Balancer asks of its subnets
// (AWS, "Subnets for your load balancer": at least a /27).
const smallestSubnet = 27

// reservedAddresses is how many addresses AWS keeps in every subnet.
const reservedAddresses = 5

// planSubnets cuts a VPC into equal blocks, one per zone (rounded up to a power of
// two), and each block into half for private, a quarter for public and a quarter
// for isolated subnets. A zone more or less moves other zones' addresses only
// when it crosses a power of two.
func planSubnets(vpc netip.Prefix, zones int) ([]subnetTier, error) {
	zoneBits := vpc.Bits() + bits.Len(uint(max(zones, 1)-1))
	if zoneBits+2 > smallestSubnet {
		return nil, fmt.Errorf("a network of at least /%d for %d zones: an Application Load Balancer needs /%d subnets",
			smallestSubnet-zoneBits+vpc.Bits()-2, zones, smallestSubnet)
	}
	plan := []subnetTier{{tier: tierPublic}, {tier: tierPrivate}, {tier: tierIsolated}}
	for zone := range zones {
		block := subnet(vpc, zoneBits, zone)
		plan[0].subnets = append(plan[0].subnets, subnet(block, zoneBits+2, 2))
		plan[1].subnets = append(plan[1].subnets, subnet(block, zoneBits+1, 0))
		plan[2].subnets = append(plan[2].subnets, subnet(block, zoneBits+2, 3))
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

// holdsInstances says whether the private subnets have room for twice as many
// instances, which is what an instance refresh may need for a moment.
func holdsInstances(plan []subnetTier, instances int) bool {
	room := 0
	for _, t := range plan {
		if t.tier != tierPrivate {
			continue
		}
		for _, s := range t.subnets {
			room += 1<<(32-s.Bits()) - reservedAddresses
		}
	}
	return room >= 2*instances
}

package ec2

import (
	"errors"
	"slices"
)

// Placement is where nodes may be put: one subnet for each zone.
type Placement struct {
	Zones  []string          // in the order in which the group names their subnets
	Subnet map[string]string // by zone
}

// Placement returns one subnet for each of their zones.
func (n *Network) Placement(subnetIDs []string) (Placement, error) {
	p := Placement{Subnet: map[string]string{}}
	for _, id := range subnetIDs {
		subnet, err := n.subnets.Get(id)
		if err != nil {
			return p, err
		}
		if _, has := p.Subnet[subnet.AvailabilityZone]; !has {
			p.Subnet[subnet.AvailabilityZone] = id
			p.Zones = append(p.Zones, subnet.AvailabilityZone)
		}
	}
	if len(p.Zones) == 0 {
		return p, errors.New("it has no subnets")
	}
	return p, nil
}

// Zone returns the first zone that is not taken, or the first one if all are.
func (p Placement) Zone(taken ...string) string {
	for _, zone := range p.Zones {
		if !slices.Contains(taken, zone) {
			return zone
		}
	}
	return p.Zones[0]
}

// VPC returns the VPC of the first of some subnets that is known, or "".
func (n *Network) VPC(subnetIDs []string) string {
	for _, id := range subnetIDs {
		if subnet, err := n.subnets.Get(id); err == nil {
			return subnet.VpcID
		}
	}
	return ""
}

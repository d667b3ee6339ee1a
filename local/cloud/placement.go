package cloud

import (
	"errors"
	"fmt"
	"slices"
)

// placement is where nodes may be put: one subnet for each zone.
type placement struct {
	zones  []string          // in the order in which the group names their subnets
	subnet map[string]string // by zone
}

// placement returns one subnet for each of their zones.
func (n *network) placement(subnetIDs []string) (placement, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	p := placement{subnet: map[string]string{}}
	for _, id := range subnetIDs {
		subnet, ok := n.subnets[id]
		if !ok {
			return p, fmt.Errorf("no subnet %q", id)
		}
		if _, has := p.subnet[subnet.AvailabilityZone]; !has {
			p.subnet[subnet.AvailabilityZone] = id
			p.zones = append(p.zones, subnet.AvailabilityZone)
		}
	}
	if len(p.zones) == 0 {
		return p, errors.New("it has no subnets")
	}
	return p, nil
}

// zone returns the first zone that is not taken, or the first one if all are.
func (p placement) zone(taken ...string) string {
	for _, zone := range p.zones {
		if !slices.Contains(taken, zone) {
			return zone
		}
	}
	return p.zones[0]
}

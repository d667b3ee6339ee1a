package cloud

import (
	"fmt"
	"slices"
)

// DBSubnetGroup is aws:rds/subnetGroup:SubnetGroup.
type DBSubnetGroup struct {
	SubnetIDs []string `json:"subnetIds"`
}

// CacheSubnetGroup is aws:elasticache/subnetGroup:SubnetGroup.
type CacheSubnetGroup struct {
	SubnetIDs []string `json:"subnetIds"`
}

// placement is where nodes may be put: one subnet for each zone.
type placement struct {
	zones  []string          // in the order in which the group names their subnets
	subnet map[string]string // by zone
}

func (n *network) placement(group string, subnetIDs []string) (placement, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	p := placement{subnet: map[string]string{}}
	for _, id := range subnetIDs {
		subnet, ok := n.subnets[id]
		if !ok {
			return p, fmt.Errorf("subnet group %s: no subnet %q", group, id)
		}
		if _, has := p.subnet[subnet.AvailabilityZone]; !has {
			p.subnet[subnet.AvailabilityZone] = id
			p.zones = append(p.zones, subnet.AvailabilityZone)
		}
	}
	if len(p.zones) == 0 {
		return p, fmt.Errorf("subnet group %q has no subnets", group)
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

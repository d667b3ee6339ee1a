package autoscaling

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"myclothes/local/cloud/autoscaling/fleet"
)

// LoseZone makes no group launch anything in a zone until RecoverZone. What runs there is
// left alone: whoever loses a zone ends it.
func (s *Groups) LoseZone(zone string) { s.setZone(zone, true) }

// RecoverZone lets groups launch in a zone again, and move instances there.
func (s *Groups) RecoverZone(zone string) { s.setZone(zone, false) }

func (s *Groups) setZone(zone string, lost bool) {
	s.zones.Set(zone, lost)
	s.Wake()
}

// launchZones returns the zones where the group may launch, with how many members that
// stay each has, and a subnet in each.
func (g *group) launchZones() (members map[string]int, subnets map[string]string, err error) {
	members, subnets = map[string]int{}, map[string]string{}
	for _, subnet := range g.spec.VPCZoneIdentifiers {
		zone, err := g.instances.ZoneOf(subnet)
		if err != nil {
			return nil, nil, err
		}
		if !g.zones.IsLost(zone) {
			members[zone], subnets[zone] = g.count(fleet.InZone(zone), fleet.ToStay), subnet
		}
	}
	return members, subnets, nil
}

// emptiestSubnet returns where to launch: in the zone with the fewest members that stay,
// and of these with the fewest at all.
func (g *group) emptiestSubnet() (subnet, zone string, err error) {
	members, subnets, err := g.launchZones()
	if err != nil {
		return "", "", err
	}
	if len(subnets) == 0 {
		return "", "", errors.New("every Availability Zone of the group is lost")
	}
	zone = slices.MinFunc(slices.Sorted(maps.Keys(members)), func(a, b string) int {
		return cmp.Or(members[a]-members[b], g.count(fleet.InZone(a))-g.count(fleet.InZone(b)))
	})
	return subnets[zone], zone, nil
}

// keepSize returns how many instances to launch and to dismiss so that the group has its
// size, evenly over its zones.
func (g *group) keepSize() (launches, dismissals int) {
	active := g.count()
	surplus := active - g.desired
	if surplus <= 0 {
		g.moving = 0
	}
	switch {
	case surplus < 0:
		return -surplus, 0
	case surplus > 0:
		// Those that others take the place of go when these are in service.
		settled := g.count(fleet.IsHealthy) - g.desired
		return 0, max(surplus-g.moving, min(surplus, settled))
	case g.count(fleet.IsHealthy) < active || g.suspends(fleet.ProcessLaunch):
		return 0, 0
	}
	if expired := g.expired(); expired != nil && !g.suspends(fleet.ProcessTerminate) {
		g.dismiss(expired, "it has reached the maximum instance lifetime")
		return 1, 0
	}
	if g.suspends(fleet.ProcessAZRebalance) {
		return 0, 0
	}
	g.moving = min(g.unbalanced(), max(1, g.bounds.Max/10))
	return g.moving, 0
}

// spreadsTo says whether the group has a subnet in a zone.
func (g *group) spreadsTo(zone string) bool {
	return slices.ContainsFunc(g.spec.VPCZoneIdentifiers, func(subnet string) bool {
		there, err := g.instances.ZoneOf(subnet)
		return err == nil && there == zone
	})
}

// unbalanced returns how many instances must move. AWS launches before it terminates, and
// may exceed the group's maximum by a tenth, or by one:
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html
func (g *group) unbalanced() int {
	members, _, err := g.launchZones()
	if err != nil {
		return 0
	}
	return fleet.Imbalance(members, g.count(func(m *fleet.Member) bool { return !g.spreadsTo(m.Zone) }))
}

// lifetime returns how long a member may still live; it is 0 if that is for ever.
func (g *group) lifetime(m *fleet.Member) time.Duration {
	if g.spec.MaxInstanceLifetime == 0 {
		return 0
	}
	return g.host.Timings.Scaled(time.Duration(g.spec.MaxInstanceLifetime)*time.Second) - time.Since(m.InService)
}

// expired returns the oldest member that has reached its maximum lifetime, or nil.
func (g *group) expired() *fleet.Member {
	if g.spec.MaxInstanceLifetime == 0 {
		return nil
	}
	return g.members.Expired(g.lifetime)
}

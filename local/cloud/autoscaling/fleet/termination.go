package fleet

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"myclothes/local/cloud/ec2"
)

// order says which of two members goes first.
type order func(a, b *Member) int

// terminationPolicies are the policies that decide whom a smaller group dismisses. Nothing
// here has a launch configuration or runs in a pool of Spot capacity, so that two of them
// find everybody equal.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
var terminationPolicies = map[string]func(saved ec2.LaunchTemplateRef, now time.Time) order{
	"Default": func(saved ec2.LaunchTemplateRef, now time.Time) order {
		return func(a, b *Member) int {
			return cmp.Or(oldestTemplate(saved)(a, b), nextHour(now)(a, b))
		}
	},
	"OldestLaunchTemplate":      func(saved ec2.LaunchTemplateRef, _ time.Time) order { return oldestTemplate(saved) },
	"ClosestToNextInstanceHour": func(_ ec2.LaunchTemplateRef, now time.Time) order { return nextHour(now) },
	"OldestInstance": func(ec2.LaunchTemplateRef, time.Time) order {
		return func(a, b *Member) int { return a.Launched.Compare(b.Launched) }
	},
	"NewestInstance": func(ec2.LaunchTemplateRef, time.Time) order {
		return func(a, b *Member) int { return b.Launched.Compare(a.Launched) }
	},
	"OldestLaunchConfiguration": nobodyFirst,
	"AllocationStrategy":        nobodyFirst,
}

func nobodyFirst(ec2.LaunchTemplateRef, time.Time) order {
	return func(*Member, *Member) int { return 0 }
}

// oldestTemplate has those first that are not of the group's template, then those of its
// oldest version.
func oldestTemplate(saved ec2.LaunchTemplateRef) order {
	rank := func(m *Member) int {
		if m.Config.ID != saved.ID && m.Config.Name != saved.Name {
			return -1
		}
		version, _ := strconv.Atoi(m.Config.Version)
		return version
	}
	return func(a, b *Member) int { return cmp.Compare(rank(a), rank(b)) }
}

// nextHour has those first whose next hour begins soonest. On AWS it is an hour of billing.
func nextHour(now time.Time) order {
	into := func(m *Member) time.Duration { return now.Sub(m.Launched) % time.Hour }
	return func(a, b *Member) int { return cmp.Compare(into(b), into(a)) }
}

// choose returns whom a smaller group dismisses: of those in the fullest zones, whom the
// policies name in their order.
func choose(candidates Members, policies []string, saved ec2.LaunchTemplateRef) *Member {
	if len(policies) == 0 {
		policies = []string{"Default"}
	}
	inZones := map[string]int{}
	most := 0
	for _, m := range candidates {
		inZones[m.Zone]++
		most = max(most, inZones[m.Zone])
	}
	fullest := slices.DeleteFunc(slices.Clone(candidates), func(m *Member) bool { return inZones[m.Zone] < most })
	now := time.Now()
	return slices.MinFunc(fullest, func(a, b *Member) int {
		for _, policy := range policies {
			if first := terminationPolicies[policy](saved, now)(a, b); first != 0 {
				return first
			}
		}
		return 0
	})
}

// Knows says whether a termination policy is modelled.
func Knows(policy string) bool {
	_, known := terminationPolicies[policy]
	return known
}

// Replaced returns whom a refresh replaces next, nil if nobody may be: who does not serve, then
// who is in the fullest zone, then the oldest. Those that are protected from scale-in only go by
// force.
func (all Members) Replaced(force bool, serves func(*Member) bool) *Member {
	var candidates Members
	for _, m := range all {
		if !m.Leaving && m.Replace && (!m.Protected || force) {
			candidates = append(candidates, m)
		}
	}
	if len(candidates) == 0 {
		return nil
	}
	return slices.MinFunc(candidates, func(a, b *Member) int {
		if serves(a) != serves(b) {
			return cmp.Compare(first(serves(a)), first(serves(b)))
		}
		return all.Count(InZone(b.Zone)) - all.Count(InZone(a.Zone))
	})
}

// first orders false before true.
func first(is bool) int {
	if is {
		return 1
	}
	return 0
}

// Surplus returns whom a smaller group dismisses next, nil if nobody may be: of strays, whom
// nobody would miss, if there are any, and never who is protected from scale-in.
func (all Members) Surplus(isStray func(*Member) bool, policies []string, saved ec2.LaunchTemplateRef) *Member {
	var candidates, strays Members
	for _, m := range all {
		if m.Leaving || m.Protected {
			continue
		}
		candidates = append(candidates, m)
		if isStray(m) {
			strays = append(strays, m)
		}
	}
	if len(strays) > 0 {
		candidates = strays
	}
	if len(candidates) == 0 {
		return nil
	}
	return choose(candidates, policies, saved)
}

// Expired returns the oldest member in service that is left no time to live, or nil.
func (all Members) Expired(left func(*Member) time.Duration) *Member {
	for _, m := range all {
		if !m.Leaving && !m.Protected && !m.InService.IsZero() && left(m) <= 0 {
			return m
		}
	}
	return nil
}

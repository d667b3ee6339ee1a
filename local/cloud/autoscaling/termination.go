package autoscaling

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"myclothes/local/cloud/ec2"
)

// order says which of two members goes first.
type order func(a, b *member) int

// terminationPolicies are the policies that decide whom a smaller group dismisses. Nothing
// here has a launch configuration or runs in a pool of Spot capacity, so that two of them
// find everybody equal.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
var terminationPolicies = map[string]func(saved ec2.LaunchTemplateRef, now time.Time) order{
	"Default": func(saved ec2.LaunchTemplateRef, now time.Time) order {
		return func(a, b *member) int {
			return cmp.Or(oldestTemplate(saved)(a, b), nextHour(now)(a, b))
		}
	},
	"OldestLaunchTemplate":      func(saved ec2.LaunchTemplateRef, _ time.Time) order { return oldestTemplate(saved) },
	"ClosestToNextInstanceHour": func(_ ec2.LaunchTemplateRef, now time.Time) order { return nextHour(now) },
	"OldestInstance": func(ec2.LaunchTemplateRef, time.Time) order {
		return func(a, b *member) int { return a.launched.Compare(b.launched) }
	},
	"NewestInstance": func(ec2.LaunchTemplateRef, time.Time) order {
		return func(a, b *member) int { return b.launched.Compare(a.launched) }
	},
	"OldestLaunchConfiguration": nobodyFirst,
	"AllocationStrategy":        nobodyFirst,
}

func nobodyFirst(ec2.LaunchTemplateRef, time.Time) order {
	return func(*member, *member) int { return 0 }
}

// oldestTemplate has those first that are not of the group's template, then those of its
// oldest version.
func oldestTemplate(saved ec2.LaunchTemplateRef) order {
	rank := func(m *member) int {
		if m.config.ID != saved.ID && m.config.Name != saved.Name {
			return -1
		}
		version, _ := strconv.Atoi(m.config.Version)
		return version
	}
	return func(a, b *member) int { return cmp.Compare(rank(a), rank(b)) }
}

// nextHour has those first whose next hour begins soonest. On AWS it is an hour of billing.
func nextHour(now time.Time) order {
	into := func(m *member) time.Duration { return now.Sub(m.launched) % time.Hour }
	return func(a, b *member) int { return cmp.Compare(into(b), into(a)) }
}

// choose returns whom a smaller group dismisses: of those in the fullest zones, whom the
// policies name in their order.
func choose(candidates []*member, policies []string, saved ec2.LaunchTemplateRef) *member {
	if len(policies) == 0 {
		policies = []string{"Default"}
	}
	inZones := map[string]int{}
	most := 0
	for _, m := range candidates {
		inZones[m.zone]++
		most = max(most, inZones[m.zone])
	}
	fullest := slices.DeleteFunc(slices.Clone(candidates), func(m *member) bool { return inZones[m.zone] < most })
	now := time.Now()
	return slices.MinFunc(fullest, func(a, b *member) int {
		for _, policy := range policies {
			if first := terminationPolicies[policy](saved, now)(a, b); first != 0 {
				return first
			}
		}
		return 0
	})
}

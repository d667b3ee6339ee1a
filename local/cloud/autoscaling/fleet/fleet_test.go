package fleet

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"myclothes/local/cloud/ec2"
)

func TestNoMoreInstancesMoveThanBalanceZones(t *testing.T) {
	t.Parallel()
	for want, zones := range map[int]map[string]int{
		0: {"a": 2, "b": 1, "c": 2},
		1: {"a": 3, "b": 1, "c": 2},
		2: {"a": 3, "b": 0, "c": 3},
		4: {"a": 6, "b": 0, "c": 0},
	} {
		require.Equal(t, want, Imbalance(zones, 0), "%v", zones)
	}
	require.Equal(t, 3, Imbalance(map[string]int{"a": 1, "b": 1}, 3), "who has no zone must move")
	rapid.Check(t, func(t *rapid.T) {
		zones, total := map[string]int{}, 0
		for _, zone := range []string{"a", "b", "c", "d"} {
			zones[zone] = rapid.IntRange(0, 12).Draw(t, zone)
			total += zones[zone]
		}
		require.Less(t, Imbalance(zones, 0), max(1, total))
	})
}

func TestTerminationPoliciesSayWhoGoes(t *testing.T) {
	t.Parallel()
	now := time.Now()
	instance := func(id, zone, version string, age time.Duration) *Member {
		return &Member{ID: id, Zone: zone, Launched: now.Add(-age), Config: ec2.LaunchTemplateRef{ID: "lt-1", Name: "template", Version: version}}
	}
	oldest := instance("oldest", "a", "3", 5*time.Hour+10*time.Minute)
	newest := instance("newest", "b", "3", 20*time.Minute)
	earlier := instance("of an earlier version", "a", "2", 2*time.Hour+30*time.Minute)
	soon := instance("whose hour ends soon", "b", "3", time.Hour+50*time.Minute)
	another := instance("of another template", "b", "9", time.Hour)
	another.Config.ID, another.Config.Name = "lt-2", "another"
	saved := ec2.LaunchTemplateRef{ID: "lt-1", Version: "3"}
	for name, c := range map[string]struct {
		policies []string
		members  Members
		goes     *Member
	}{
		"of an earlier version":             {nil, Members{oldest, newest, earlier, soon}, earlier},
		"of another template":               {nil, Members{another, earlier}, another},
		"whose hour ends soon":              {nil, Members{oldest, newest, soon, instance("", "a", "3", 0)}, soon},
		"oldest":                            {[]string{"OldestInstance"}, Members{newest, oldest}, oldest},
		"newest":                            {[]string{"NewestInstance"}, Members{oldest, newest}, newest},
		"oldest template":                   {[]string{"OldestLaunchTemplate"}, Members{oldest, newest, soon, earlier}, earlier},
		"closest to the next hour":          {[]string{"ClosestToNextInstanceHour"}, Members{oldest, newest, soon, earlier}, soon},
		"one without effect, then another":  {[]string{"AllocationStrategy", "NewestInstance"}, Members{oldest, newest}, newest},
		"in the fullest zone, whoever else": {[]string{"OldestInstance"}, Members{oldest, newest, soon}, soon},
	} {
		require.Equal(t, c.goes.ID, choose(c.members, c.policies, saved).ID, name)
	}
}

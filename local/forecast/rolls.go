package forecast

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"myclothes/infra/guards"
	"myclothes/local/cloud/aws"
	"myclothes/local/engine"
	"myclothes/local/forecast/userdata"
)

// roll is whether the fleet is replaced, and because of what.
type roll struct {
	yes     bool
	because []string
}

// rolls says what replaces the instances of the fleet.
func rolls(c *change) (a Answer) {
	if c.fresh() {
		return Answer{Because: nothing(c, "there is no fleet yet")}
	}
	r := c.roll()
	verdict := No
	if r.yes {
		verdict = Yes
	}
	for _, text := range r.because {
		a.Because = append(a.Because, Reason{Verdict: verdict, Text: text})
	}
	return a
}

// unrolled are the properties of a launch template whose change makes no new version.
var unrolled = words("tags tagsAll updateDefaultVersion defaultVersion name")

// roll looks at the group and its launch template. What a new version of the template says
// reaches instances that run only where the group takes that version and refreshes them;
// a group that is made anew has no other ones.
func (c *change) roll() roll {
	if anew := c.groupAnew(); anew.yes {
		return anew
	}
	r := c.anotherTemplate()
	if !r.yes {
		r = c.templateChanges()
		if version := c.version(); r.yes && strings.HasPrefix(version, "$") {
			return roll{false, []string{"the group launches version " + version + ": instances that run stay, and new ones have: " + strings.Join(r.because, "; ")}}
		}
	}
	if r.yes && len(c.after.Of(guards.AutoScalingGroup)) > 0 && c.group().Input("instanceRefresh") == nil {
		return roll{false, []string{"no instanceRefresh is declared: instances that run stay, and new ones have: " + strings.Join(r.because, "; ")}}
	}
	return r
}

// groupAnew is a group that goes, and with it all its instances.
func (c *change) groupAnew() (r roll) {
	for _, ch := range c.changes(guards.AutoScalingGroup) {
		switch ch.Operation {
		case engine.Replace:
			r = roll{true, append(r.because, fate(ch)+": all instances are new")}
		case engine.Delete:
			r = roll{true, append(r.because, fate(ch)+": its instances go with it")}
		}
	}
	return r
}

// anotherTemplate is a change of the group itself that makes it refresh its instances: of
// what it launches from, or of what its triggers name
// (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/autoscaling_group#triggers).
// That it takes a version which only the update will tell follows from the template.
func (c *change) anotherTemplate() (r roll) {
	triggers, _ := c.group().Input("instanceRefresh", "triggers").([]any)
	for _, ch := range c.changes(guards.AutoScalingGroup) {
		for _, p := range ch.Properties {
			name, follows := root(p.Path), p.Path == "launchTemplate.version" && isUnknown(p.New)
			launches := name == "launchTemplate" || name == "launchConfiguration" || name == "mixedInstancesPolicy"
			if ch.Operation == engine.Update && (launches && !follows || slices.Contains(triggers, any(name))) {
				r = roll{true, append(r.because, "the group changes: "+turn(p))}
			}
		}
	}
	return r
}

// templateChanges are changes that make a new version of the launch template.
func (c *change) templateChanges() (r roll) {
	for _, ch := range c.changes(guards.LaunchTemplate) {
		if ch.Operation == engine.Replace {
			r = roll{true, append(r.because, fate(ch))}
		}
		if ch.Operation != engine.Update {
			continue
		}
		for _, p := range ch.Properties {
			switch name := root(p.Path); {
			case slices.Contains(unrolled, name) || isGuard(p):
			case name == "userData":
				r = roll{true, append(r.because, c.script(ch)...)}
			default:
				r = roll{true, append(r.because, "the launch template changes: "+turn(p))}
			}
		}
	}
	if !r.yes {
		r = c.unplanned()
	}
	return r
}

// unplanned is a roll that no preview shows: an endpoint that an update in place changes
// is known to the engine only when that is done, and is in the user data.
func (c *change) unplanned() (r roll) {
	for _, ch := range c.changes(guards.DBInstance) {
		for _, p := range ch.Properties {
			if ch.Operation == engine.Update && p.Path == "port" {
				r = roll{true, append(r.because, "the user data changes with the port of "+ch.Title()+", which the plan does not show yet")}
			}
		}
	}
	return r
}

// group is the fleet as it would be.
func (c *change) group() *guards.Resource {
	for _, r := range c.after.Of(guards.AutoScalingGroup) {
		return r
	}
	return &guards.Resource{}
}

func (c *change) version() string {
	version, _ := c.group().Input("launchTemplate", "version").(string)
	return version
}

// script says which lines of the boot script differ.
func (c *change) script(ch engine.Change) (because []string) {
	was, wasKnown := userdata.Script(c.was(ch).Input("userData"))
	is, isKnown := userdata.Script(c.is(ch).Input("userData"))
	if !wasKnown || !isKnown {
		return []string{"the user data changes, and only the update will tell to what"}
	}
	was, is = userdata.Names(c.before).Replace(was), userdata.Names(c.after).Replace(is)
	before, after := userdata.Assignments(was), userdata.Assignments(is)
	for _, name := range union(before, after) {
		switch old, new := before[name], after[name]; {
		case old == new || name == "RELEASE_KEY" || name == "RELEASE_SHA256":
		case name == "CART_RELEASE":
			because = append(because, fmt.Sprintf("another release: %.12s → %.12s", old, new))
		default:
			because = append(because, fmt.Sprintf("the user data changes: %s: %s → %s", name, orNone(old), orNone(new)))
		}
	}
	if userdata.Rest(was) != userdata.Rest(is) {
		because = append(because, "the boot script changes")
	}
	if len(because) == 0 {
		because = []string{"the user data changes, in what AWS makes up for resources that are replaced"}
	}
	return because
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func union(a, b map[string]string) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// rollTime is how long a roll of the fleet takes on AWS: until the first new instance
// answers, and until the last old one is gone.
func (c *change) rollTime() (t struct{ first, whole time.Duration }) {
	group := c.group()
	n, _ := number(group.Input("minSize"))
	most, ok := number(group.Input("instanceRefresh", "preferences", "maxHealthyPercentage"))
	if !ok {
		most = 100
	}
	t.first = onAWS(aws.InstanceBoot) + healthy
	batch := max(1, (int(n)*int(most)+99)/100-int(n))
	batches := (max(1, int(n)) + batch - 1) / batch
	t.whole = time.Duration(batches)*(t.first+warmup(group)) + time.Minute
	return t
}

// warmup is how long a refresh waits for a new instance: what it says itself, or the
// group's default.
func warmup(group *guards.Resource) time.Duration {
	for _, value := range []any{group.Input("instanceRefresh", "preferences", "instanceWarmup"), group.Input("defaultInstanceWarmup"), group.Input("healthCheckGracePeriod")} {
		switch value := value.(type) {
		case float64:
			return time.Duration(value) * time.Second
		case string:
			if seconds, err := strconv.Atoi(value); err == nil {
				return time.Duration(seconds) * time.Second
			}
		}
	}
	return 5 * time.Minute
}

// rollOutage is whether a roll leaves enough instances in service.
func (c *change) rollOutage() []finding {
	if c.groupAnew().yes || !c.roll().yes {
		return nil // what becomes of a group that goes is told with it
	}
	group := c.group()
	n, _ := number(group.Input("minSize"))
	least, ok := number(group.Input("instanceRefresh", "preferences", "minHealthyPercentage"))
	if !ok {
		least = 90 // AWS's default
	}
	stay := (int(n)*int(least) + 99) / 100
	if most, _ := number(group.Input("instanceRefresh", "preferences", "maxHealthyPercentage")); least < 100 && most <= 100 {
		stay = min(stay, int(n)-1)
	}
	t := c.rollTime()
	if stay < 1 {
		return []finding{{Reason{Verdict: Yes, Text: fmt.Sprintf("the fleet rolls with %v %% of %v instances in service: for a while nobody answers", least, n)}, Span{t.first, t.whole}}}
	}
	return []finding{{Reason: Reason{Verdict: No, Text: fmt.Sprintf("the fleet rolls with at least %d of %v instances in service, in some %v", stay, n, t.whole)}}}
}

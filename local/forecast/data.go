package forecast

import (
	"fmt"
	"slices"

	"myclothes/infra/guards"
	"myclothes/local/engine"
	"myclothes/local/provider"
)

// dataLost looks at everything that goes, and at the changes in place that take data with them.
func dataLost(c *change) (a Answer) {
	for _, ch := range c.changes() {
		var reasons []Reason
		switch {
		case c.gone(ch):
			reasons = c.goes(ch)
		case ch.Operation == engine.Update:
			reasons = c.shrinks(ch)
		case ch.Operation != engine.Create:
			reasons = []Reason{{No, fate(ch) + ", and what there was stays where it is", ch.URN, false}}
		}
		for _, r := range reasons {
			r.URN = ch.URN
			a.Because = append(a.Because, r)
		}
	}
	if moved := c.moved(); moved.URN != "" {
		a.Because = append(a.Because, Reason{Verdict: Unknown, Text: fate(moved) + ": cache and database cannot move, and what they hold is lost with them if they are made anew", URN: moved.URN})
	}
	if from, to := c.stores(); from.known && to.known && from.name != to.name && from.name != "" && to.name != "" {
		a.Because = append(a.Because, Reason{Verdict: No,
			Text: fmt.Sprintf("carts stay in the old store as long as that is there, where nobody looks for them any more: cartStore: %s → %s", from.name, to.name)})
	}
	if len(a.Because) == 0 {
		a.Because = nothing(c, "nothing that holds data is replaced, deleted or made smaller")
	}
	return a
}

// goes says what data goes with a resource, and what protects it.
func (c *change) goes(ch engine.Change) []Reason {
	was := c.was(ch)
	holds := provider.Held(ch.Type, was.Inputs)
	switch {
	case holds == "" && !known(ch.Type):
		return []Reason{{Verdict: Unknown, Text: fate(ch) + ", and no table here knows whether such a resource holds data"}}
	case holds == "":
		return nil
	case slices.Contains(c.plan.Blocked, ch.URN):
		return []Reason{{Verdict: Yes, Text: fmt.Sprintf("%s. Would be lost: %s; Pulumi refuses it as long as the resource has protect", fate(ch), holds)}}
	case was.Input(locks[ch.Type]) == true && locks[ch.Type] != "":
		c.refuse("AWS refuses to delete %s while its %s is on", ch.Title(), locks[ch.Type])
		return []Reason{{Verdict: No, Text: fate(ch) + ", which AWS refuses while its " + locks[ch.Type] + " is on"}}
	case ch.Type == guards.Bucket && was.Input("forceDestroy") != true:
		c.refuse("S3 refuses to delete %s unless it is empty", ch.Title())
		return []Reason{{Verdict: No, Text: fate(ch) + ", which S3 refuses unless it is empty"}}
	}
	return []Reason{{Verdict: Yes, Text: fmt.Sprintf("%s. Lost: %s%s", fate(ch), holds, left(was))}}
}

// locks are the inputs by which AWS refuses to delete what holds data.
var locks = map[string]string{guards.DBInstance: "deletionProtection", guards.Table: "deletionProtectionEnabled"}

// left says what is left of data whose resource is deleted.
func left(was *guards.Resource) string {
	switch was.Type {
	case guards.DBInstance:
		if was.Input("skipFinalSnapshot") == true {
			return ", and no final snapshot is made"
		}
		return fmt.Sprintf(", but for the final snapshot %s", shown(word(was.Input("finalSnapshotIdentifier"))))
	case guards.Secret:
		if days, ok := number(was.Input("recoveryWindowInDays")); ok && days == 0 {
			return ", at once"
		} else if ok {
			return fmt.Sprintf("; it can be restored for %v days", days)
		}
		return "; it can be restored for 30 days"
	case guards.Bucket:
		return ", all that are in it, and instances that boot from an older launch template version find none"
	case guards.Object:
		return ", and an instance that boots from a launch template version that names it fails"
	}
	return ""
}

// word is a value for people; what is not known yet has no name.
func word(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return "whose name only the update will tell"
}

// shrinks are the changes in place with which data goes.
func (c *change) shrinks(ch engine.Change) (all []Reason) {
	if !known(ch.Type) {
		return []Reason{{Verdict: Unknown, Text: fate(ch) + ", and no table here knows what that does to data"}}
	}
	if provider.Held(ch.Type, c.was(ch).Inputs) == "" {
		return nil
	}
	for _, p := range ch.Properties {
		name := root(p.Path)
		old, isOld := number(p.Old)
		new, isNew := number(p.New)
		less := isOld && (isNew && new < old || p.New == nil)
		about := ch.Title() + ": " + turn(p)
		switch {
		case name == "backupRetentionPeriod" && isNew && new == 0:
			all = append(all, Reason{Verdict: Yes, Text: about + ": RDS deletes all its automated backups at once"})
		case (name == "backupRetentionPeriod" || name == "snapshotRetentionLimit") && less:
			all = append(all, Reason{Verdict: Yes, Text: about + ": older automated backups are deleted; the data itself stays"})
		case name == "allocatedStorage" && less:
			c.refuse("RDS refuses to make the storage of %s smaller: %s", ch.Title(), turn(p))
			all = append(all, Reason{Verdict: No, Text: about + ", which RDS refuses"})
		case name == "pointInTimeRecovery" && !on(c.is(ch), name, "enabled") && on(c.was(ch), name, "enabled"):
			all = append(all, Reason{Verdict: Yes, Text: about + ": its restore points are deleted; the data itself stays"})
		case ch.Type == guards.Table && name == "ttl":
			all = append(all, Reason{Verdict: Unknown, Text: about + ": DynamoDB deletes what the attribute says has expired"})
		case name == "finalSnapshotIdentifier" || name == "skipFinalSnapshot":
			all = append(all, Reason{Verdict: No, Text: about + ": that is about the snapshot which a later deletion leaves"})
		case ch.Type == guards.Object && (name == "source" || name == "content" || name == "etag"):
			all = append(all, Reason{Verdict: Yes, Text: about + ": what was there is overwritten, and instances that boot from an older launch template version refuse it"})
		case !isHarmless(ch.Type, name) && effects[ch.Type][name] == nil && !isGuard(p):
			all = append(all, Reason{Verdict: Unknown, Text: about + ": no table here knows what that does to data"})
		}
	}
	return all
}

func on(r *guards.Resource, path ...any) bool { return r.Input(path...) == true }

// isGuard says whether a property is one that the engine alone notes.
func isGuard(p engine.Property) bool { return p.Path[0] == '(' }

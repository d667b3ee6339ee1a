package forecast

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"myclothes/infra/guards"
)

// lockedOut is what instances still need while they wait to be replaced, and may no
// longer reach or do.
func (c *change) lockedOut() (all []finding) {
	roll := c.rollTime()
	_, closed, _ := c.flows()
	for _, flow := range closed {
		from, to, _ := strings.Cut(flow, " ")
		to, _, _ = strings.Cut(to, ":")
		f := finding{Reason{Verdict: Yes, Text: "no longer permitted, while instances that are there use it: " + flow}, Span{roll.first, roll.whole}}
		switch {
		case to == "internet" || strings.HasPrefix(to, "network-") || strings.HasSuffix(to, "-endpoints"):
			f = finding{Reason: Reason{Verdict: No, Text: "no longer permitted, and used only when an instance boots and for secrets that it remembers: " + flow}}
			if !c.reachesSecrets() {
				f.Reason = Reason{Verdict: Unknown, Text: "no longer permitted, and nothing else lets an instance that boots read its secrets: " + flow}
			}
		case from == "internet" && !c.balanced(to):
			f = finding{Reason: Reason{Verdict: No, Text: "no longer permitted, and no load balancer is there: " + flow}}
		case from == "internet":
			f.Span = Span{time.Second, 0}
		case !c.roll().yes: // "Security group connection tracking", in the EC2 user guide
			f.Text += ": connections that are open go on, and new ones fail"
			f.Span = Span{} // nobody may notice for as long as no instance makes one, and it has no end
		}
		all = append(all, f)
	}
	from, to := c.stores()
	if from.known && from.name == "dynamodb" && (!to.known || to.name != from.name) {
		all = append(all, finding{Reason{Verdict: Yes, Text: "instances that are not replaced yet may no longer use the table of sessions"}, Span{roll.first, roll.whole}})
	}
	return all
}

// movedOut are resources that stay, and are taken out of a security group that stays: what
// its rules permit they have no longer, unless those of another one of theirs do.
func (c *change) movedOut() (all []finding) {
	old, _ := guards.Members(c.before)
	new, _ := guards.Members(c.after)
	for _, m := range without(c.movedGroups(old), new) {
		name, group, _ := strings.Cut(m, " in ")
		if c.after.Named(guards.SecurityGroup, group) != nil {
			all = append(all, finding{Reason: Reason{Verdict: Unknown, Text: fmt.Sprintf("%s is no longer in %s, and nothing here knows whether it can do without", name, group)}})
		}
	}
	return all
}

// forbidden is what policies no longer allow, or begin to deny, to resources that stay.
func (c *change) forbidden() (all []finding) {
	old, _ := guards.Grants(c.before)
	new, _ := guards.Grants(c.after)
	allowed, denied := sentences(new), sentences(old)
	for _, g := range old {
		if g.Effect == "Allow" && !slices.Contains(allowed, g.String()) && at(c.after, g.By.URN).URN != "" {
			all = append(all, c.withoutGrant(g, "no longer: "+g.String())...)
		}
	}
	for _, g := range new {
		if g.Effect == "Deny" && !slices.Contains(denied, g.String()) && at(c.before, g.By.URN).URN != "" {
			all = append(all, c.withoutGrant(g, "new: "+g.String())...)
		}
	}
	return all
}

// withoutGrant is what a grant that goes is to requests. The table of sessions is all that
// instances ask AWS for while they serve.
func (c *change) withoutGrant(g guards.Grant, text string) []finding {
	from, to := c.stores()
	service, _, _ := strings.Cut(g.Action, ":")
	switch {
	case service == "s3" || service == "secretsmanager":
		return []finding{{Reason: Reason{Verdict: No, Text: text + ": instances use it when they boot and for secrets that they remember"}}}
	case service == "dynamodb" && from.known && (from.name != "dynamodb" || to.known && to.name != from.name): // told with the store
		return nil
	}
	return []finding{{Reason: Reason{Verdict: Unknown, Text: text + ", and instances may need it"}}}
}

// balanced says whether a load balancer is in a group.
func (c *change) balanced(group string) bool {
	members, _ := guards.Members(c.before)
	return slices.ContainsFunc(c.before.Of(guards.LoadBalancer), func(r *guards.Resource) bool {
		return slices.Contains(members, r.Name+" in "+group)
	})
}

// reachesSecrets says whether a flow out of the fleet's group leads to AWS's APIs.
func (c *change) reachesSecrets() bool {
	return slices.ContainsFunc(guards.Flows(c.after), func(f guards.Flow) bool {
		return f.To == guards.Internet || strings.HasSuffix(f.To.Name, "-endpoints")
	})
}

package forecast

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"myclothes/infra/guards"
	"myclothes/local/engine"
)

// reach compares who reaches whom: flows, memberships of security groups, public
// addresses, and what policies grant.
func reach(c *change) (a Answer) {
	if c.plan.Empty() {
		return a
	}
	var doubts []string
	a.Opened, a.Closed, doubts = c.flows()
	oldMembers, _ := guards.Members(c.before)
	newMembers, unknownMembers := guards.Members(c.after)
	a.compare(c.movedGroups(oldMembers), c.movedGroups(newMembers))
	a.compare(guards.Public(c.before), guards.Public(c.after))
	oldGrants, wasOpaque := guards.Grants(c.before)
	newGrants, isOpaque := guards.Grants(c.after)
	a.compare(sentences(oldGrants), sentences(newGrants))
	for _, text := range a.Opened {
		said, _ := connection(text)
		a.Because = append(a.Because, Reason{Verdict: Yes, Text: "added: " + said})
	}
	for _, text := range a.Closed {
		said, _ := connection(text)
		a.Because = append(a.Because, Reason{Verdict: Yes, Text: "removed: " + said})
	}
	for _, r := range unknownMembers {
		doubts = append(doubts, fmt.Sprintf("only the update will tell the security groups of %s", r.Name))
	}
	for _, r := range append(wasOpaque, isOpaque...) {
		if c.touches(r.URN) {
			doubts = append(doubts, fmt.Sprintf("only the update will tell what the policy of %s says", r.Name))
		}
	}
	doubts = append(doubts, c.strangers()...)
	if moved := c.moved(); moved.URN != "" {
		doubts = append(doubts, fate(moved)+": the update stops halfway, and nothing declared tells which groups and rules are replaced by then")
	}
	slices.Sort(doubts)
	for _, text := range slices.Compact(doubts) {
		a.Because = append(a.Because, Reason{Verdict: Unknown, Text: text})
	}
	return a
}

// strangers are changes of which no table knows whom they let in.
func (c *change) strangers() (doubts []string) {
	for _, ch := range c.changes() {
		if !known(ch.Type) {
			doubts = append(doubts, fate(ch)+", and no table here knows whom that lets in")
			continue
		}
		if moved := c.moved(); moved.URN != "" && ofNetwork[ch.Type] {
			continue // it goes with its network
		}
		for _, p := range c.strange(ch) {
			doubts = append(doubts, ch.Title()+": "+turn(p)+", and no table here knows whom that lets in")
		}
	}
	return doubts
}

// judged are the properties whose changes flows, memberships, public addresses and grants
// tell.
var judged = map[string][]string{
	guards.Role: words("assumeRolePolicy inlinePolicies managedPolicyArns"), guards.SecurityGroup: words("ingress egress"),
	guards.DefaultSecurityGroup: words("ingress egress"), guards.LoadBalancer: words("internal"), guards.DBInstance: words("publiclyAccessible"),
	guards.Bucket: words("policy"), guards.Secret: words("policy"), guards.VpcEndpoint: words("policy"),
	guards.TargetGroup: words("healthCheck port protocol"), guards.Listener: words("defaultActions port protocol certificateArn sslPolicy"),
}

// strange are the properties that change in place and that no table knows.
func (c *change) strange(ch engine.Change) (all []engine.Property) {
	if ch.Operation != engine.Update || byGraph[ch.Type] {
		return nil
	}
	for _, p := range ch.Properties {
		name := root(p.Path)
		if !isGuard(p) && effects[ch.Type][name] == nil && !isHarmless(ch.Type, name) && !slices.Contains(judged[ch.Type], name) {
			all = append(all, p)
		}
	}
	return all
}

// compare adds what only one of two lists has.
func (a *Answer) compare(before, after []string) {
	a.Opened = append(a.Opened, without(after, before)...)
	a.Closed = append(a.Closed, without(before, after)...)
}

// without is what a list has and another has not, in order and once.
func without(list, other []string) (left []string) {
	for _, text := range list {
		if !slices.Contains(other, text) && !slices.Contains(left, text) {
			left = append(left, text)
		}
	}
	return left
}

// movedGroups are memberships of resources that there are before and after: those of
// others follow from what is made and deleted.
func (c *change) movedGroups(members []string) (kept []string) {
	has := func(g guards.Graph, name string) bool {
		return slices.ContainsFunc(g, func(r *guards.Resource) bool { return r.Name == name })
	}
	for _, m := range members {
		name, _, _ := strings.Cut(m, " in ")
		if has(c.before, name) && has(c.after, name) {
			kept = append(kept, m)
		}
	}
	return kept
}

// flows are the connections that security groups permit after and not before, and the
// reverse, and why that is not all.
func (c *change) flows() (opened, closed, doubts []string) {
	read := func(g guards.Graph) (all []guards.Flow) {
		for _, f := range guards.Flows(g) {
			if f.From.Kind == guards.UnknownPeer || f.To.Kind == guards.UnknownPeer {
				for _, rule := range f.Rules {
					doubts = append(doubts, fmt.Sprintf("only the update will tell whom %s lets through", rule.Name))
				}
				continue
			}
			all = append(all, f.PortByPort()...)
		}
		return all
	}
	before, after := read(c.before), read(c.after)
	return uncovered(after, before), uncovered(before, after), doubts
}

// uncovered are the flows of a list that no other list permits as well.
func uncovered(list, other []guards.Flow) (left []string) {
	for _, f := range list {
		covered := slices.ContainsFunc(other, func(o guards.Flow) bool {
			return within(f.From, o.From) && within(f.To, o.To) && (o.Protocol == f.Protocol || o.Protocol == guards.AllProtocols) &&
				o.Ports[0].First <= f.Ports[0].First && f.Ports[0].Last <= o.Ports[0].Last
		})
		if text := f.String(); !covered && !slices.Contains(left, text) {
			left = append(left, text)
		}
	}
	return left
}

// within says whether a peer is another one, or addresses among those of another one.
func within(peer, of guards.Peer) bool {
	if peer == of || of == guards.Internet && peer.Kind == guards.AddressPeer {
		return true
	}
	some, err := netip.ParsePrefix(peer.Name)
	all, errAll := netip.ParsePrefix(of.Name)
	return err == nil && errAll == nil && all.Bits() <= some.Bits() && all.Contains(some.Addr())
}

func sentences(grants []guards.Grant) (all []string) {
	for _, g := range grants {
		all = append(all, g.String())
	}
	return all
}

// touches says whether the plan changes a resource.
func (c *change) touches(urn string) bool {
	for _, ch := range c.plan.Changes {
		if ch.URN == urn {
			return true
		}
	}
	return false
}

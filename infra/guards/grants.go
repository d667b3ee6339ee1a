package guards

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"myclothes/infra/guards/plain"
	"myclothes/infra/guards/policy"
)

// Grant is one thing that a policy says somebody may do, or may not.
type Grant struct {
	By     *Resource // whose policy says it
	Effect string    // "Allow" or "Deny"
	Who    string    // the role or, of a resource's own policy, the principal
	Action string
	On     string // resources by their logical names where the graph has them, else as the policy has it
	When   string // the conditions as JSON, "" if there are none
}

// String is the grant as a sentence without its end: "servers may s3:GetObject on release/cart/*".
func (g Grant) String() string {
	may := map[string]string{"Allow": "may", "Deny": "may not"}[g.Effect]
	text := fmt.Sprintf("%s %s %s on %s", g.Who, may, g.Action, g.On)
	if g.When != "" {
		text += " when " + g.When
	}
	return text
}

// Grants returns what all policies of a graph say, in their order: of identities, of
// resources, and of roles about who may take them on. opaque are the resources with a
// policy that only an update will tell, or that is none.
func Grants(g Graph) (grants []Grant, opaque Graph) {
	name := g.names()
	for _, p := range everyPolicy(g) {
		d, err := policy.Parse(p.policy)
		if err != nil || d == nil {
			opaque = append(opaque, p.by)
			continue
		}
		for _, s := range d.Statements {
			grants = append(grants, grantsOf(s, p.by, name)...)
		}
	}
	for _, r := range g.Of(RolePolicyAttachment, GroupPolicyAttachment, PolicyAttachment) {
		arn, known := r.Input("policyArn").(string)
		if !known {
			opaque = append(opaque, r)
			continue
		}
		grants = append(grants, Grant{By: r, Effect: "Allow", Who: r.Name, Action: "what the policy says", On: name.Replace(arn)})
	}
	for _, r := range g.Of(Role) {
		for _, arn := range plain.Strings(r.Input("managedPolicyArns")) {
			grants = append(grants, Grant{By: r, Effect: "Allow", Who: r.Name, Action: "what the policy says", On: name.Replace(arn)})
		}
	}
	return grants, opaque
}

// grantsOf returns what a statement says, which is in the policy of a resource.
func grantsOf(s policy.Statement, by *Resource, name *strings.Replacer) (all []Grant) {
	who := []string{by.Name}
	if len(s.Principals) > 0 || s.Everybody {
		who = whose(s)
	}
	actions, on := slices.Clone(s.Actions), slices.Clone(s.Resources)
	if s.NotAction {
		actions = []string{"everything but some actions"}
	}
	if s.NotResource {
		on = []string{"everything but some resources"}
	}
	if len(on) == 0 {
		on = []string{by.Name}
	}
	when := ""
	if len(s.Conditions) > 0 {
		text, _ := json.Marshal(s.Conditions) // which was read from JSON
		when = string(text)
	}
	for _, somebody := range who {
		for _, action := range actions {
			for _, resource := range on {
				all = append(all, Grant{by, s.Effect, name.Replace(somebody), action, name.Replace(resource), when})
			}
		}
	}
	return all
}

// whose are the principals of a statement.
func whose(s policy.Statement) (all []string) {
	for _, p := range s.Principals {
		all = append(all, p.Name)
	}
	if s.Everybody && len(all) == 0 {
		all = []string{"everybody"}
	}
	slices.Sort(all)
	return all
}

// names replaces ARNs by the logical names of what has them, longer ones first.
func (g Graph) names() *strings.Replacer {
	byARN := map[string]string{}
	for _, r := range g {
		if arn, known := r.Output("arn").(string); known && arn != "" {
			byARN[arn] = r.Name
		}
	}
	arns := slices.SortedFunc(maps.Keys(byARN), func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, arn := range arns {
		pairs = append(pairs, arn, byARN[arn])
	}
	return strings.NewReplacer(pairs...)
}

// Members returns, in order, which security groups the resources of a graph are in:
// "database-primary in groups-database". unknown are those of which only an update will
// tell.
func Members(g Graph) (in []string, unknown Graph) {
	for _, r := range g {
		input, has := groupInputs[r.Type]
		if !has {
			continue
		}
		groups := g.groupsOf(r)
		value := r.Input(input)
		if len(groups) == 0 && (plain.IsUnknown(value) || slices.ContainsFunc(plain.List(value), plain.IsUnknown)) {
			unknown = append(unknown, r)
		}
		for _, group := range groups {
			in = append(in, fmt.Sprintf("%s in %v", r.Name, group))
		}
	}
	return in, unknown
}

// Public returns what has an address of the internet, and what it is.
func Public(g Graph) (all []string) {
	for _, r := range g {
		switch {
		case r.Type == DBInstance && r.Input("publiclyAccessible") == true:
			all = append(all, r.Name+" has a public address")
		case r.Type == LoadBalancer && r.Input("internal") != true:
			all = append(all, r.Name+" has a public address")
		case r.Type == LaunchTemplate:
			for i := range plain.List(r.Input("networkInterfaces")) {
				if r.Input("networkInterfaces", i, "associatePublicIpAddress") == "true" {
					all = append(all, r.Name+" gives instances public addresses")
				}
			}
		case r.Type == BucketPublicAccessBlock:
			for _, block := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
				if r.Input(block) != true {
					all = append(all, r.Name+" does not "+block)
				}
			}
		}
	}
	return all
}

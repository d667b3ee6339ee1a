package guards

import (
	"regexp"
	"slices"
	"strings"

	"myclothes/infra/guards/plain"
)

// stackRules are about every resource, whatever it is.
var stackRules = []Rule{
	{
		Name: "own-urn", Least: 1,
		Promise: "Every resource has a URN of its own: of two with the same, Pulumi would keep one.",
		about:   func(g Graph) Graph { return g },
		check: func(g Graph) judge {
			count := map[string]int{}
			for _, r := range g {
				count[r.URN]++
			}
			return func(r *Resource) []string {
				return problem(count[r.URN] > 1, "%d resources have its URN", count[r.URN])
			}
		},
	},
	{
		Name: "under-a-component", Least: 1,
		Promise: "Every resource is under a component of the project, and every component of it under the stack.",
		about: func(g Graph) Graph {
			return g.where(func(r *Resource) bool { return !strings.HasPrefix(r.Type, "pulumi:") })
		},
		check: alone(func(r *Resource) []string {
			want := "::" + ours(r.project())
			if strings.HasPrefix(r.Type, ours(r.project())) {
				want = "::" + Stack + "::"
			}
			return problem(!strings.Contains(r.Parent, want), "its parent is %q", r.Parent)
		}),
	},
	{
		Name: "tagged", Control: "COST03-BP02", Least: 1,
		Promise: "Everything that costs money says which project and stack it belongs to, and that Pulumi manages it.",
		about:   func(g Graph) Graph { return g.where(taggable) },
		check:   alone(tagged),
	},
	{
		Name: "names-left-to-pulumi", Least: 1,
		Promise: "Physical names are Pulumi's: a fixed one makes it delete before it replaces, and allows one copy per account.",
		about:   func(g Graph) Graph { return g.where(ofAWS) },
		check: alone(func(r *Resource) (problems []string) {
			for _, property := range append([]string{"name", "namePrefix", "identifier", "identifierPrefix", "replicationGroupId", "bucketPrefix"}, fixed[r.Type]...) {
				problems = append(problems, problem(r.declares(property), "%s is fixed: %v", property, r.Input(property))...)
			}
			return problems
		}),
	},
	{
		Name: "names-fit", Least: 1,
		Promise: "Logical names leave room for Pulumi's suffix in the length that AWS allows.",
		about:   func(g Graph) Graph { return g.where(func(r *Resource) bool { return longest[r.Type] > 0 }) },
		check: alone(func(r *Resource) []string {
			return problem(len(r.Name) > longest[r.Type], "its name has %d characters, at most %d fit", len(r.Name), longest[r.Type])
		}),
	},
	{
		Name: "no-formatted-output", Least: 1,
		Promise: "No value is a Pulumi output that was formatted as text, which is an address, other in each run.",
		about:   func(g Graph) Graph { return g.where(func(r *Resource) bool { return !r.Component || r.Type == Vpc }) },
		check: alone(func(r *Resource) (problems []string) {
			for _, t := range r.texts() {
				problems = append(problems, problem(formattedOutput.MatchString(t.Value), "%s holds %s", t.Path, formattedOutput.FindString(t.Value))...)
			}
			return problems
		}),
	},
}

var formattedOutput = regexp.MustCompile(`0x[0-9a-f]{6,}`)

// ours is how the types of a project's components begin.
func ours(project string) string { return project + ":index:" }

func ofAWS(r *Resource) bool { return strings.HasPrefix(r.Type, "aws:") }

// declares says whether the program set an input. A provider notes under __defaults which
// ones it chose itself, as it does with names; a state has those among the inputs.
func (r *Resource) declares(property string) bool {
	return r.Input(property) != nil && !slices.Contains(plain.Strings(r.Inputs["__defaults"]), property)
}

// fixed are the properties that name a resource of a type, besides those that always do.
var fixed = map[string][]string{Bucket: {"bucket"}}

// longest is how long a logical name may be: what AWS allows less the hyphen and the seven
// random characters that Pulumi adds. AWS allows a load balancer and a target group 32, a
// replication group 40, a role 64, a bucket and a database 63.
var longest = map[string]int{LoadBalancer: 24, TargetGroup: 24, ReplicationGroup: 32, Role: 56, Bucket: 55, DBInstance: 55}

// untaggable are the types of AWS that have no tags.
var untaggable = []string{
	Route, RouteTableAssociation, SecretVersion, SecretPolicy, RolePolicy, RolePolicyAttachment, ScalingPolicy,
	BucketPublicAccessBlock, BucketEncryption, BucketPolicy,
}

func taggable(r *Resource) bool {
	return (ofAWS(r) || r.Type == Vpc && len(r.Inputs) > 0) && !slices.Contains(untaggable, r.Type)
}

// tagged checks the four tags. A group that launches instances has them as a list, and
// gives each of them to its instances.
func tagged(r *Resource) (problems []string) {
	for _, tag := range []struct{ key, want string }{{"Project", r.project()}, {"Stack", r.stack()}, {"ManagedBy", "pulumi"}} {
		got := r.tag(tag.key)
		problems = append(problems, problem(got != tag.want && !plain.IsUnknown(got), "tag %s is %s, not %s", tag.key, shown(got), tag.want)...)
	}
	return append(problems, problem(r.tag("Name") == nil || r.tag("Name") == "", "it has no tag Name")...)
}

// tag returns a tag's value. One that a group does not pass on to its instances is none.
func (r *Resource) tag(key string) any {
	if r.Type != AutoScalingGroup {
		return r.Input("tags", key)
	}
	for i := range plain.List(r.Input("tags")) {
		if r.Input("tags", i, "key") == key && r.Input("tags", i, "propagateAtLaunch") == true {
			return r.Input("tags", i, "value")
		}
	}
	return nil
}

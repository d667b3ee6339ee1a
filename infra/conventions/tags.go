package conventions

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Tags makes the tags that every taggable resource of a stack carries.
type Tags struct{ Project, Stack string }

// Named returns the tags of one resource; the Name tag is what the AWS console
// shows.
func (t Tags) Named(role string) pulumi.StringMap {
	tags := pulumi.StringMap{}
	for key, value := range t.Plain(role) {
		tags[key] = pulumi.String(value)
	}
	return tags
}

// Plain returns the same tags as plain strings, for the few resources whose tags have
// another form.
func (t Tags) Plain(role string) map[string]string {
	return map[string]string{
		"Name":      t.Project + "-" + t.Stack + "-" + role,
		"Project":   t.Project,
		"Stack":     t.Stack,
		"ManagedBy": "pulumi",
	}
}

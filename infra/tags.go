package infra

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// tagger makes the tags that every taggable resource carries.
type tagger struct{ project, stack string }

// named returns the tags of one resource; the Name tag is what the AWS console
// shows.
func (t tagger) named(role string) pulumi.StringMap {
	tags := pulumi.StringMap{}
	for key, value := range t.plain(role) {
		tags[key] = pulumi.String(value)
	}
	return tags
}

func (t tagger) plain(role string) map[string]string {
	return map[string]string{
		"Name":      t.project + "-" + t.stack + "-" + role,
		"Project":   t.project,
		"Stack":     t.stack,
		"ManagedBy": "pulumi",
	}
}

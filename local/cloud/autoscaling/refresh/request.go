package refresh

import (
	"strings"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
)

// Check says why AWS refuses a request for a group on which a version is saved. The order is that of the sentences there.
func (r Request) Check(templates *ec2.LaunchTemplates, saved ec2.LaunchTemplateRef) error {
	if err := r.Preferences.Check(); err != nil {
		return aws.Invalid("The request isn't valid. %v", err)
	}
	desired := r.DesiredConfiguration
	if desired != nil {
		if _, _, err := templates.Version(desired); err != nil {
			return aws.Invalid("%v", err)
		}
	}
	switch {
	case !r.Preferences.AutoRollback:
		return nil
	case desired == nil:
		return aws.Invalid("The request isn't valid. The AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty. " +
			"Set AutoRollback to false or specify a desired configuration and try again.")
	}
	if why := Irreversible(templates, saved); why != "" {
		return aws.Invalid("The request isn't valid. The AutoRollback parameter cannot be set to true: %s.", why)
	}
	return nil
}

// Irreversible says why a group cannot go back to what is saved on it, "" if it can.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
func Irreversible(templates *ec2.LaunchTemplates, saved ec2.LaunchTemplateRef) string {
	if v := saved.Version; v == "" || strings.HasPrefix(v, "$") {
		return "the group uses no numbered version of its launch template"
	}
	if template, _, err := templates.Version(&saved); err == nil && strings.HasPrefix(template.ImageID, "resolve:ssm:") {
		return "the group's launch template names a Systems Manager parameter instead of an image"
	}
	return ""
}

// ErrNone is AWS's error for what needs a refresh that runs.
var ErrNone error = aws.Error{Code: "ActiveInstanceRefreshNotFound", Message: "No in progress or pending Instance Refresh found."}

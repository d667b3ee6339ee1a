package ci

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumiconfig "github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

// config is the program's configuration; Pulumi.yaml describes the keys.
type config struct {
	owner, repository     string
	ownerID, repositoryID string // both or neither
	environment           string
	project               string
	providerArn           string // empty: one is made
	cloud                 bool   // the state is in Pulumi Cloud
}

var (
	repositories = regexp.MustCompile(`^([A-Za-z0-9-]+)/([A-Za-z0-9._-]+)$`)
	numbers      = regexp.MustCompile(`^[0-9]*$`)
	// A colon would be escaped in the subject, and so would match nothing.
	environments = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	projects     = regexp.MustCompile(`^[a-z][a-z0-9-]{0,20}$`) // begins names of roles and of a bucket
	providers    = regexp.MustCompile(`^(arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/` + regexp.QuoteMeta(issuer) + `)?$`)
	states       = regexp.MustCompile(`^(s3|cloud)$`)
)

// loadConfig reports all problems together.
func loadConfig(ctx *pulumi.Context) (c config, err error) {
	values := pulumiconfig.New(ctx, "")
	var problems []error
	read := func(key, standard string, accepted *regexp.Regexp, what string) string {
		value := values.Get(key)
		if value == "" {
			value = standard
		}
		if !accepted.MatchString(value) {
			problems = append(problems, fmt.Errorf("%s is %q: it has to be %s", key, value, what))
		}
		return value
	}
	full := read("repository", "", repositories, "OWNER/REPO")
	if parts := repositories.FindStringSubmatch(full); parts != nil {
		c.owner, c.repository = parts[1], parts[2]
	}
	c.ownerID = read("ownerId", "", numbers, "a number")
	c.repositoryID = read("repositoryId", "", numbers, "a number")
	if (c.ownerID == "") != (c.repositoryID == "") {
		problems = append(problems, errors.New("ownerId and repositoryId belong together: both or neither"))
	}
	c.environment = read("environment", "production", environments, "letters, digits, dots, hyphens and underscores")
	c.project = read("project", "myclothes", projects, "the name of a Pulumi project, of at most 21 small letters, digits and hyphens")
	c.providerArn = read("providerArn", "", providers, "the ARN of the OIDC provider "+issuer)
	c.cloud = read("state", "s3", states, "s3 or cloud") == "cloud"
	return c, errors.Join(problems...)
}

// name is what something here is called in the account.
func (c config) name(role string) string { return c.project + "-" + role }

// subject is the sub claim of a token that a workflow of the repository gets. Those of
// repositories that were made, renamed or moved after 15 July 2026 have the numbers of
// owner and repository in it, so that nobody who takes over a name gets the rights
// (https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims).
func (c config) subject(context string) string {
	if c.ownerID == "" {
		return fmt.Sprintf("repo:%s/%s:%s", c.owner, c.repository, context)
	}
	return fmt.Sprintf("repo:%s@%s/%s@%s:%s", c.owner, c.ownerID, c.repository, c.repositoryID, context)
}

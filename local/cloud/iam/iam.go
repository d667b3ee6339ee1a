// Package iam is AWS Identity and Access Management: roles, their policies, and whether
// these allow what an instance wants to do.
package iam

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"myclothes/local/cloud/aws"
)

// Role is aws:iam/role:Role. Managed policies are not modelled: what the service
// needs is in inline ones.
type Role struct {
	InlinePolicies []struct {
		Policy string `json:"policy"`
	} `json:"inlinePolicies"`
}

// RolePolicy is aws:iam/rolePolicy:RolePolicy.
type RolePolicy struct {
	Role   string `json:"role"`
	Policy string `json:"policy"` // a JSON document
}

// InstanceProfile is aws:iam/instanceProfile:InstanceProfile.
type InstanceProfile struct {
	Role string `json:"role"`
}

// IAM knows the roles of an account and what their policies allow.
type IAM struct {
	Roles            *aws.Records[Role]
	RolePolicies     RolePolicies
	InstanceProfiles *aws.Records[InstanceProfile]
}

// New returns an account without roles.
func New() *IAM {
	return &IAM{
		Roles:            aws.NewRecords[Role]("role"),
		RolePolicies:     RolePolicies{aws.NewRecords[RolePolicy]("role policy")},
		InstanceProfiles: aws.NewRecords[InstanceProfile]("instance profile"),
	}
}

// RolePolicies implements Service[RolePolicy]: it refuses a document that it
// cannot read when it is declared, not when it is first asked.
type RolePolicies struct{ *aws.Records[RolePolicy] }

// Create attaches a policy to a role, unless its document cannot be read.
func (s RolePolicies) Create(ctx context.Context, r aws.Resource, spec RolePolicy) (aws.Outputs, error) {
	if _, err := parsePolicy(spec.Policy); err != nil {
		return nil, fmt.Errorf("role policy %s: %w", r.Name, err)
	}
	return s.Records.Create(ctx, r, spec)
}

// Update changes a policy.
func (s RolePolicies) Update(ctx context.Context, r aws.Resource, spec RolePolicy) (aws.Outputs, error) {
	return s.Create(ctx, r, spec)
}

// Caller is an instance that calls an API with the credentials of its profile.
type Caller struct {
	InstanceID, Profile string
	Operator            bool // instead of an instance, somebody who may do everything
}

// Authorize returns AWS's error when the caller may not take an action on a resource.
func (i *IAM) Authorize(by Caller, action, resource string) error {
	if by.Operator || i.Allowed(by.Profile, action, resource) {
		return nil
	}
	role, _ := i.roleOf(by.Profile)
	return aws.Error{Code: "AccessDeniedException", Message: fmt.Sprintf(
		"User: arn:aws:sts::%s:assumed-role/%s/%s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		aws.AccountID, role.Name, by.InstanceID, action, resource, action)}
}

// Allowed says whether the role of an instance profile may take an action on a
// resource: some policy allows it and none denies it.
func (i *IAM) Allowed(profile, action, resource string) bool {
	role, ok := i.roleOf(profile)
	if !ok {
		return false
	}
	allowed := false
	for _, document := range i.policiesOf(role) {
		statements, err := parsePolicy(document)
		if err != nil {
			return false
		}
		for _, s := range statements {
			if !s.covers(action, resource) {
				continue
			}
			if s.Effect == "Deny" {
				return false
			}
			// A condition is not evaluated here: it never widens what is allowed.
			allowed = allowed || s.Effect == "Allow" && len(s.Condition) == 0
		}
	}
	return allowed
}

func (i *IAM) roleOf(profile string) (aws.Record[Role], bool) {
	found, ok := i.InstanceProfiles.Find(profile)
	if !ok {
		return aws.Record[Role]{}, false
	}
	return i.Roles.Find(found.Spec.Role)
}

func (i *IAM) policiesOf(role aws.Record[Role]) []string {
	var documents []string
	for _, inline := range role.Spec.InlinePolicies {
		documents = append(documents, inline.Policy)
	}
	for _, policy := range i.RolePolicies.All() {
		if policy.Spec.Role == role.Name || policy.Spec.Role == role.ID {
			documents = append(documents, policy.Spec.Policy)
		}
	}
	return documents
}

// statement is one of a policy's. NotAction and NotResource are not modelled: a
// statement that uses them covers nothing.
type statement struct {
	Effect    string
	Action    oneOrMore[string]
	Resource  oneOrMore[string]
	Condition map[string]json.RawMessage
}

func parsePolicy(document string) ([]statement, error) {
	var policy struct{ Statement oneOrMore[statement] }
	if err := json.Unmarshal([]byte(document), &policy); err != nil {
		return nil, fmt.Errorf("policy document: %w", err)
	}
	return policy.Statement, nil
}

func (s statement) covers(action, resource string) bool {
	// Actions have no case, resources have.
	return s.Action.any(func(pattern string) bool {
		return wildcardMatch(strings.ToLower(pattern), strings.ToLower(action))
	}) && s.Resource.any(func(pattern string) bool { return wildcardMatch(pattern, resource) })
}

// wildcardMatch says whether text matches a pattern with * (any text) and ? (one
// character).
func wildcardMatch(pattern, text string) bool {
	expression := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile(`(?s)^` + expression + `$`).MatchString(text)
}

// oneOrMore is a list in IAM's JSON, where a list of one may lose its brackets.
type oneOrMore[T any] []T

// UnmarshalJSON takes a list, or what would be its only item.
func (l *oneOrMore[T]) UnmarshalJSON(data []byte) error {
	if strings.HasPrefix(string(data), "[") {
		return json.Unmarshal(data, (*[]T)(l))
	}
	*l = make([]T, 1)
	return json.Unmarshal(data, &(*l)[0])
}

func (l oneOrMore[T]) any(matches func(T) bool) bool {
	for _, item := range l {
		if matches(item) {
			return true
		}
	}
	return false
}

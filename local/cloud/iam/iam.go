// Package iam is AWS Identity and Access Management: roles, their policies, and whether
// these and those of what is called allow what an instance wants to do.
package iam

import (
	"context"
	"fmt"

	"myclothes/local/cloud/aws"
)

// Role is aws:iam/role:Role. Managed policies are not modelled: what the service
// needs is in inline ones.
type Role struct {
	AssumeRolePolicy string `json:"assumeRolePolicy"` // a JSON document: who may take the role on
	InlinePolicies   []struct {
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
	Roles            Roles
	RolePolicies     RolePolicies
	InstanceProfiles *aws.Records[InstanceProfile]
}

// New returns an account without roles.
func New() *IAM {
	return &IAM{
		Roles:            Roles{aws.NewRecords[Role]("role")},
		RolePolicies:     RolePolicies{aws.NewRecords[RolePolicy]("role policy")},
		InstanceProfiles: aws.NewRecords[InstanceProfile]("instance profile"),
	}
}

// Roles implements Service[Role].
type Roles struct{ *aws.Records[Role] }

// Create makes a role, unless one of its documents is refused.
func (s Roles) Create(ctx context.Context, r aws.Resource, spec Role) (aws.Outputs, error) {
	var documents []string
	if spec.AssumeRolePolicy != "" {
		documents = append(documents, spec.AssumeRolePolicy)
	}
	for _, inline := range spec.InlinePolicies {
		documents = append(documents, inline.Policy)
	}
	for _, document := range documents {
		if err := Check(document); err != nil {
			return nil, fmt.Errorf("role %s: %w", r.Name, err)
		}
	}
	return s.Records.Create(ctx, r, spec)
}

// Update changes a role.
func (s Roles) Update(ctx context.Context, r aws.Resource, spec Role) (aws.Outputs, error) {
	return s.Create(ctx, r, spec)
}

// RolePolicies implements Service[RolePolicy].
type RolePolicies struct{ *aws.Records[RolePolicy] }

// Create attaches a policy to a role, unless its document is refused.
func (s RolePolicies) Create(ctx context.Context, r aws.Resource, spec RolePolicy) (aws.Outputs, error) {
	if err := Check(spec.Policy); err != nil {
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
	Operator            bool   // instead of an instance, somebody who may do everything
	EndpointPolicy      string // of the VPC endpoint that the call passes: a JSON document, or "" if everything passes
}

// Assumable returns why instances with a profile have no credentials: there is no such
// profile or role, or the role lets nobody take it on for EC2. Nil says that they have.
func (i *IAM) Assumable(profile string) error {
	role, ok := i.roleOf(profile)
	if !ok {
		return fmt.Errorf("no credentials: no instance profile %q with a role", profile)
	}
	const service = "ec2.amazonaws.com"
	if judgeAll([]string{role.Spec.AssumeRolePolicy}, request{action: "sts:AssumeRole", resource: role.ARN, principal: service}) != allowed {
		return fmt.Errorf("no credentials: role %s does not let %s assume it", role.Name, service)
	}
	return nil
}

// Authorize returns AWS's error when the caller may not take an action on a resource: its
// role's policies or those of the resource must allow it, the VPC endpoint's too if there
// is one, and none may deny it.
func (i *IAM) Authorize(by Caller, action, resource string, policies ...string) error {
	if by.Operator {
		return nil
	}
	role, _ := i.roleOf(by.Profile) // without one, nothing allows anything
	principal := "arn:aws:iam::" + aws.AccountID + ":role/" + role.Name
	r := request{action: action, resource: resource, principal: principal, context: map[string]string{
		"aws:principalaccount": aws.AccountID, "aws:principalarn": principal, "aws:securetransport": "true",
	}}
	identity, resources, endpoint := judgeAll(i.policiesOf(role), r), judgeAll(policies, r), allowed
	if by.EndpointPolicy != "" {
		endpoint = judgeAll([]string{by.EndpointPolicy}, r)
	}
	switch {
	case identity == denied:
		return by.refused(role.Name, r, "with an explicit deny in an identity-based policy")
	case resources == denied:
		return by.refused(role.Name, r, "with an explicit deny in a resource-based policy")
	case endpoint == denied:
		return by.refused(role.Name, r, "with an explicit deny in a VPC endpoint policy")
	case endpoint != allowed:
		return by.refused(role.Name, r, "because no VPC endpoint policy allows the "+action+" action")
	case identity != allowed && resources != allowed:
		return by.refused(role.Name, r, "because no identity-based policy allows the "+action+" action")
	}
	return nil
}

// refused is AWS's error.
func (c Caller) refused(role string, r request, why string) error {
	return aws.Error{Code: "AccessDeniedException", Message: fmt.Sprintf(
		"User: arn:aws:sts::%s:assumed-role/%s/%s is not authorized to perform: %s on resource: %s %s",
		aws.AccountID, role, c.InstanceID, r.action, r.resource, why)}
}

// roleOf returns the role of an instance profile, which is named by its name or its ARN.
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

package ci

import (
	"slices"
	"strings"
)

// arn completes what a kind says of its ARNs.
func (p *program) arn(rest string) string {
	return "arn:" + p.account.partition + ":" + strings.NewReplacer("REGION", p.account.region, "ACCOUNT", p.account.id).Replace(rest)
}

// within are the complete ARNs of a kind.
func (p *program) within(k kind) (arns []string) {
	for _, rest := range k.within {
		arns = append(arns, p.arn(rest))
	}
	return arns
}

// where is a condition that one key of the request has one value.
func where(key, value string) map[string]any {
	return map[string]any{"StringEquals": map[string]any{key: value}}
}

// whereBounded is a condition that a role has the boundary of the instances, or gets it: for
// a role that is there the key has its boundary, for one that is made that of the request
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html).
func (p *program) whereBounded() map[string]any {
	return where("iam:PermissionsBoundary", p.instances)
}

// reads lets a role see what there is. Actions that describe know no resources: they are
// about everything in the region; those of IAM have no region.
func (p *program) reads() []statement {
	regional, global := slices.Clone(network.reads), []string{}
	for _, k := range kinds {
		for _, action := range k.reads {
			if strings.HasPrefix(action, "iam:") {
				global = append(global, action)
				continue
			}
			regional = append(regional, action)
		}
	}
	all := []statement{
		{Effect: "Allow", Action: regional, Resource: named("*"), Condition: where("aws:RequestedRegion", p.account.region)},
		{Effect: "Allow", Action: global, Resource: named(p.arn("iam::ACCOUNT:role/servers-*"), p.arn("iam::ACCOUNT:instance-profile/servers-*"))},
	}
	for _, k := range contents {
		read := statement{Effect: "Allow", Action: k.reads, Resource: named(p.within(k)...)}
		if k.tagged {
			read.Condition = where("aws:ResourceTag/Project", p.config.project)
		}
		all = append(all, read)
	}
	return all
}

// changes lets a role change what is named as the stack's components are.
func (p *program) changes() (all []statement) {
	for _, k := range kinds {
		all = append(all, statement{Effect: "Allow", Action: k.changes, Resource: named(p.within(k)...)})
		if len(k.bounded) > 0 {
			all = append(all, statement{Effect: "Allow", Action: k.bounded, Resource: named(p.within(k)...), Condition: p.whereBounded()})
		}
	}
	return append(all,
		statement{
			// An instance may get the stack's role and no other.
			Effect: "Allow", Action: []string{"iam:PassRole"}, Resource: named(p.arn("iam::ACCOUNT:role/servers-*")), Condition: where("iam:PassedToService", "ec2.amazonaws.com"),
		},
		statement{
			// Who gives Auto Scaling a launch template that names its image by a parameter has
			// to be allowed to read that
			// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html).
			Effect: "Allow", Action: []string{"ssm:GetParameters"}, Resource: named(p.arn("ssm:REGION::parameter/aws/service/ami-amazon-linux-latest/*")),
		},
		statement{
			// The first of a service's resources in an account makes the service's role.
			Effect: "Allow", Action: []string{"iam:CreateServiceLinkedRole"}, Resource: named(p.arn("iam::ACCOUNT:role/aws-service-role/*")),
			Condition: map[string]any{"StringEquals": map[string]any{"iam:AWSServiceName": []string{
				"autoscaling.amazonaws.com", "elasticache.amazonaws.com", "elasticloadbalancing.amazonaws.com", "rds.amazonaws.com",
			}}},
		},
	)
}

// changesOfNetwork lets a role make what belongs to EC2, and change what has the project's tag.
func (p *program) changesOfNetwork() []statement {
	mine := where("aws:ResourceTag/Project", p.config.project)
	group := named(p.arn("ec2:REGION:ACCOUNT:security-group/*"))
	return []statement{
		{Effect: "Allow", Action: network.makes, Resource: named("*"), Condition: where("aws:RequestedRegion", p.account.region)},
		{Effect: "Allow", Action: network.changes, Resource: named(p.arn("ec2:REGION:ACCOUNT:*")), Condition: mine},
		// What is made is tagged in the same request.
		{Effect: "Allow", Action: []string{"ec2:CreateTags"}, Resource: named(p.arn("ec2:REGION:ACCOUNT:*")), Condition: map[string]any{"Null": map[string]any{"ec2:CreateAction": "false"}}},
		// A new rule has no tag yet; its group has.
		{Effect: "Allow", Action: []string{"ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress"}, Resource: named(p.arn("ec2:REGION:ACCOUNT:security-group-rule/*"))},
		// The default group of a new VPC has none either, until the stack has closed it.
		{
			Effect: "Allow", Action: []string{"ec2:CreateTags", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"}, Resource: group,
			Condition: map[string]any{"Null": map[string]any{"aws:ResourceTag/Project": "true"}},
		},
	}
}

// most is the boundary: the services that the stack is made of, and nothing by which
// workflows could get more rights than they have, whatever is attached to their roles.
func (p *program) most() []statement {
	own := []string{p.arn("iam::ACCOUNT:role/" + p.config.name("ci-*")), p.arn("iam::ACCOUNT:policy/" + p.config.name("ci-*")), p.arn("iam::ACCOUNT:oidc-provider/" + issuer)}
	return []statement{
		{Effect: "Allow", Resource: named("*"), Action: []string{
			"autoscaling:*", "dynamodb:*", "ec2:*", "elasticache:*", "elasticloadbalancing:*", "rds:*", "s3:*", "secretsmanager:*", "ssm:GetParameters",
			"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey",
			"iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:CreateServiceLinkedRole", "iam:Delete*", "iam:Get*", "iam:List*", "iam:PassRole",
			"iam:RemoveRoleFromInstanceProfile", "iam:Tag*", "iam:Untag*", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
		}},
		// A role that workflows make may do no more than instances need.
		{Effect: "Allow", Resource: named("*"), Action: bounded(), Condition: p.whereBounded()},
		{Effect: "Deny", Resource: named("*"), Action: []string{"iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"}},
		{Effect: "Deny", Resource: named(own...), Action: []string{
			"iam:Add*", "iam:Create*", "iam:Delete*", "iam:PassRole", "iam:Put*", "iam:Remove*", "iam:Tag*", "iam:Untag*", "iam:Update*",
		}},
	}
}

// bounded are those changes of all kinds.
func bounded() (all []string) {
	for _, k := range kinds {
		all = append(all, k.bounded...)
	}
	return all
}

// needed is the boundary of the instances: what the parts of the stack ask for instances,
// in the stack's own names.
func (p *program) needed() []statement {
	return []statement{
		{Effect: "Allow", Action: []string{"s3:GetObject"}, Resource: named(p.arn("s3:::release-*"))},
		{Effect: "Allow", Action: []string{"secretsmanager:GetSecretValue"}, Resource: named(
			p.arn("secretsmanager:REGION:ACCOUNT:secret:cache-*"), p.arn("secretsmanager:REGION:ACCOUNT:secret:cookie-*"), p.arn("secretsmanager:REGION:ACCOUNT:secret:database-*"),
		)},
		{
			Effect: "Allow", Action: []string{"dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
			Resource: named(p.arn("dynamodb:REGION:ACCOUNT:table/sessions-*")),
		},
	}
}

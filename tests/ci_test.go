package tests

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"myclothes/infra/ci"
	"myclothes/infra/guards"
)

// ciAccount answers what the program of the workflows' roles asks AWS.
type ciAccount struct{ recorder }

const (
	accountID   = "123456789012"
	rehearsedID = "000000000000" // of the account in which the engine rehearses
)

func (a *ciAccount) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	switch args.Token {
	case "aws:index/getCallerIdentity:getCallerIdentity":
		return resource.NewPropertyMapFromMap(map[string]any{"accountId": accountID}), nil
	case "aws:index/getPartition:getPartition":
		return resource.NewPropertyMapFromMap(map[string]any{"partition": "aws"}), nil
	}
	return a.recorder.Call(args)
}

// octo is a valid configuration of that program.
func octo() settings { return settings{"repository": "octo-org/octo-repo"} }

func deployCI(m mode, s settings) (graph, error) {
	config := map[string]string{}
	for key, value := range s {
		config["myclothes-ci:"+key] = value
	}
	mocks := &ciAccount{recorder{mode: m}}
	err := pulumi.RunErr(ci.Deploy, pulumi.WithMocks("myclothes-ci", stack, mocks), func(i *pulumi.RunInfo) {
		i.Config, i.DryRun = config, m == preview
	})
	return guards.NewGraph(mocks.made...), err
}

func evaluateCI(t *testing.T, s settings) graph {
	t.Helper()
	g, err := deployCI(update, s)
	require.NoError(t, err)
	return g
}

// statementsOf are the statements of a policy of a resource.
func statementsOf(t *testing.T, r *guards.Resource, input string) (all []iamStatement) {
	t.Helper()
	var document struct{ Statement []iamStatement }
	require.NoError(t, json.Unmarshal([]byte(r.Input(input).(string)), &document))
	return document.Statement
}

type iamStatement struct {
	Effect           string
	Action, Resource []string
	Condition        map[string]map[string]any
}

// permissionsOf are the statements of all policies that are attached to a role.
func permissionsOf(t *testing.T, g graph, role string) (all []iamStatement) {
	t.Helper()
	for _, attached := range g.Of(guards.RolePolicyAttachment) {
		if strings.HasPrefix(attached.Name, role+"-") {
			all = append(all, statementsOf(t, g.Named(guards.Policy, attached.Name), "policy")...)
		}
	}
	require.NotEmpty(t, all)
	return all
}

// mentions says whether a statement is about an action on a resource, as wildcards of IAM match.
func (s iamStatement) mentions(action, resource string) bool {
	matches := func(value string) func(string) bool {
		return func(pattern string) bool {
			quoted := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")
			return regexp.MustCompile("^" + quoted + "$").MatchString(value)
		}
	}
	return slices.ContainsFunc(s.Action, matches(action)) && (resource == "" || slices.ContainsFunc(s.Resource, matches(resource)))
}

// allows says whether statements allow an action on a resource ("": on any), whatever the conditions.
func allows(statements []iamStatement, action, resource string) bool {
	allowed := false
	for _, s := range statements {
		if s.mentions(action, resource) {
			if s.Effect == "Deny" {
				return false
			}
			allowed = true
		}
	}
	return allowed
}

func TestOnlyTheRepositorysPullRequestsAndItsEnvironmentGetARole(t *testing.T) {
	t.Parallel()
	immutable := octo().with(settings{"ownerId": "123456", "repositoryId": "456789"})
	for _, c := range []struct {
		s      settings
		prefix string
	}{{octo(), "repo:octo-org/octo-repo:"}, {immutable, "repo:octo-org@123456/octo-repo@456789:"}} {
		g := evaluateCI(t, c.s)
		for role, subjects := range map[string][]any{
			"preview": {c.prefix + "pull_request", c.prefix + "ref:refs/heads/main"},
			"deploy":  {c.prefix + "environment:production"},
		} {
			trust := statementsOf(t, g.Named(guards.Role, role), "assumeRolePolicy")
			require.Len(t, trust, 1)
			require.Equal(t, []string{"sts:AssumeRoleWithWebIdentity"}, trust[0].Action)
			require.Equal(t, map[string]map[string]any{"StringEquals": {
				"token.actions.githubusercontent.com:aud": "sts.amazonaws.com", "token.actions.githubusercontent.com:sub": subjects,
			}}, trust[0].Condition)
		}
	}
}

func TestTheDeployRoleMayDoWhatTheProviderWasSeenToDo(t *testing.T) {
	t.Parallel()
	permissions := permissionsOf(t, evaluateCI(t, octo()), "deploy")
	boundary := statementsOf(t, evaluateCI(t, octo()).Named(guards.Policy, "boundary"), "policy")
	calls, err := os.Open("testdata/calls.txt")
	require.NoError(t, err)
	defer calls.Close()
	seen := 0
	for lines := bufio.NewScanner(calls); lines.Scan(); {
		if action := lines.Text(); !strings.HasPrefix(action, "#") {
			require.True(t, allows(permissions, action, ""), action)
			require.True(t, allows(boundary, action, "arn:aws:any"), action)
			seen++
		}
	}
	require.Greater(t, seen, 100)
}

func TestThePreviewRoleChangesNothing(t *testing.T) {
	t.Parallel()
	reads := regexp.MustCompile(`^[a-z0-9]+:(Describe|Get|List)[A-Za-z]+$|^kms:Decrypt$`)
	for _, s := range permissionsOf(t, evaluateCI(t, octo()), "preview") {
		for _, action := range s.Action {
			require.Regexp(t, reads, action)
		}
	}
}

// Nobody saw that in a call: EC2 reads the parameter on behalf of whoever gives Auto Scaling
// the launch template.
func TestTheDeployRoleMayReadTheParameterOfTheImage(t *testing.T) {
	t.Parallel()
	image := the(t, evaluate(t, update, settings{}), guards.LaunchTemplate).Input("imageId").(string)
	parameter, found := strings.CutPrefix(image, "resolve:ssm:")
	require.True(t, found, image)
	g, arn := evaluateCI(t, octo()), "arn:aws:ssm:"+region+"::parameter"+parameter
	require.True(t, allows(permissionsOf(t, g, "deploy"), "ssm:GetParameters", arn))
	require.True(t, allows(statementsOf(t, g.Named(guards.Policy, "boundary"), "policy"), "ssm:GetParameters", arn))
}

// A pull request's code runs with what the preview role may read.
func TestOnlyTheProjectsOwnSecretsAreRead(t *testing.T) {
	t.Parallel()
	g := evaluateCI(t, octo().with(settings{"project": "attic"}))
	for _, role := range []string{"preview", "deploy"} {
		read := 0
		for _, s := range permissionsOf(t, g, role) {
			if s.mentions("secretsmanager:GetSecretValue", "") {
				require.Equal(t, "attic", s.Condition["StringEquals"]["aws:ResourceTag/Project"], role)
				read++
			}
		}
		require.Positive(t, read)
	}
}

// What is declared under another name could not be deployed, and what is of a kind that
// nobody thought of could not either.
func TestTheDeployRoleReachesAllThatTheStackDeclares(t *testing.T) {
	permissions := permissionsOf(t, evaluateCI(t, octo()), "deploy")
	region := "eu-west-1:" + accountID + ":"
	// changed is an action that changes resources of a type, and how their ARNs are made of a
	// physical name; "" where they have no name.
	changed := map[string][2]string{
		"aws:autoscaling/group:Group":                               {"autoscaling:UpdateAutoScalingGroup", "arn:aws:autoscaling:" + region + "autoScalingGroup:1-2-3:autoScalingGroupName/NAME"},
		"aws:autoscaling/policy:Policy":                             {"autoscaling:PutScalingPolicy"},
		"aws:dynamodb/table:Table":                                  {"dynamodb:UpdateTable", "arn:aws:dynamodb:" + region + "table/NAME"},
		"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":         {"ec2:RevokeSecurityGroupIngress"},
		"aws:ec2/launchTemplate:LaunchTemplate":                     {"ec2:CreateLaunchTemplateVersion"},
		"aws:ec2/securityGroup:SecurityGroup":                       {"ec2:DeleteSecurityGroup"},
		"aws:ec2/vpcEndpoint:VpcEndpoint":                           {"ec2:ModifyVpcEndpoint"},
		"aws:elasticache/parameterGroup:ParameterGroup":             {"elasticache:ModifyCacheParameterGroup", "arn:aws:elasticache:" + region + "parametergroup:NAME"},
		"aws:elasticache/replicationGroup:ReplicationGroup":         {"elasticache:ModifyReplicationGroup", "arn:aws:elasticache:" + region + "replicationgroup:NAME"},
		"aws:elasticache/subnetGroup:SubnetGroup":                   {"elasticache:ModifyCacheSubnetGroup", "arn:aws:elasticache:" + region + "subnetgroup:NAME"},
		"aws:iam/instanceProfile:InstanceProfile":                   {"iam:CreateInstanceProfile", "arn:aws:iam::" + accountID + ":instance-profile/NAME"},
		"aws:iam/role:Role":                                         {"iam:CreateRole", "arn:aws:iam::" + accountID + ":role/NAME"},
		"aws:iam/rolePolicy:RolePolicy":                             {"iam:PutRolePolicy"},
		"aws:lb/listener:Listener":                                  {"elasticloadbalancing:ModifyListener"},
		"aws:lb/loadBalancer:LoadBalancer":                          {"elasticloadbalancing:SetSubnets", "arn:aws:elasticloadbalancing:" + region + "loadbalancer/app/NAME/1"},
		"aws:lb/targetGroup:TargetGroup":                            {"elasticloadbalancing:ModifyTargetGroup", "arn:aws:elasticloadbalancing:" + region + "targetgroup/NAME/1"},
		"aws:rds/instance:Instance":                                 {"rds:ModifyDBInstance", "arn:aws:rds:" + region + "db:NAME"},
		"aws:rds/parameterGroup:ParameterGroup":                     {"rds:ModifyDBParameterGroup", "arn:aws:rds:" + region + "pg:NAME"},
		"aws:rds/subnetGroup:SubnetGroup":                           {"rds:ModifyDBSubnetGroup", "arn:aws:rds:" + region + "subgrp:NAME"},
		"aws:s3/bucketObjectv2:BucketObjectv2":                      {"s3:PutObject"},
		"aws:s3/bucketPolicy:BucketPolicy":                          {"s3:PutBucketPolicy"},
		"aws:s3/bucketV2:BucketV2":                                  {"s3:CreateBucket", "arn:aws:s3:::NAME"},
		"aws:secretsmanager/secret:Secret":                          {"secretsmanager:UpdateSecret", "arn:aws:secretsmanager:" + region + "secret:NAME-AbCdEf"},
		"aws:secretsmanager/secretVersion:SecretVersion":            {"secretsmanager:PutSecretValue"},
		"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   {"ec2:ModifySecurityGroupRules"},
		"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {"ec2:ModifySecurityGroupRules"},
		"awsx:ec2:Vpc": {"ec2:ModifySubnetAttribute"},
		"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":                                     {"s3:PutBucketPublicAccessBlock"},
		"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": {"s3:PutEncryptionConfiguration"},
	}
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		for _, r := range g {
			if !strings.HasPrefix(r.Type, "aws") {
				continue
			}
			change, known := changed[r.Type]
			require.True(t, known, "say what changes %v, here and in infra/ci/kinds.go", r)
			require.True(t, allows(permissions, change[0], strings.ReplaceAll(change[1], "NAME", r.Name+"-1a2b3c4")), "%s on %v", change[0], r)
			if left, _ := r.Inputs["finalSnapshotIdentifier"].(string); left != "" {
				require.True(t, allows(permissions, "rds:CreateDBSnapshot", "arn:aws:rds:"+region+"snapshot:"+left), "%s of %v", left, r)
			}
		}
	})
}

func TestWorkflowsCannotWidenWhatTheyMayDo(t *testing.T) {
	t.Parallel()
	g := evaluateCI(t, octo())
	boundary := g.Named(guards.Policy, "boundary")
	for _, role := range []string{"preview", "deploy"} {
		require.Equal(t, boundary.Outputs["arn"], g.Named(guards.Role, role).Input("permissionsBoundary"))
	}
	most := statementsOf(t, boundary, "policy")
	role, policy := "arn:aws:iam::"+accountID+":role/myclothes-ci-", "arn:aws:iam::"+accountID+":policy/myclothes-ci-"
	for action, arn := range map[string]string{
		"iam:UpdateAssumeRolePolicy": role + "preview", "iam:PutRolePolicy": role + "deploy", "iam:AttachRolePolicy": role + "deploy",
		"iam:DeleteRolePermissionsBoundary": role + "deploy", "iam:CreatePolicyVersion": policy + "boundary", "iam:PassRole": role + "deploy",
		"iam:CreateUser": "arn:aws:iam::" + accountID + ":user/me", "iam:CreateAccessKey": "arn:aws:iam::" + accountID + ":user/me",
		"iam:UpdateOpenIDConnectProviderThumbprint": "arn:aws:iam::" + accountID + ":oidc-provider/token.actions.githubusercontent.com",
		"organizations:LeaveOrganization":           "*", "lambda:CreateFunction": "*", "sts:AssumeRole": role + "deploy",
	} {
		require.False(t, allows(most, action, arn), action)
	}
	deploy := permissionsOf(t, g, "deploy")
	require.False(t, allows(deploy, "iam:PassRole", "arn:aws:iam::"+accountID+":role/admin"))
	require.False(t, allows(deploy, "iam:PutRolePolicy", "arn:aws:iam::"+accountID+":role/admin"))
	require.False(t, allows(deploy, "iam:AttachRolePolicy", ""), "policies of AWS are wider than anything here")
	require.False(t, allows(deploy, "s3:DeleteObject", "arn:aws:s3:::somebody-elses/file"))
	require.False(t, allows(deploy, "rds:DeleteDBInstance", "arn:aws:rds:eu-west-1:"+accountID+":db:somebody-elses"))
}

// Who deploys writes the policy of the instances' role, so could have an instance do what
// the deploy role may not, if nothing bounded that role.
func TestTheDeployRoleMakesOnlyRolesThatAreBounded(t *testing.T) {
	t.Parallel()
	g := evaluateCI(t, octo())
	arn := "arn:aws:iam::" + accountID + ":policy/" + g.Named(guards.Policy, "instances").Input("name").(string)
	for name, statements := range map[string][]iamStatement{
		"deploy": permissionsOf(t, g, "deploy"), "boundary": statementsOf(t, g.Named(guards.Policy, "boundary"), "policy"),
	} {
		for _, action := range []string{"iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"} {
			require.True(t, allows(statements, action, "arn:aws:iam::"+accountID+":role/servers-1a2b3c4"), "%s: %s", name, action)
			for _, s := range statements {
				if s.Effect == "Allow" && s.mentions(action, "") {
					require.Equal(t, map[string]map[string]any{"StringEquals": {"iam:PermissionsBoundary": arn}}, s.Condition, "%s: %s", name, action)
				}
			}
		}
		for _, action := range []string{"iam:DeleteRolePermissionsBoundary", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeletePolicy"} {
			require.False(t, allows(statements, action, arn), "%s: %s", name, action)
		}
	}
}

func TestTheInstancesRoleHasTheBoundaryThatIsConfigured(t *testing.T) {
	t.Parallel()
	const limit = "arn:aws:iam::123456789012:policy/myclothes-ci-instances"
	bounded := evaluate(t, update, base().with(settings{"permissionsBoundaryArn": limit}))
	require.Equal(t, limit, the(t, bounded, guards.Role).Input("permissionsBoundary"))
	_, given := the(t, evaluate(t, update, base()), guards.Role).Inputs["permissionsBoundary"]
	require.False(t, given)
}

// requireRoomInTheBoundary wants all that instances are allowed in a state within the
// boundary that workflows give them: what is beyond it, AWS would refuse to instances.
func requireRoomInTheBoundary(t *testing.T, state graph) {
	t.Helper()
	boundary := statementsOf(t, evaluateCI(t, octo()).Named(guards.Policy, "instances"), "policy")
	granted := 0
	for _, policy := range state.Of(guards.RolePolicy) {
		for _, s := range statementsOf(t, policy, "policy") {
			for _, action := range s.Action {
				for _, resource := range s.Resource {
					resource = strings.ReplaceAll(resource, ":"+rehearsedID+":", ":"+accountID+":")
					require.True(t, allows(boundary, action, resource), "infra/ci/permissions.go: instances need %s on %s", action, resource)
					granted++
				}
			}
		}
	}
	require.Positive(t, granted)
}

// Only what AWS confines by nothing else is allowed on everything, and then in the region.
func TestWhatIsAllowedOnEverythingIsReadOrMadeInTheRegion(t *testing.T) {
	t.Parallel()
	harmless := regexp.MustCompile(`^[a-z0-9]+:Describe|^(elasticache|rds):ListTagsForResource$|^dynamodb:ListTagsOfResource$|^ec2:(Allocate|Create)[A-Z]|^ec2:RunInstances$`)
	g := evaluateCI(t, octo())
	for _, role := range []string{"preview", "deploy"} {
		for _, s := range permissionsOf(t, g, role) {
			for _, action := range s.Action {
				require.NotContains(t, action, "*")
			}
			if !slices.Contains(s.Resource, "*") {
				continue
			}
			require.Equal(t, region, s.Condition["StringEquals"]["aws:RequestedRegion"])
			for _, action := range s.Action {
				require.Regexp(t, harmless, action)
			}
		}
	}
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: white space does not count.
func TestIAMHasRoomForThePoliciesOfWorkflows(t *testing.T) {
	t.Parallel()
	g := evaluateCI(t, octo().with(settings{"project": "a-project-of-21-chars"}))
	for _, policy := range g.Of(guards.Policy) {
		text := strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1
			}
			return r
		}, policy.Input("policy").(string))
		require.LessOrEqual(t, len(text), 6144, policy.Name)
	}
	for _, role := range g.Of(guards.Role) {
		require.LessOrEqual(t, len(role.Input("name").(string)), 64)
	}
}

func TestTheStateIsKeptAndOnlyTheDeployRoleWritesIt(t *testing.T) {
	t.Parallel()
	g := evaluateCI(t, octo())
	require.True(t, the(t, g, guards.Bucket).Protect)
	require.True(t, the(t, g, "aws:kms/key:Key").Protect)
	for role, writes := range map[string]bool{"preview": false, "deploy": true} {
		object := g.Named(guards.Bucket, "state").Outputs["arn"].(string) + "/.pulumi/stacks/myclothes/prod.json"
		require.True(t, allows(permissionsOf(t, g, role), "s3:GetObject", object))
		require.Equal(t, writes, allows(permissionsOf(t, g, role), "s3:PutObject", object))
	}
	cloud := evaluateCI(t, octo().with(settings{"state": "cloud"}))
	require.Empty(t, cloud.Of(guards.Bucket, "aws:kms/key:Key", guards.BucketPolicy))
	require.False(t, allows(permissionsOf(t, cloud, "deploy"), "kms:Decrypt", ""))
}

// Rules of the stack that are about the same things hold here, too; that roles are for
// services, and policies about own resources, is what this program is the exception to.
func TestRulesOfTheStackHoldForTheWorkflowsProgram(t *testing.T) {
	t.Parallel()
	hold := []string{"policies-readable", "no-foreign-policies", "resources-not-for-everybody", "no-plain-secret", "names-fit", "no-formatted-output"}
	found := 0
	for _, rule := range guards.Rules {
		if slices.Contains(hold, rule.Name) || strings.HasPrefix(rule.Name, "bucket") {
			for _, finding := range rule.Check(evaluateCI(t, octo())) {
				if finding.Resource != nil { // how many there have to be is said of the stack
					t.Error(finding)
				}
			}
			found++
		}
	}
	require.GreaterOrEqual(t, found, len(hold))
}

func TestTheWorkflowsProgramDeclaresTheSameInAPreview(t *testing.T) {
	t.Parallel()
	names := func(m mode) (all []string) {
		g, err := deployCI(m, octo())
		require.NoError(t, err)
		for _, r := range g {
			all = append(all, fmt.Sprint(r))
		}
		return all
	}
	require.Equal(t, names(update), names(preview))
}

func TestTheWorkflowsProgramRefusesWhatItCannotBind(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]settings{
		"repository is":         {"repository": "octo-org"},
		"repository is \"o/*\"": {"repository": "o/*"},
		"belong together":       {"ownerId": "1"},
		"ownerId is":            {"ownerId": "me", "repositoryId": "1"},
		"environment is":        {"environment": "production:eu"},
		"project is":            {"project": "My Clothes"},
		"providerArn is":        {"providerArn": "arn:aws:iam::123456789012:oidc-provider/example.com"},
		"state is":              {"state": "local"},
	} {
		g, err := deployCI(update, octo().with(change))
		require.ErrorContains(t, err, want)
		require.Empty(t, g.Of(slices.Collect(maps.Keys(map[string]bool{guards.Role: true, guards.Policy: true, guards.Bucket: true}))...))
	}
	_, err := deployCI(update, settings{"repository": "?", "state": "?", "project": "?"})
	for _, key := range []string{"repository", "state", "project"} {
		require.ErrorContains(t, err, key+" is", "all problems together")
	}
}

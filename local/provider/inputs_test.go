package provider_test

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

func TestAnInputThatNobodyKnowsIsRefusedBeforeAnythingIsMade(t *testing.T) {
	r := newRig(t)
	for name, c := range map[string]struct {
		pkg, typ string
		declared properties
		refused  []string
	}{
		"one that a service takes":         {"aws", targetGroup, properties{"port": 80}, nil},
		"one that is the name":             {"aws", targetGroup, properties{"name": "web"}, nil},
		"one without effect":               {"aws", targetGroup, properties{"tags": properties{"Name": "web"}}, nil},
		"unknown":                          {"aws", targetGroup, properties{"port": 80, "slowdown": 30}, []string{"slowdown"}},
		"unknown within another":           {"aws", listener, properties{"defaultActions": []any{properties{"type": "jwt", "jwtValidation": properties{"issuer": "x"}}}}, []string{"defaultActions.jwtValidation"}},
		"several":                          {"aws", targetGroup, properties{"b": 1, "a": properties{}}, []string{"a", "b"}},
		"unknown of something recorded":    {"aws", "aws:ec2/eip:Eip", properties{"domain": "vpc", "colour": "red"}, []string{"colour"}},
		"unknown of another package":       {"random", password, properties{"length": 20, "words": 3}, []string{"words"}},
		"null, which declares nothing":     {"aws", targetGroup, properties{"slowdown": nil}, nil},
		"known after the update, modelled": {"aws", listener, properties{"loadBalancerArn": unknown}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			checked, err := r.client(c.pkg).Check(t.Context(), &pulumirpc.CheckRequest{Urn: urn(c.typ), News: r.wire(c.declared), RandomSeed: []byte("seed")})
			require.NoError(t, err)
			var refused []string
			for _, failure := range checked.Failures {
				refused = append(refused, failure.Property)
				require.Contains(t, failure.Reason, c.typ+": "+failure.Property)
				require.Contains(t, failure.Reason, "add it to kinds")
			}
			require.Equal(t, c.refused, refused)
		})
	}
}

func TestAnInputOfTheVpcComponentThatNobodyKnowsIsRefused(t *testing.T) {
	r := newRig(t)
	_, err := r.client("awsx").Construct(t.Context(), &pulumirpc.ConstructRequest{
		Type: "awsx:ec2:Vpc", Name: "network", Inputs: r.wire(properties{
			"cidrBlock": "10.0.0.0/16", "vpcEndpointSpecs": []any{properties{"serviceName": "s3"}},
			"subnetSpecs": []any{properties{"type": "Public", "cidrMask": 24}}, "tags": properties{"Name": "network"},
		}),
	})
	require.ErrorContains(t, err, "awsx:ec2:Vpc network: not modelled in the local cloud: subnetSpecs.cidrMask, vpcEndpointSpecs")
}

func TestAKindThatIsNotInTheTableIsRefused(t *testing.T) {
	r := newRig(t)
	_, err := r.client("aws").Check(t.Context(), &pulumirpc.CheckRequest{Urn: urn("aws:sqs/queue:Queue"), News: r.wire(nil)})
	require.ErrorContains(t, err, "aws:sqs/queue:Queue")
	require.ErrorContains(t, err, "add it to kinds")
}

const role = "aws:iam/role:Role"

func TestWhatIsDeclaredWithoutEffectIsToldByKind(t *testing.T) {
	r := newRig(t)
	id, inputs, _ := r.create("aws", role, properties{
		"description": "for people", "permissionsBoundary": "arn:aws:iam::123456789012:policy/limit", "tags": properties{"Name": "web", "Stack": "dev"},
	})
	require.Equal(t, map[string][]string{role: {"description", "permissionsBoundary", "tags"}}, r.server.WithoutEffect())
	_, err := r.client("aws").Update(t.Context(), &pulumirpc.UpdateRequest{
		Urn: urn(role), Id: id, Olds: inputs, OldInputs: inputs, News: r.wire(properties{"name": "thing", "description": "others"}),
	})
	require.NoError(t, err)
	require.Equal(t, map[string][]string{role: {"description"}}, r.server.WithoutEffect())
	_, err = r.client("aws").Delete(t.Context(), &pulumirpc.DeleteRequest{Urn: urn(role), Id: id, Properties: inputs})
	require.NoError(t, err)
	require.Empty(t, r.server.WithoutEffect())
}

func TestManagedPoliciesAreRefusedBecauseNobodyEvaluatesThem(t *testing.T) {
	r := newRig(t)
	_, err := r.client("aws").Check(t.Context(), &pulumirpc.CheckRequest{Urn: urn("aws:iam/rolePolicyAttachment:RolePolicyAttachment"), News: r.wire(nil)})
	require.ErrorContains(t, err, "aws:iam/rolePolicyAttachment:RolePolicyAttachment is not modelled")
	checked, err := r.client("aws").Check(t.Context(), &pulumirpc.CheckRequest{Urn: urn(role), News: r.wire(properties{"managedPolicyArns": "arn:aws:iam::aws:policy/X"})})
	require.NoError(t, err)
	require.Len(t, checked.Failures, 1)
	require.Equal(t, "managedPolicyArns", checked.Failures[0].Property)
}

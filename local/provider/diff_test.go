package provider_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

func TestADiffSaysWhatIsUpdatedAndWhatIsReplaced(t *testing.T) {
	r := newRig(t)
	const rule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	for name, c := range map[string]struct {
		typ             string
		old, new        properties
		diffs, replaces []string
	}{
		"nothing changed":       {targetGroup, properties{"port": 80}, properties{"port": 80}, nil, nil},
		"a secret is the same":  {targetGroup, properties{"port": 80}, properties{"port": resource.MakeSecret(resource.NewProperty(80.0))}, nil, nil},
		"changed in place":      {targetGroup, properties{"deregistrationDelay": 30}, properties{"deregistrationDelay": 60}, []string{"deregistrationDelay"}, nil},
		"replaced":              {targetGroup, properties{"port": 80}, properties{"port": 81}, []string{"port"}, []string{"port"}},
		"known only afterwards": {targetGroup, properties{"vpcId": "vpc-1"}, properties{"vpcId": unknown}, []string{"vpcId"}, []string{"vpcId"}},
		"another source":        {rule, properties{"cidrIpv4": "10.0.0.0/8"}, properties{"cidrIpv4": "10.0.0.0/16"}, []string{"cidrIpv4"}, nil},
		"another kind of source": {rule, properties{"cidrIpv4": "10.0.0.0/8"}, properties{"prefixListId": "pl-1"},
			[]string{"cidrIpv4", "prefixListId"}, []string{"cidrIpv4", "prefixListId"}},
	} {
		t.Run(name, func(t *testing.T) {
			diff, err := r.client("aws").Diff(t.Context(), &pulumirpc.DiffRequest{Urn: urn(c.typ), OldInputs: r.wire(c.old), News: r.wire(c.new)})
			require.NoError(t, err)
			require.ElementsMatch(t, c.diffs, diff.Diffs)
			require.ElementsMatch(t, c.replaces, diff.Replaces)
			require.Equal(t, len(c.diffs) > 0, diff.Changes == pulumirpc.DiffResponse_DIFF_SOME)
		})
	}
}

func TestADeclaredNameIsFreedBeforeItsResourceIsReplaced(t *testing.T) {
	r := newRig(t)
	replaced := func(declared properties) bool {
		_, inputs, _ := r.create("aws", securityGroup, declared)
		news := r.unwire(inputs).Mappable()
		news["vpcId"] = "vpc-2"
		diff, err := r.client("aws").Diff(t.Context(), &pulumirpc.DiffRequest{Urn: urn(securityGroup), OldInputs: inputs, News: r.wire(news)})
		require.NoError(t, err)
		require.Equal(t, []string{"vpcId"}, diff.Replaces)
		return diff.DeleteBeforeReplace
	}
	require.True(t, replaced(properties{"name": "shop", "vpcId": "vpc-1"}))
	require.False(t, replaced(properties{"vpcId": "vpc-1"}))
}

func TestAFileIsTheSameWhereverItIs(t *testing.T) {
	r := newRig(t)
	asset := func(content string) *resource.Asset {
		path := filepath.Join(t.TempDir(), "cart")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		a, err := resource.NewPathAsset(path)
		require.NoError(t, err)
		return a
	}
	_, inputs, _ := r.create("aws", object, properties{"bucket": "b", "key": "k", "source": asset("one")})
	changes := func(content string) pulumirpc.DiffResponse_DiffChanges {
		diff, err := r.client("aws").Diff(t.Context(), &pulumirpc.DiffRequest{
			Urn: urn(object), OldInputs: inputs, News: r.wire(properties{"bucket": "b", "key": "k", "source": asset(content)}),
		})
		require.NoError(t, err)
		return diff.Changes
	}
	require.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, changes("one"))
	require.Equal(t, pulumirpc.DiffResponse_DIFF_SOME, changes("two"))
}

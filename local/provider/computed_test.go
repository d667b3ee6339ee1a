package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
)

func TestAnOutputThatAKindComputesIsNeverLeftOut(t *testing.T) {
	t.Parallel()
	k := kind{computed: outputNames{"dnsName", "zoneId"}}
	forgetful := computed(func(aws.Resource, map[string]any) aws.Outputs { return aws.Outputs{"dnsName": "web.example"} })
	_, err := k.run(t.Context(), forgetful, aws.Resource{ID: "lb-1", Name: "web"}, nil, resource.PropertyMap{})
	require.ErrorContains(t, err, "web: kinds says that its service computes zoneId")
}

package provider_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

func TestALaunchTemplateHasAnotherVersionWhenAnInputChangesThatNothingHereReads(t *testing.T) {
	r := newRig(t)
	const template = "aws:ec2/launchTemplate:LaunchTemplate"
	id, inputs, state := r.create("aws", template, properties{"imageId": "ami-1", "metadataOptions": properties{"httpTokens": "optional"}})
	require.Equal(t, 1.0, state["latestVersion"].NumberValue())
	changed := r.unwire(inputs)
	changed["metadataOptions"] = resource.NewPropertyValue(properties{"httpTokens": "required"})
	news, err := plugin.MarshalProperties(changed, plugin.MarshalOptions{KeepSecrets: true})
	require.NoError(t, err)
	olds, err := plugin.MarshalProperties(state, plugin.MarshalOptions{KeepSecrets: true})
	require.NoError(t, err)
	updated, err := r.client("aws").Update(t.Context(), &pulumirpc.UpdateRequest{Id: id, Urn: urn(template), Olds: olds, OldInputs: inputs, News: news})
	require.NoError(t, err)
	require.Equal(t, 2.0, r.unwire(updated.Properties)["latestVersion"].NumberValue())
}

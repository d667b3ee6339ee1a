package ec2_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
)

func TestLaunchTemplatesKeepEveryVersion(t *testing.T) {
	t.Parallel()
	templates := ec2.NewLaunchTemplates()
	outputs, err := templates.Create(t.Context(), cloudtest.Named("lt"), ec2.LaunchTemplate{ImageID: "ami-1"})
	require.NoError(t, err)
	require.Equal(t, aws.Outputs{"latestVersion": 1, "defaultVersion": 1}, outputs)
	outputs, err = templates.Update(t.Context(), cloudtest.Named("lt"), ec2.LaunchTemplate{ImageID: "ami-2"})
	require.NoError(t, err)
	require.Equal(t, aws.Outputs{"latestVersion": 2, "defaultVersion": 1}, outputs)
	for version, image := range map[string]string{"1": "ami-1", "2": "ami-2", "$Latest": "ami-2", "$Default": "ami-1"} {
		template, _, err := templates.Version(&ec2.LaunchTemplateRef{ID: "lt", Version: version})
		require.NoError(t, err)
		require.Equal(t, image, template.ImageID, version)
	}
	_, _, err = templates.Version(&ec2.LaunchTemplateRef{ID: "lt", Version: "3"})
	require.ErrorContains(t, err, `no version "3"`)
}

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

func TestWhateverAVersionHoldsMakesAnotherOneWhenItChanges(t *testing.T) {
	t.Parallel()
	for input, makes := range map[string]bool{
		"metadataOptions": true, "blockDeviceMappings": true, "tagSpecifications": true, "monitoring": true, "keyName": true, "description": true,
		"name": false, "namePrefix": false, "tags": false, "tagsAll": false, "updateDefaultVersion": false, "defaultVersion": false,
	} {
		templates, spec := ec2.NewLaunchTemplates(), ec2.LaunchTemplate{ImageID: "ami-1"}
		spec.TakeInputs(map[string]any{"imageId": "ami-1", input: "before"})
		cloudtest.Declare(t, templates, "lt", spec)
		outputs, err := templates.Update(t.Context(), cloudtest.Named("lt"), spec)
		require.NoError(t, err)
		require.Equal(t, 1, outputs["latestVersion"], "nothing changed")
		spec.TakeInputs(map[string]any{"imageId": "ami-1", input: "after"})
		outputs, err = templates.Update(t.Context(), cloudtest.Named("lt"), spec)
		require.NoError(t, err)
		require.Equal(t, map[bool]int{true: 2, false: 1}[makes], outputs["latestVersion"], input)
	}
}

func TestTheDefaultVersionIsTheDeclaredOne(t *testing.T) {
	t.Parallel()
	templates, first := ec2.NewLaunchTemplates(), 1
	spec := ec2.LaunchTemplate{ImageID: "ami-1", UpdateDefaultVersion: true}
	cloudtest.Declare(t, templates, "lt", spec)
	spec.ImageID = "ami-2"
	outputs, err := templates.Update(t.Context(), cloudtest.Named("lt"), spec)
	require.NoError(t, err)
	require.Equal(t, aws.Outputs{"latestVersion": 2, "defaultVersion": 2}, outputs)
	spec.UpdateDefaultVersion, spec.DefaultVersion = false, &first
	outputs, err = templates.Update(t.Context(), cloudtest.Named("lt"), spec)
	require.NoError(t, err)
	require.Equal(t, aws.Outputs{"latestVersion": 2, "defaultVersion": 1}, outputs)
	spec.DefaultVersion = new(int)
	*spec.DefaultVersion = 9
	_, err = templates.Update(t.Context(), cloudtest.Named("lt"), spec)
	require.ErrorContains(t, err, "defaultVersion 9")
}

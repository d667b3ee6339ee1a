package engine_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/engine"
)

// newProject writes a project with a few settings, and other files by name.
func newProject(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	const shop = "name: shop\nruntime: go\nconfig:\n  instanceType: {default: t4g.small}\n  cachePort: {type: integer, default: 6379}\n"
	require.NoError(t, os.WriteFile(filepath.Join(root, "Pulumi.yaml"), []byte(shop), 0o644))
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(content), 0o644))
	}
	return root
}

func TestAnUnknownSettingIsRefusedWithTheClosestKey(t *testing.T) {
	root := newProject(t, map[string]string{"Pulumi.prod.yaml": "config:\n  instanceTpye: t3.small\n"})
	_, err := engine.LoadSettings(root, "dev", []string{"chachePort=1"})
	require.EqualError(t, err, "setting chachePort is not in Pulumi.yaml: did you mean cachePort?")
	_, err = engine.LoadSettings(root, "prod", nil)
	require.ErrorContains(t, err, "did you mean instanceType?")
	_, err = engine.LoadSettings(root, "dev", []string{"cachePort"})
	require.ErrorContains(t, err, "key=value")
}

func TestASecretOfAnotherBackendIsRefused(t *testing.T) {
	root := newProject(t, map[string]string{"Pulumi.dev.yaml": "config:\n  shop:instanceType:\n    secure: v1:abc\n"})
	_, err := engine.LoadSettings(root, "dev", nil)
	require.ErrorContains(t, err, "shop:instanceType")
}

func TestTheRegionIsTheStacks(t *testing.T) {
	root := newProject(t, map[string]string{"Pulumi.prod.yaml": "config:\n  aws:region: us-east-1\n"})
	for stack, region := range map[string]string{"dev": "eu-west-1", "prod": "us-east-1"} {
		settings, err := engine.LoadSettings(root, stack, nil)
		require.NoError(t, err)
		require.Equal(t, region, settings.Region)
	}
}

func TestAnOverrideIsRememberedWithItsReason(t *testing.T) {
	settings, err := engine.LoadSettings(newProject(t, nil), "dev", []string{"shop:instanceType=t3.small"})
	require.NoError(t, err)
	require.True(t, settings.Given("instanceType"))
	settings.Override("cachePort", "6379", "it is that already")
	require.Empty(t, settings.Overrides)
	settings.Override("cachePort", "7000", "it is taken")
	require.Equal(t, []engine.Override{{Key: "cachePort", Declared: "6379", Value: "7000", Why: "it is taken"}}, settings.Overrides)
	port, ok := settings.Value("cachePort")
	require.True(t, ok)
	require.Equal(t, "7000", port)
	_, ok = settings.Value("unheardOf")
	require.False(t, ok)
}

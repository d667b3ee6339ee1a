package engine_test

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/engine"
)

const shop = `name: shop
runtime: go
config:
  instanceType: {type: string, default: t4g.small}
  instanceWarmupSeconds: {type: integer, default: 60}
  cachePort: {type: integer, default: PORT}
`

// newProject writes a project whose cachePort is the given one, with files by name.
func newProject(t *testing.T, port int, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	text := []byte(shop[:len(shop)-len("PORT}\n")] + strconv.Itoa(port) + "}\n")
	require.NoError(t, os.WriteFile(filepath.Join(root, "Pulumi.yaml"), text, 0o644))
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(content), 0o644))
	}
	return root
}

func overrides(t *testing.T, root string, running bool, given ...string) map[string]string {
	t.Helper()
	settings, err := engine.LoadSettings(root, "dev", given, running)
	require.NoError(t, err)
	values := map[string]string{}
	for _, o := range settings.Overrides {
		require.NotEmpty(t, o.Why)
		values[o.Key] = o.Value
	}
	return values
}

func TestAnUnknownSettingIsRefusedWithTheClosestKey(t *testing.T) {
	root := newProject(t, 6379, map[string]string{"Pulumi.prod.yaml": "config:\n  instanceTpye: t3.small\n"})
	_, err := engine.LoadSettings(root, "dev", []string{"chachePort=1"}, false)
	require.EqualError(t, err, "setting chachePort is not in Pulumi.yaml: did you mean cachePort?")
	_, err = engine.LoadSettings(root, "prod", nil, false)
	require.ErrorContains(t, err, "did you mean instanceType?")
	_, err = engine.LoadSettings(root, "dev", []string{"cachePort"}, false)
	require.ErrorContains(t, err, "key=value")
}

func TestASecretOfAnotherBackendIsRefused(t *testing.T) {
	root := newProject(t, 6379, map[string]string{"Pulumi.dev.yaml": "config:\n  shop:instanceType:\n    secure: v1:abc\n"})
	_, err := engine.LoadSettings(root, "dev", nil, false)
	require.ErrorContains(t, err, "shop:instanceType")
}

func TestTheRegionIsTheStacks(t *testing.T) {
	root := newProject(t, 6379, map[string]string{"Pulumi.prod.yaml": "config:\n  aws:region: us-east-1\n"})
	for stack, region := range map[string]string{"dev": "eu-west-1", "prod": "us-east-1"} {
		settings, err := engine.LoadSettings(root, stack, nil, false)
		require.NoError(t, err)
		require.Equal(t, region, settings.Region)
	}
}

func TestInstancesFitThisMachineUnlessToldOtherwise(t *testing.T) {
	root := newProject(t, 6379, nil)
	here, other := "t3.small", "m7g.large"
	if runtime.GOARCH == "arm64" {
		here, other = "t4g.small", "m7i.large"
	}
	values := overrides(t, root, true, "instanceType="+other)
	require.NotContains(t, values, "instanceType", "what is given by hand wins")
	require.Equal(t, "2", values["instanceWarmupSeconds"])

	require.NoError(t, os.WriteFile(filepath.Join(root, "Pulumi.dev.yaml"), []byte("config:\n  instanceType: "+other+"\n"), 0o644))
	require.Equal(t, here, overrides(t, root, true)["instanceType"])
	require.NoError(t, os.WriteFile(filepath.Join(root, "Pulumi.dev.yaml"), []byte("config:\n  instanceType: "+here+"\n"), 0o644))
	require.NotContains(t, overrides(t, root, true), "instanceType")
}

func TestAPortThatIsTakenEverywhereIsMovedAndStays(t *testing.T) {
	everywhere, err := net.Listen("tcp4", "0.0.0.0:0")
	require.NoError(t, err)
	root := newProject(t, everywhere.Addr().(*net.TCPAddr).Port, nil)

	moved := overrides(t, root, false)["cachePort"]
	require.NotEmpty(t, moved)
	require.NoError(t, everywhere.Close())
	require.Equal(t, moved, overrides(t, root, true)["cachePort"], "the cache of a running stack keeps its port")
	require.NotContains(t, overrides(t, root, false), "cachePort", "a new stack has the declared one")
}

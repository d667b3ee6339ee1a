package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// newProject writes a project whose cachePort is the given one.
func newProject(t *testing.T, port int) string {
	t.Helper()
	root := t.TempDir()
	text := fmt.Sprintf("name: shop\nruntime: go\nconfig:\n  instanceType: {default: t4g.small}\n"+
		"  instanceWarmupSeconds: {type: integer, default: 60}\n  cachePort: {type: integer, default: %d}\n", port)
	require.NoError(t, os.WriteFile(filepath.Join(root, "Pulumi.yaml"), []byte(text), 0o644))
	return root
}

func overrides(t *testing.T, root string, running bool, given ...string) map[string]string {
	t.Helper()
	settings, err := request{root: root, stack: "dev", config: given}.settings(running)
	require.NoError(t, err)
	values := map[string]string{}
	for _, o := range settings.Overrides {
		require.NotEmpty(t, o.Why)
		values[o.Key] = o.Value
	}
	return values
}

func TestInstancesFitThisMachineUnlessToldOtherwise(t *testing.T) {
	root := newProject(t, 6379)
	here, other := "t3.small", "m7g.large"
	if runtime.GOARCH == "arm64" {
		here, other = "t4g.small", "m7i.large"
	}
	values := overrides(t, root, true, "instanceType="+other)
	require.NotContains(t, values, "instanceType", "what is given by hand wins")
	require.NotContains(t, values, "instanceWarmupSeconds", "it is scaled, as all times of AWS are")

	require.NoError(t, os.WriteFile(filepath.Join(root, "Pulumi.dev.yaml"), []byte("config:\n  instanceType: "+other+"\n"), 0o644))
	require.Equal(t, here, overrides(t, root, true)["instanceType"])
	require.NoError(t, os.WriteFile(filepath.Join(root, "Pulumi.dev.yaml"), []byte("config:\n  instanceType: "+here+"\n"), 0o644))
	require.NotContains(t, overrides(t, root, true), "instanceType")
}

func TestAPortThatIsTakenEverywhereIsMovedAndStays(t *testing.T) {
	everywhere, err := net.Listen("tcp4", "0.0.0.0:0")
	require.NoError(t, err)
	root := newProject(t, everywhere.Addr().(*net.TCPAddr).Port)

	moved := overrides(t, root, false)["cachePort"]
	require.NotEmpty(t, moved)
	require.NoError(t, everywhere.Close())
	require.Equal(t, moved, overrides(t, root, true)["cachePort"], "the cache of a running stack keeps its port")
	require.NotContains(t, overrides(t, root, false), "cachePort", "a new stack has the declared one")
}

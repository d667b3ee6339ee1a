package boot

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/ec2/systemd"
)

// bootMachine boots a machine that fetches a release with the given content.
func bootMachine(t *testing.T, content, script string) (systemd.Unit, error) {
	t.Helper()
	object := filepath.Join(t.TempDir(), "object")
	require.NoError(t, os.WriteFile(object, []byte(content), 0o600))
	return boot(t.Context(), ec2.Machine{
		ID: "i-1", Zone: "eu-west-1a", Address: netip.MustParseAddr("127.20.0.4"), UserData: script, Dir: filepath.Join(t.TempDir(), "i-1"),
		Fetch: func(bucket, key string) (string, error) {
			require.Equal(t, "releases cart/abc", bucket+" "+key)
			return object, nil
		},
	})
}

func TestAnInstanceRunsTheReleaseThatItsUserDataNames(t *testing.T) {
	t.Parallel()
	const release = "the service"
	sum := sha256.Sum256([]byte(release))
	script := strings.Replace(testScript, "RELEASE_SHA256=abc", "RELEASE_SHA256="+hex.EncodeToString(sum[:]), 1)
	_, err := bootMachine(t, "altered", script)
	require.ErrorContains(t, err, "its sha256 is")

	c, err := bootMachine(t, release, script)
	require.NoError(t, err)
	require.Contains(t, c.Env, "CART_ADDRESS=127.20.0.4")
	require.Contains(t, c.Env, "CART_INSTANCE_ID=i-1")
	require.Equal(t, systemd.RestartAlways, c.Restart)
	program, err := os.ReadFile(c.Path)
	require.NoError(t, err)
	require.Equal(t, release, string(program))
	info, err := os.Stat(c.Path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o755), info.Mode().Perm())
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/require"

	"myclothes/local/control"
)

// pretendCloud makes a project in which a local cloud seems to run.
func pretendCloud(t *testing.T, o control.Options) (r request, out *bytes.Buffer) {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, ".local"), 0o700))
	lock := flock.New(filepath.Join(root, ".local", "cloud.lock"))
	locked, err := lock.TryLock()
	require.NoError(t, err)
	require.True(t, locked)
	t.Cleanup(func() { require.NoError(t, lock.Unlock()) })
	o.Root = root
	text, err := json.Marshal(o)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(root, ".local", "cloud.json"), text, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(root, "Pulumi.yaml"), []byte("name: shop\nruntime: go\n"), 0o600))
	out = &bytes.Buffer{}
	return request{root: root, stack: o.Stack, port: o.Port, out: out}, out
}

func TestACloudOfOtherCodeIsNotUsed(t *testing.T) {
	t.Parallel()
	build, err := cloudBuild()
	require.NoError(t, err)
	options := control.Options{Stack: "dev", Region: "eu-west-1", Port: 8080, Build: build}
	r, _ := pretendCloud(t, options)
	_, _, fresh, err := r.start(t.Context())
	require.NoError(t, err)
	require.False(t, fresh)

	options.Build = "older"
	r, _ = pretendCloud(t, options)
	_, _, _, err = r.start(t.Context())
	require.ErrorContains(t, err, "built from other code: make down first")
}

func TestDownOfAnotherStackLeavesTheOneThatRuns(t *testing.T) {
	t.Parallel()
	r, out := pretendCloud(t, control.Options{Stack: "dev"})
	r.stack = "other"
	require.ErrorContains(t, down(t.Context(), r), "stack dev runs here, not other")
	require.FileExists(t, filepath.Join(r.root, ".local", "cloud.json"))
	require.Empty(t, out.String())
}

func TestAStackWithHTTPSIsNotStartedWhereItsPortIsTaken(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	root := t.TempDir()
	text := "name: shop\nruntime: go\nconfig:\n  certificateArn: {default: \"\"}\n"
	require.NoError(t, os.WriteFile(filepath.Join(root, "Pulumi.yaml"), []byte(text), 0o600))
	r := request{root: root, stack: "dev", https: listener.Addr().(*net.TCPAddr).Port, out: io.Discard,
		config: settings{"certificateArn=arn:aws:acm:eu-west-1:000000000000:certificate/1"}}
	_, _, _, err = r.start(t.Context())
	require.ErrorContains(t, err, fmt.Sprintf("HTTPS_PORT=%d", r.https+10))
	require.NoFileExists(t, filepath.Join(root, ".local", "cloud.log"), "nothing was started")
}

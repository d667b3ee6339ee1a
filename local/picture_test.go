package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
	"myclothes/local/engine"
)

func TestAPreviewDrawsWhatChangesAndLeavesNoPictureOfAnotherOne(t *testing.T) {
	t.Parallel()
	bucket := func(name string) map[string]any {
		return map[string]any{"type": guards.Bucket, "urn": "urn:pulumi:dev::shop::" + guards.Bucket + "::" + name, "custom": true, "inputs": map[string]any{}}
	}
	r := request{root: t.TempDir(), stack: "dev"}
	path := filepath.Join(r.root, picture)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	preview := func(before, after []map[string]any) string {
		var out bytes.Buffer
		require.NoError(t, r.drawPreview(&engine.Account{Before: before, After: after}, &out))
		return out.String()
	}
	one, two := []map[string]any{bucket("release")}, []map[string]any{bucket("release"), bucket("images")}

	require.Empty(t, preview(one, one))
	require.NoFileExists(t, path)
	require.Contains(t, preview(one, two), ".local/preview.svg")
	svg, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(svg), "+ S3 bucket")
	require.Contains(t, preview(nil, one), ".local/preview.svg")
	svg, err = os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(svg), "+ S3 bucket", "where nothing was, nothing is marked")
	require.Empty(t, preview(two, two))
	require.NoFileExists(t, path)
}

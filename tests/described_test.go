package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra"
	"myclothes/infra/config"
)

// requireDescribed wants the description in a file to be current; -update makes it so.
func requireDescribed(t *testing.T, path, description string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	want, err := config.Replace(string(text), description)
	require.NoError(t, err, path)
	if *updateGolden {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		return
	}
	if want != string(text) {
		t.Errorf("%s is stale: go test ./tests -run Described -update, and git diff says in what", path)
	}
}

func TestEveryKeyIsDescribedInPulumiYaml(t *testing.T) {
	t.Parallel()
	requireDescribed(t, "../Pulumi.yaml", config.YAML(new(infra.Config).Keys()))
}

func TestEveryKeyIsDescribedForReaders(t *testing.T) {
	t.Parallel()
	pages := pagesWith(t, config.Begin)
	require.Len(t, pages, 1, "the page that describes the configuration is marked with %q and %q", config.Begin, config.End)
	requireDescribed(t, pages[0], config.Markdown(new(infra.Config).Keys()))
}

// pagesWith lists the project's pages that contain a text: README.md and what is in docs.
func pagesWith(t *testing.T, text string) (pages []string) {
	t.Helper()
	var all []string
	for _, pattern := range []string{"../*.md", "../docs/*.md", "../docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		all = append(all, found...)
	}
	for _, page := range all {
		content, err := os.ReadFile(page)
		require.NoError(t, err)
		if strings.Contains(string(content), text) {
			pages = append(pages, page)
		}
	}
	return pages
}

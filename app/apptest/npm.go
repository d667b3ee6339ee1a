package apptest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// NPM is the path of a file of an npm package that tools/setup installs.
func NPM(tb testing.TB, name string, file ...string) string {
	tb.Helper()
	dir, err := os.Getwd()
	require.NoError(tb, err)
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		require.NotEqual(tb, "/", dir, "the tests run outside of the project")
	}
	path := filepath.Join(append([]string{dir, ".local", "npm", "node_modules", name}, file...)...)
	require.FileExists(tb, path, name+" is missing: make test installs it")
	return path
}

package tests

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// How many lines a file and a package may have, without tests. Whoever works on a package can then read it whole.
const mostOfFile, mostOfPackage = 300, 2000

func TestFilesAndPackagesAreOfASizeThatOneCanKnow(t *testing.T) {
	t.Parallel()
	files, packages := linesOf(t, os.DirFS(".."))
	require.Greater(t, len(packages), 60)
	for file, n := range files {
		require.LessOrEqual(t, n, mostOfFile, "%s: split it by subject", file)
	}
	for folder, n := range packages {
		require.Less(t, n, mostOfPackage, "%s: split it along a seam that its readers know", folder)
	}
}

// linesOf counts the lines of Go files by path, and those of packages by folder, without tests. What begins with a dot is
// none of the project's code.
func linesOf(t *testing.T, root fs.FS) (files, packages map[string]int) {
	t.Helper()
	files, packages = map[string]int{}, map[string]int{}
	require.NoError(t, fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := fs.ReadFile(root, name)
		files[name] = bytes.Count(text, []byte("\n"))
		packages[path.Dir(name)] += files[name]
		return err
	}))
	return files, packages
}

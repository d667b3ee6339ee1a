package tests

import (
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// lifecycles are the packages of the declaration, each above those that it may import.
// What comes last stands on nothing.
var lifecycles = []string{"infra", "infra/fleet", "infra/edge", "infra/release", "infra/data", "infra/network", "infra/conventions", "infra/config"}

// besides are packages that look at what was declared, or declare what is around it, and are
// no part of it.
var besides = map[string][]string{
	"infra/guards":  {"infra/guards/plain", "infra/guards/policy"},
	"infra/drawing": {"infra/guards", "infra/guards/plain"},
	"infra/ci":      nil,
}

func TestPackagesOfTheDeclarationImportDownwards(t *testing.T) {
	t.Parallel()
	for _, room := range rooms(t) {
		within := strings.TrimPrefix(room.path, "myclothes/")
		permitted, beside := besides[within]
		if !beside {
			height := slices.Index(lifecycles, within)
			require.NotEqual(t, -1, height, "%s has no place: put it where it belongs", within)
			permitted = lifecycles[height+1:]
		}
		for _, imported := range room.imports(t) {
			require.Contains(t, permitted, imported, "%s imports %s", within, imported)
		}
	}
}

// room is a package of the declaration: its import path, and its sources but for tests.
type room struct {
	path    string
	sources []string
}

// rooms lists the packages of the declaration.
func rooms(t *testing.T) (all []room) {
	t.Helper()
	sources, err := filepath.Glob("../infra/*.go")
	require.NoError(t, err)
	within, err := filepath.Glob("../infra/*/*.go")
	require.NoError(t, err)
	for _, source := range slices.Sorted(slices.Values(append(sources, within...))) {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		folder := path.Join("myclothes", strings.TrimPrefix(filepath.ToSlash(filepath.Dir(source)), "../"))
		i := slices.IndexFunc(all, func(r room) bool { return r.path == folder })
		if i < 0 {
			i, all = len(all), append(all, room{path: folder})
		}
		all[i].sources = append(all[i].sources, source)
	}
	return all
}

// imports lists the packages of this project that a room imports, less the project's name.
func (r room) imports(t *testing.T) (all []string) {
	t.Helper()
	for _, source := range r.sources {
		file, err := parser.ParseFile(token.NewFileSet(), source, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			if within, ours := strings.CutPrefix(imported, "myclothes/"); ours {
				all = append(all, within)
			}
		}
	}
	return all
}

package guards_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
)

// A preview or a policy pack that uses this package must not have to build an SDK for it.
func TestRulesImportNothingButTheStandardLibrary(t *testing.T) {
	t.Parallel()
	var files []string
	for _, folder := range []string{".", "plain", "policy"} {
		found, err := filepath.Glob(folder + "/*.go")
		require.NoError(t, err)
		require.NotEmpty(t, found, folder)
		files = append(files, found...)
	}
	read := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		require.NoError(t, err)
		read++
		for _, imported := range source.Imports {
			path, err := strconv.Unquote(imported.Path.Value)
			require.NoError(t, err)
			require.NotContains(t, path, ".", file)
			require.True(t, !strings.HasPrefix(path, "myclothes/") || strings.HasPrefix(path, "myclothes/infra/guards/"), "%s imports %s", file, path)
		}
	}
	require.Positive(t, read)
}

func TestEveryRuleHasANameOfItsOwnAndAPromise(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, rule := range guards.Rules {
		require.Regexp(t, `^[a-z]+(-[a-z]+)*$`, rule.Name)
		require.False(t, names[rule.Name], rule.Name)
		require.Regexp(t, `^[A-Z].*\.$`, rule.Promise, rule.Name)
		require.Regexp(t, `^([A-Z][A-Za-z0-9]+\.[0-9]+|CT\.[A-Z0-9]+\.PR\.[0-9]+|[A-Z]+[0-9]{2}-BP[0-9]{2})?$`, rule.Control, rule.Name)
		names[rule.Name] = true
	}
}

func TestARuleThatMustFindSomethingIsBrokenByAnEmptyGraph(t *testing.T) {
	t.Parallel()
	broken := map[string]bool{}
	for _, finding := range guards.Check(nil) {
		require.Nil(t, finding.Resource)
		broken[finding.Rule] = true
	}
	for _, rule := range guards.Rules {
		require.Equal(t, rule.Least > 0, broken[rule.Name], rule.Name)
	}
}

func TestANameThatTheProviderChoseIsNotFixed(t *testing.T) {
	t.Parallel()
	broken := func(inputs map[string]any) bool {
		return slices.ContainsFunc(guards.Check(guards.NewGraph(resource(guards.Role, "servers", inputs))), func(f guards.Finding) bool { return f.Rule == "names-left-to-pulumi" && f.Resource != nil })
	}
	require.True(t, broken(map[string]any{"name": "servers"}))
	require.False(t, broken(map[string]any{"name": "servers-1234567", "__defaults": []any{"name"}}))
}

package tests

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"myclothes/local/provider"
)

// An output that a provider leaves out is "", 0 or false to a program, which nobody
// notices. So whatever the declaration reads is an input that it declares, or something
// that the local cloud computes.
func TestTheLocalCloudComputesEveryOutputThatIsRead(t *testing.T) {
	t.Parallel()
	read := outputsRead(t)
	require.Contains(t, read["aws:rds/instance:Instance"], "endpoint")
	require.Contains(t, read["aws:ec2/vpcEndpoint:VpcEndpoint"], "prefixListId")
	missing := map[string]bool{}
	for _, s := range configurations {
		for _, r := range evaluate(t, update, s) {
			for _, output := range read[r.Type] {
				if r.Input(output) == nil && !slices.Contains(provider.Computed(r.Type), output) {
					missing[r.Type+": "+output] = true
				}
			}
		}
	}
	require.Empty(t, slices.Sorted(maps.Keys(missing)), "nobody computes them: add them to kinds, in local/provider")
}

// outputsRead returns the outputs that the packages of the declaration read of resources,
// by type: every selector in their sources that names a field of a resource of an SDK.
func outputsRead(t *testing.T) map[string][]string {
	t.Helper()
	files := token.NewFileSet()
	compiled := exportData(t, "../infra")
	info := types.Info{Selections: map[*ast.SelectorExpr]*types.Selection{}}
	config := types.Config{Importer: importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser, error) { return os.Open(compiled[path]) })}
	for _, room := range rooms(t) {
		var parsed []*ast.File
		for _, source := range room.sources {
			file, err := parser.ParseFile(files, source, nil, 0)
			require.NoError(t, err)
			parsed = append(parsed, file)
		}
		_, err := config.Check(room.path, files, parsed, &info)
		require.NoError(t, err)
	}
	read := map[string][]string{}
	for _, selection := range info.Selections {
		if typ, output := outputOf(selection); output != "" && !slices.Contains(read[typ], output) {
			read[typ] = append(read[typ], output)
		}
	}
	return read
}

// exportData returns where the go command keeps what the packages of a folder import, compiled.
func exportData(t *testing.T, folder string) map[string]string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}", "./...")
	list.Dir = folder
	text, err := list.Output()
	require.NoError(t, err)
	compiled := map[string]string{}
	for line := range strings.Lines(string(text)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		compiled[path] = file
	}
	return compiled
}

// outputOf returns the resource type and the output that a selector reads: group.Name, or
// group.ToGroupOutput().Name(). Others read none.
func outputOf(s *types.Selection) (typ, output string) {
	receiver := s.Recv()
	if pointer, ok := receiver.(*types.Pointer); ok {
		receiver = pointer.Elem()
	}
	named, ok := receiver.(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return "", ""
	}
	scope, name := named.Obj().Pkg().Scope(), strings.TrimSuffix(named.Obj().Name(), "Output")
	resource, ok := scope.Lookup(name).(*types.TypeName)
	if !ok {
		return "", ""
	}
	fields, ok := resource.Type().Underlying().(*types.Struct)
	if !ok || fields.NumFields() == 0 || fields.Field(0).Name() != "CustomResourceState" {
		return "", ""
	}
	for i := range fields.NumFields() {
		if fields.Field(i).Name() == s.Obj().Name() {
			return typeToken(named.Obj().Pkg().Path(), name), reflect.StructTag(fields.Tag(i)).Get("pulumi")
		}
	}
	return "", ""
}

// typeToken is the type that the SDKs of aws and random register a resource as.
func typeToken(importPath, name string) string {
	_, within, _ := strings.Cut(importPath, "/go/")
	pkg, module := path.Split(within)
	if pkg == "" {
		pkg, module = module, "index"
	}
	lower := string(unicode.ToLower(rune(name[0]))) + name[1:]
	return fmt.Sprintf("%s:%s/%s:%s", strings.TrimSuffix(pkg, "/"), module, lower, name)
}

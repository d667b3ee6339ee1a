package preview_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"myclothes/local/engine"
	"myclothes/local/preview"
)

// repository is a git repository with a Pulumi project in a folder of it.
type repository struct {
	*testing.T
	root string // the project's
	out  bytes.Buffer
}

const main = "package main\n\nimport \"github.com/pulumi/pulumi/sdk/v3/go/pulumi\"\n\nfunc main() { pulumi.Run(declare) }\n"

// newRepository commits a project whose program declares what declare does.
func newRepository(t *testing.T) *repository {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the Pulumi engine")
	}
	if built, err := filepath.Abs("../../.local/bin/pulumi"); err == nil && os.Getenv("PULUMI") == "" {
		if _, err := os.Stat(built); err == nil {
			t.Setenv("PULUMI", built)
		}
	}
	r := &repository{T: t, root: filepath.Join(t.TempDir(), "shop")}
	require.NoError(t, os.MkdirAll(r.root, 0o755))
	r.write("Pulumi.yaml", "name: small\nruntime: go\nconfig:\n  lock: {type: boolean, default: false}\n  stage: {type: string, default: test}\n")
	r.write("Pulumi.prod.yaml", "config:\n  small:stage: prod\n")
	r.write(".gitignore", ".local\n")
	r.write("main.go", main)
	r.write("go.mod", strings.Replace(r.read("../../go.mod"), "module myclothes", "module small", 1))
	r.write("go.sum", r.read("../../go.sum"))
	r.write("declare.go", strings.Replace(r.read("declare_test.go"), "package preview_test", "package main", 1))
	r.git("init", "--quiet", "--initial-branch=main", "..")
	r.commit()
	return r
}

func (r *repository) write(name, text string) {
	r.Helper()
	require.NoError(r, os.WriteFile(filepath.Join(r.root, name), []byte(text), 0o644))
}

func (r *repository) read(path string) string {
	r.Helper()
	text, err := os.ReadFile(path)
	require.NoError(r, err)
	return string(text)
}

func (r *repository) commit() {
	r.Helper()
	r.git("add", "--all")
	r.git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message=change")
}

func (r *repository) git(args ...string) string {
	r.Helper()
	command := exec.Command("git", args...)
	command.Dir = r.root
	text, err := command.CombinedOutput()
	require.NoError(r, err, string(text))
	return string(text)
}

// compare previews a declaration over a base.
func (r *repository) compare(base preview.Base, program pulumi.RunFunc, config ...string) (*engine.Plan, error) {
	base.Root, base.Out = r.root, &r.out
	if base.Stack == "" {
		base.Stack = "dev"
	}
	if base.Revision == "" {
		base.Revision = "main"
	}
	r.out.Reset()
	account, err := base.Compare(r.Context(), program, config)
	if err != nil {
		return nil, err
	}
	require.NotEmpty(r, account.Before)
	require.Equal(r, account.Plan.Empty(), reflect.DeepEqual(account.Before, account.After), "what is declared after differs")
	return account.Plan, nil
}

// plan is compare for what must succeed.
func (r *repository) plan(base preview.Base, program pulumi.RunFunc, config ...string) *engine.Plan {
	r.Helper()
	plan, err := r.compare(base, program, config...)
	require.NoError(r, err, r.out.String())
	return plan
}

func TestADeclarationIsComparedWithACommit(t *testing.T) {
	r := newRepository(t)
	moved := func(ctx *pulumi.Context) error { return declare(ctx) }
	require.True(t, r.plan(preview.Base{}, moved).Empty(), "a move of code changes nothing")
	require.Contains(t, r.out.String(), "Evaluating what main")
	require.NotContains(t, r.git("worktree", "list"), "preview", "the work tree is gone")
	require.Empty(t, r.git("status", "--porcelain"), "the project is as it was")

	changed := r.plan(preview.Base{}, declare, "lock=true")
	require.NotContains(t, r.out.String(), "Evaluating", "a commit is evaluated once")
	require.Len(t, changed.Changes, 2)
	bucket, object := changed.Changes[1], changed.Changes[0]
	require.Equal(t, engine.Property{Path: "objectLockEnabled", Old: false, New: true, Replaces: true}, bucket.Properties[0])
	require.Equal(t, engine.Replace, object.Operation, "what is in the bucket is replaced with it")
	require.True(t, changed.Loses())

	require.True(t, r.plan(preview.Base{Stack: "prod", Config: []string{"lock=true"}}, declare, "lock=true").Empty(), "another stack, with settings on both sides")
	require.Contains(t, r.text(r.plan(preview.Base{Settings: "prod"}, declare)), "tags.Stage: prod → test", "two stacks")
}

// text is the plan as people read it.
func (r *repository) text(plan *engine.Plan) string {
	r.Helper()
	var text bytes.Buffer
	require.NoError(r, plan.WriteText(&text))
	return text.String()
}

func TestABaseThatCannotBeEvaluatedSaysWhy(t *testing.T) {
	r := newRepository(t)
	_, err := r.compare(preview.Base{Revision: "nowhere"}, declare)
	require.ErrorContains(t, err, "base nowhere is no commit here")
	_, err = r.compare(preview.Base{Config: []string{"size=1"}}, declare)
	require.ErrorContains(t, err, "setting size is not in Pulumi.yaml")
	_, err = r.compare(preview.Base{Config: []string{"stage=none"}}, declare)
	require.ErrorContains(t, err, "base main")
	require.Contains(t, r.out.String(), "stage: none is not accepted", "the program's own words")

	kept, err := filepath.Glob(filepath.Join(r.root, preview.Folder, "state-*"))
	require.NoError(t, err)
	require.Empty(t, kept, "nothing half done is taken for a base")
	require.True(t, r.plan(preview.Base{}, declare).Empty())

	r.write("main.go", "package main\n\nfunc main() { undefined() }\n")
	r.commit()
	_, err = r.compare(preview.Base{}, declare)
	require.ErrorContains(t, err, "undefined: undefined")
	require.NotContains(t, r.git("worktree", "list"), "preview")
	require.True(t, r.plan(preview.Base{Revision: "main~1"}, declare).Empty(), "an older commit is as good a base")
	require.NotContains(t, r.out.String(), "Evaluating", "and is the same one by any name")
}

// Package engine runs the real Pulumi engine on a stack of this project, with
// providers that are served on this machine and state that stays in .local/pulumi.
package engine

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Folder is where a project's engine keeps state, settings and its own home, below
// the project's root. Removing it forgets every stack.
const Folder = ".local/pulumi"

// Engine runs one stack.
type Engine struct {
	stack auto.Stack
	out   io.Writer
}

// Open prepares the engine for a stack. providers are the ports by package name,
// out gets the engine's own progress.
func Open(ctx context.Context, s *Settings, program pulumi.RunFunc, providers map[string]int, out io.Writer) (*Engine, error) {
	command, err := findPulumi(s.Root)
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(s.Root, Folder)
	work, state := filepath.Join(folder, "work"), filepath.Join(folder, "state")
	for _, dir := range []string{work, state} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("the engine's folder: %w", err)
		}
	}
	passphrase, err := passphrase(filepath.Join(folder, "passphrase"))
	if err != nil {
		return nil, err
	}
	// Who calls holds the project's lock, so what an engine that was killed left
	// locked is free.
	if err := os.RemoveAll(filepath.Join(state, ".pulumi", "locks")); err != nil {
		return nil, err
	}
	stack, err := auto.UpsertStackInlineSource(ctx, s.Stack, string(s.project.Name), program,
		auto.Pulumi(command), auto.WorkDir(work), auto.PulumiHome(filepath.Join(folder, "home")),
		auto.Project(s.project), auto.Stacks(map[string]workspace.ProjectStack{s.Stack: s.stackFile(work)}),
		auto.SecretsProvider("passphrase"),
		auto.EnvVars(map[string]string{
			"PULUMI_BACKEND_URL":                            "file://" + state,
			"PULUMI_CONFIG_PASSPHRASE":                      passphrase,
			"PULUMI_CONFIG_PASSPHRASE_FILE":                 "",
			"PULUMI_SKIP_UPDATE_CHECK":                      "true",
			"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION":   "true",
			"PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
			"PULUMI_DEBUG_PROVIDERS":                        attach(providers),
		}))
	if err != nil {
		return nil, fmt.Errorf("the engine's stack %s: %w", s.Stack, err)
	}
	return &Engine{stack, &brief{out: out}}, nil
}

// attach names the providers and their ports as the engine reads them.
func attach(providers map[string]int) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(providers)) {
		list = append(list, fmt.Sprintf("%s:%d", name, providers[name]))
	}
	return strings.Join(list, ",")
}

// passphrase returns the secret that encrypts secrets in the state, made once.
func passphrase(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err == nil {
		return string(text), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	bytes := make([]byte, 32)
	_, _ = rand.Read(bytes)
	secret := hex.EncodeToString(bytes)
	return secret, os.WriteFile(path, []byte(secret), 0o600)
}

// Result is what an update did.
type Result struct {
	Changed bool
	URL     string // of the shop, when the stack exports url
}

// errReported ends a command whose reasons the engine has printed.
var errReported = errors.New("the engine did not finish: see above")

// Up makes the stack as declared. With refresh it first asks the providers what is
// really there.
func (e *Engine) Up(ctx context.Context, refresh bool) (Result, error) {
	options := []optup.Option{optup.ProgressStreams(e.out), optup.ErrorProgressStreams(e.out), optup.SuppressOutputs()}
	if refresh {
		options = append(options, optup.Refresh())
	}
	up, err := e.stack.Up(ctx, options...)
	if err != nil {
		return Result{}, reported(ctx, err)
	}
	result := Result{}
	if changes := up.Summary.ResourceChanges; changes != nil {
		for operation, count := range *changes {
			result.Changed = result.Changed || operation != "same" && count > 0
		}
	}
	result.URL, _ = up.Outputs["url"].Value.(string)
	return result, nil
}

// Preview prints what Up would change.
func (e *Engine) Preview(ctx context.Context, refresh bool) error {
	options := []optpreview.Option{optpreview.Diff(), optpreview.ProgressStreams(e.out), optpreview.ErrorProgressStreams(e.out)}
	if refresh {
		options = append(options, optpreview.Refresh())
	}
	_, err := e.stack.Preview(ctx, options...)
	return reported(ctx, err)
}

// Destroy deletes all that the stack has, protected or not: nothing here outlives
// the local cloud.
func (e *Engine) Destroy(ctx context.Context) error {
	workspace := e.stack.Workspace()
	var environment []string
	for name, value := range workspace.GetEnvVars() {
		environment = append(environment, name+"="+value)
	}
	if home := workspace.PulumiHome(); home != "" {
		environment = append(environment, "PULUMI_HOME="+home)
	}
	_, problem, _, err := workspace.PulumiCommand().Run(ctx, workspace.WorkDir(), nil, nil, nil, environment,
		"state", "unprotect", "--all", "--yes", "--stack", e.stack.Name())
	if err != nil {
		return fmt.Errorf("unprotect: %w: %s", err, problem)
	}
	_, err = e.stack.Destroy(ctx, optdestroy.SuppressOutputs(), optdestroy.ProgressStreams(e.out), optdestroy.ErrorProgressStreams(e.out))
	return reported(ctx, err)
}

// reported shortens an error that repeats all that the engine has printed.
func reported(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted: %w", ctx.Err())
	case strings.Contains(err.Error(), "stdout:"):
		return errReported
	default:
		return err
	}
}

// HasState says whether a stack of the project has resources in its state, perhaps
// those of a local cloud that is gone.
func HasState(root, stack string) bool {
	found, _ := filepath.Glob(filepath.Join(root, Folder, "state", ".pulumi", "stacks", "*", stack+".json"))
	for _, path := range found {
		var state struct {
			Checkpoint struct {
				Latest struct{ Resources []json.RawMessage }
			}
		}
		text, err := os.ReadFile(path)
		if err == nil && json.Unmarshal(text, &state) == nil && len(state.Checkpoint.Latest.Resources) > 0 {
			return true
		}
	}
	return false
}

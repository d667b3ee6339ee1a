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
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/local/engine/cli"
)

// Folder is where a project's engine keeps state, settings and its own home, below
// the project's root. Removing it forgets every stack.
const Folder = ".local/pulumi"

// Engine runs one stack.
type Engine struct {
	stack auto.Stack
	out   io.Writer
	close func()
}

// Open prepares the engine for a stack that a function declares. providers are the
// ports by package name, out gets what people read: progress, warnings, errors.
func Open(ctx context.Context, s *Settings, program pulumi.RunFunc, providers map[string]int, out io.Writer) (*Engine, error) {
	command, err := findPulumi(s.Root)
	if err != nil {
		return nil, err
	}
	options, _, err := s.workspace(command, providers)
	if err != nil {
		return nil, err
	}
	stack, err := auto.UpsertStackInlineSource(ctx, s.Stack, string(s.project.Name), program, options...)
	if err != nil {
		return nil, fmt.Errorf("the engine's stack %s: %w", s.Stack, err)
	}
	return &Engine{stack, out, func() {}}, nil
}

// OpenProgram prepares the engine for a stack that a command declares.
func OpenProgram(ctx context.Context, s *Settings, program Program, providers map[string]int, out io.Writer) (*Engine, error) {
	command, err := findPulumi(s.Root)
	if err != nil {
		return nil, err
	}
	host, err := program.serve()
	if err != nil {
		return nil, err
	}
	options, work, err := s.workspace(hosted{command, host.address}, providers)
	if err != nil {
		host.close()
		return nil, err
	}
	stack, err := auto.UpsertStackLocalSource(ctx, s.Stack, work, options...)
	if err != nil {
		host.close()
		return nil, fmt.Errorf("the engine's stack %s: %w", s.Stack, err)
	}
	return &Engine{stack, out, host.close}, nil
}

// Close frees what the engine holds. The stack stays as it is.
func (e *Engine) Close() { e.close() }

// workspace prepares the folders of the engine's state and work, and returns how to
// use them, and the folder of its work.
func (s *Settings) workspace(command auto.PulumiCommand, providers map[string]int) ([]auto.LocalWorkspaceOption, string, error) {
	folder := s.folder()
	work, state := filepath.Join(folder, "work"), filepath.Join(folder, "state")
	for _, dir := range []string{work, state} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, "", fmt.Errorf("the engine's folder: %w", err)
		}
	}
	passphrase, err := passphrase(filepath.Join(folder, "passphrase"))
	if err != nil {
		return nil, "", err
	}
	// Who calls holds the project's lock, so what an engine that was killed left
	// locked is free.
	if err := os.RemoveAll(filepath.Join(state, ".pulumi", "locks")); err != nil {
		return nil, "", err
	}
	environment := map[string]string{
		"PULUMI_BACKEND_URL":                            "file://" + state,
		"PULUMI_CONFIG_PASSPHRASE":                      passphrase,
		"PULUMI_CONFIG_PASSPHRASE_FILE":                 "",
		"PULUMI_SKIP_UPDATE_CHECK":                      "true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION":   "true",
		"PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
		"PULUMI_DEBUG_PROVIDERS":                        attach(providers),
	}
	if s.Throwaway != "" {
		// Nothing is lost with a throwaway state, so the engine writes it once, at the end.
		environment["PULUMI_SKIP_CHECKPOINTS"] = "true"
	}
	return []auto.LocalWorkspaceOption{
		auto.Pulumi(command), auto.WorkDir(work), auto.PulumiHome(filepath.Join(folder, "home")),
		auto.Project(s.project), auto.Stacks(map[string]workspace.ProjectStack{s.Stack: s.stackFile(work)}),
		auto.SecretsProvider("passphrase"), auto.EnvVars(environment),
	}, work, nil
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

// Version returns the version of the engine that a project's stacks are run with.
func Version(root string) (string, error) {
	command, err := findPulumi(root)
	if err != nil {
		return "", err
	}
	return command.Version().String(), nil
}

func findPulumi(root string) (auto.PulumiCommand, error) {
	return cli.Find(root, filepath.Join(root, Folder, "engine"))
}

// HasState says whether a stack of the project has resources in its state, perhaps
// those of a local cloud that is gone.
func HasState(root, stack string) bool {
	resources, err := resources(filepath.Join(root, Folder), stack)
	return err == nil && len(resources) > 0
}

// Resources returns what the stack has in the engine's state, in the form of
// apitype.ResourceV3; secrets are encrypted. A stack that was never made has none.
func (s *Settings) Resources() ([]map[string]any, error) { return resources(s.folder(), s.Stack) }

func resources(folder, stack string) ([]map[string]any, error) {
	state, err := readState(folder, stack)
	return state.Resources, err
}

// state is what the engine knows of a stack, in the form of apitype.DeploymentV3.
type state struct {
	Resources         []map[string]any
	PendingOperations []pending `json:"pending_operations"`
}

// readState reads a stack's state. One that was never made has none.
func readState(folder, stack string) (state, error) {
	found, _ := filepath.Glob(filepath.Join(folder, "state", ".pulumi", "stacks", "*", stack+".json"))
	if len(found) == 0 {
		return state{}, nil
	}
	var file struct {
		Checkpoint struct{ Latest state }
	}
	text, err := os.ReadFile(found[0]) // the folder has the stacks of one project
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if err != nil {
		return state{}, fmt.Errorf("the engine's state of stack %s: %w", stack, err)
	}
	return file.Checkpoint.Latest, nil
}

// Package preview compares a declaration with what was committed.
package preview

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/local/engine"
	"myclothes/local/provider"
)

// Folder keeps what commits declare, below the project's root. Removing it only makes
// the next comparison slower.
const Folder = ".local/preview"

// Base is what a commit declares.
type Base struct {
	Root     string   // the project's folder, in a git repository
	Revision string   // the commit, as git takes it: main, HEAD~3, v1.2
	Stack    string   // the stack that the commit is compared with
	Settings string   // the stack whose file has the commit's settings; Stack if empty
	Config   []string // settings as key=value, over those of the commit
	Out      io.Writer
}

// Compare returns what would change if the commit were deployed, and now the project as
// it is, with the given settings. Nothing is started: both are evaluated by the engine
// over providers that record. Nor is anything fitted to this machine, which would hide
// changes.
func (b Base) Compare(ctx context.Context, program pulumi.RunFunc, config []string) (*engine.Account, error) {
	settings, err := engine.LoadSettings(b.Root, b.Stack, config)
	if err != nil {
		return nil, err
	}
	if settings.Throwaway, err = b.state(ctx); err != nil {
		return nil, err
	}
	providers, err := provider.Record(settings.Region, "next")
	if err != nil {
		return nil, err
	}
	defer providers.Close()
	e, err := engine.Open(ctx, settings, program, providers.Ports, b.Out)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	plan, err := e.Preview(ctx, false, provider.Held)
	if err != nil {
		return nil, err
	}
	return Around(ctx, plan, settings, program, b.Out)
}

// Around adds to a plan what is declared before it, which is in the engine's state, and
// what would be after it. That is evaluated from nothing over providers that record, so
// all of it is known; the names in it that AWS makes up are others than in the state.
func Around(ctx context.Context, plan *engine.Plan, settings *engine.Settings, program pulumi.RunFunc, out io.Writer) (*engine.Account, error) {
	before, err := settings.Resources()
	if err != nil {
		return nil, err
	}
	if plan.Empty() {
		return &engine.Account{Plan: plan, Before: before, After: before}, nil
	}
	after := *settings
	if after.Throwaway, err = os.MkdirTemp("", "myclothes-preview-*"); err != nil {
		return nil, err
	}
	defer os.RemoveAll(after.Throwaway)
	providers, err := provider.Record(settings.Region, "next")
	if err != nil {
		return nil, err
	}
	defer providers.Close()
	e, err := engine.Open(ctx, &after, program, providers.Ports, out)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	if err := e.Record(ctx); err != nil {
		return nil, err
	}
	resources, err := after.Resources()
	return &engine.Account{Plan: plan, Before: before, After: resources}, err
}

// How many states and programs are kept. A program is some 80 MB, a state one.
const (
	keptStates   = 12
	keptPrograms = 2
)

// state returns the folder of the engine's state in which the commit is deployed. It
// is made once for a commit, its settings and the versions of what makes it.
func (b Base) state(ctx context.Context) (string, error) {
	commit, err := git(ctx, b.Root, "rev-parse", "--verify", "--end-of-options", b.Revision+"^{commit}")
	if err != nil {
		return "", fmt.Errorf("base %s is no commit here: %w", b.Revision, err)
	}
	version, err := engine.Version(b.Root)
	if err != nil {
		return "", err
	}
	providers, err := provider.Version()
	if err != nil {
		return "", err
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%q", append([]string{commit, b.Stack, b.settings(), version, providers}, b.Config...)))
	folder := b.path("state-" + hex.EncodeToString(key[:8]))
	return once(folder, b.path("state-*"), keptStates, func(unfinished string) error {
		fmt.Fprintf(b.Out, "Evaluating what %s (%.12s) declares, once.\n", b.Revision, commit)
		if err := b.evaluate(ctx, commit, unfinished); err != nil {
			return fmt.Errorf("base %s: %w", b.Revision, err)
		}
		return nil
	})
}

// once makes a file or folder unless it is there, and returns its path. Of those that
// match the pattern only so many are kept, the ones that were used last.
func once(path, pattern string, keep int, create func(unfinished string) error) (string, error) {
	if now := time.Now(); os.Chtimes(path, now, now) == nil { // used again
		return path, nil
	}
	unfinished := path + ".unfinished"
	defer os.RemoveAll(unfinished)
	if err := os.RemoveAll(unfinished); err != nil {
		return "", err
	}
	if err := create(unfinished); err != nil {
		return "", err
	}
	if err := prune(pattern, keep); err != nil {
		return "", err
	}
	return path, os.Rename(unfinished, path)
}

func (b Base) settings() string {
	if b.Settings != "" {
		return b.Settings
	}
	return b.Stack
}

// evaluate deploys the commit into a state of its own. The commit's own program
// declares it, so it need know nothing of previews.
func (b Base) evaluate(ctx context.Context, commit, folder string) error {
	project, remove, err := checkout(ctx, b.Root, commit, b.path("tree"))
	if err != nil {
		return err
	}
	defer remove()
	settings, err := engine.LoadSettings(project, b.settings(), b.Config)
	if err != nil {
		return err
	}
	settings.Root, settings.Stack, settings.Throwaway = b.Root, b.Stack, folder
	program, err := b.build(ctx, project, commit)
	if err != nil {
		return err
	}
	providers, err := provider.Record(settings.Region, "base")
	if err != nil {
		return err
	}
	defer providers.Close()
	e, err := engine.OpenProgram(ctx, settings, engine.Program{Path: program, Dir: project}, providers.Ports, b.Out)
	if err != nil {
		return err
	}
	defer e.Close()
	return e.Record(ctx)
}

// build compiles the program of a commit, once.
func (b Base) build(ctx context.Context, project, commit string) (string, error) {
	return once(b.path("program-"+commit), b.path("program-*"), keptPrograms, func(unfinished string) error {
		build := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", unfinished, ".")
		build.Dir, build.Env = project, append(os.Environ(), "GOWORK=off")
		if text, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("build its Pulumi program: %w\n%s", err, text)
		}
		return nil
	})
}

func (b Base) path(name string) string { return filepath.Join(b.Root, Folder, name) }

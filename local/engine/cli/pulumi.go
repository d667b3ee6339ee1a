// Package cli finds the command of the Pulumi engine, as $PULUMI, on PATH or where
// tools/setup has built it.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

// oldest is the first engine whose inline programs can be destroyed without being
// run again.
var oldest = semver.MustParse("3.181.0")

// Find returns the engine's command for a project at a root: $PULUMI, or the one on PATH
// if it is new enough, or the one that tools/setup has built. A link to it is made in a
// folder, where the Automation API wants one. The error says what was looked at.
func Find(root, folder string) (auto.PulumiCommand, error) {
	var problems []error
	for _, candidate := range []string{os.Getenv("PULUMI"), "pulumi", filepath.Join(root, ".local", "bin", "pulumi")} {
		if candidate == "" {
			continue
		}
		path, err := exec.LookPath(candidate)
		if err != nil {
			continue
		}
		command, err := onceAt(folder, path)
		if err == nil {
			return command, nil
		}
		problems = append(problems, fmt.Errorf("%s: %w", path, err))
	}
	return nil, errors.Join(append(problems, fmt.Errorf("no pulumi %s or later in $PULUMI, on PATH or in .local/bin: run make setup", oldest))...)
}

// asked are the engines that were asked for their version, by folder and path.
var asked sync.Map

// onceAt is commandAt, which asks an engine for its version, once for each.
func onceAt(folder, path string) (auto.PulumiCommand, error) {
	once, _ := asked.LoadOrStore([2]string{folder, path}, sync.OnceValues(func() (auto.PulumiCommand, error) { return commandAt(folder, path) }))
	command, err := once.(func() (auto.PulumiCommand, error))()
	return terse{command}, err
}

// terse is an engine's command that answers itself what the Automation API asks after
// each operation, and nobody here reads: the stack's outputs, twice, and its history.
// The engine would first make the key of the state's secrets, which is slow on purpose.
type terse struct{ auto.PulumiCommand }

// Run runs the command, unless it asks what nobody reads.
func (c terse) Run(ctx context.Context, dir string, in io.Reader, out, problems []io.Writer, environment []string, args ...string) (string, string, int, error) {
	if len(args) > 1 && args[0] == "stack" {
		switch args[1] {
		case "output":
			return "{}", "", 0, nil
		case "history":
			return "[]", "", 0, nil
		}
	}
	return c.PulumiCommand.Run(ctx, dir, in, out, problems, environment, args...)
}

// commandAt returns the engine at a path. The Automation API looks for
// <root>/bin/pulumi, so a link in <folder>/bin leads to it.
func commandAt(folder, path string) (auto.PulumiCommand, error) {
	if path, err := filepath.Abs(path); err == nil && filepath.Base(path) == "pulumi" && filepath.Base(filepath.Dir(path)) == "bin" {
		return auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: filepath.Dir(filepath.Dir(path)), Version: oldest})
	}
	bin := filepath.Join(folder, "bin")
	link := filepath.Join(bin, "pulumi")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		return nil, err
	}
	if err := os.Remove(link); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	target, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := os.Symlink(target, link); err != nil {
		return nil, err
	}
	return auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: filepath.Dir(bin), Version: oldest})
}

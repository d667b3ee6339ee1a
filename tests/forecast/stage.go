package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"myclothes/local/control"
	"myclothes/local/engine"
	"myclothes/tests/scratch"
)

// declaration is a way in which the project may declare its stack.
type declaration struct {
	config []string       // key=value, over those of the stack's file
	edits  []scratch.Edit // of the project's files
}

// with returns the declaration with more settings, which win over the others.
func (d declaration) with(settings ...string) declaration {
	return declaration{append(slices.Clone(d.config), settings...), d.edits}
}

// edited returns the declaration with an edit.
func (d declaration) edited(edit scratch.Edit) declaration {
	return declaration{d.config, append(slices.Clone(d.edits), edit)}
}

// same says whether two declarations are one.
func (d declaration) same(other declaration) bool {
	return slices.Equal(d.config, other.config) && slices.Equal(d.edits, other.edits)
}

// stackName is the stack whose file everything begins with.
const stackName = "dev"

// stage is a copy of the project with a local cloud of its own.
type stage struct {
	root, folder string
	port         int
	scale        float64
	runs         *declaration // nil: nothing
	broken       bool         // an up failed, so nobody knows what runs
	written      []string     // files that differ from the project's
	stale        bool         // the command is older than the sources
	record       *record
}

// newStage copies the project, without what is ignored by git, and uses the tools that it
// has installed. The caller closes it.
func newStage(ctx context.Context, root string, port int, scale float64) (*stage, error) {
	folder, err := os.MkdirTemp("", "myclothes-forecast-*")
	if err != nil {
		return nil, err
	}
	s := &stage{root: root, folder: folder, port: port, scale: scale}
	if err := s.copyProject(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return s, nil
}

// close takes down what runs, and removes the copy. It does so whatever has failed.
func (s *stage) close() error {
	return errors.Join(s.down(context.Background()), os.RemoveAll(s.folder))
}

// build compiles the command, which holds the declaration.
func (s *stage) build(ctx context.Context) error {
	if !s.stale {
		return nil
	}
	build := exec.CommandContext(ctx, "go", "build", "-ldflags=-w", "-o", ".local/bin/local", "./local")
	build.Dir = s.folder
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the local cloud's command: %w\n%s", err, output)
	}
	s.stale = false
	return nil
}

// local runs a command of the local cloud on a declaration, and returns what it prints.
func (s *stage) local(ctx context.Context, command string, d declaration, more ...string) (output []byte, status int, err error) {
	arguments := []string{command, "-stack", stackName, "-port", fmt.Sprint(s.port), "-https-port", fmt.Sprint(s.port + 10)}
	for _, setting := range d.config {
		arguments = append(arguments, "-config", setting)
	}
	run := exec.CommandContext(ctx, ".local/bin/local", append(arguments, more...)...)
	run.Dir = s.folder
	run.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal's ^C is for us, who take down what runs
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	var problems strings.Builder
	run.Stderr = &problems
	output, err = run.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s%s", command, err, lastLines(string(output), 12), lastLines(problems.String(), 12))
	}
	return output, run.ProcessState.ExitCode(), err
}

// lastLines are the last lines of a text, in which commands say what failed.
func lastLines(text string, count int) string {
	lines := strings.SplitAfter(text, "\n")
	return strings.Join(lines[max(0, len(lines)-count):], "")
}

// be makes the stack as declared, from nothing unless that is what runs already.
func (s *stage) be(ctx context.Context, d declaration) error {
	if s.runs != nil && !s.broken && s.runs.same(d) {
		return nil
	}
	if err := s.down(ctx); err != nil {
		return err
	}
	return s.up(ctx, d, "-scale", fmt.Sprint(s.scale))
}

// up makes what runs as declared, or brings it up.
func (s *stage) up(ctx context.Context, d declaration, more ...string) error {
	if err := errors.Join(s.write(d), s.build(ctx)); err != nil {
		return err
	}
	s.runs = &d
	_, _, err := s.local(ctx, "up", d, more...)
	s.broken = err != nil
	return err
}

// down ends what runs.
func (s *stage) down(ctx context.Context) error {
	if s.runs == nil {
		return nil
	}
	command := exec.CommandContext(ctx, ".local/bin/local", "down")
	command.Dir = s.folder
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("down: %w\n%s", err, lastLines(string(output), 12))
	}
	s.runs = nil
	return nil
}

// Exit statuses of a preview that are no failures: see outcome in package local.
var previewed = []int{0, 2, 3}

// preview returns the forecast of a change of what runs.
func (s *stage) preview(ctx context.Context, d declaration) (f forecasted, err error) {
	if err := errors.Join(s.write(d), s.build(ctx)); err != nil {
		return f, err
	}
	output, status, err := s.local(ctx, "preview", d, "-format", "json")
	if err != nil && !slices.Contains(previewed, status) {
		return f, err
	}
	if err := json.Unmarshal(output, &f); err != nil {
		return f, fmt.Errorf("the preview is not JSON: %w\n%s", err, lastLines(string(output), 12))
	}
	return f, nil
}

// cloud finds what runs.
func (s *stage) cloud(ctx context.Context) (*control.Cloud, error) {
	return control.Find(ctx, s.folder)
}

// resources are those that the engine has made.
func (s *stage) resources() ([]map[string]any, error) {
	settings, err := engine.LoadSettings(s.folder, stackName, nil)
	if err != nil {
		return nil, err
	}
	return settings.Resources()
}

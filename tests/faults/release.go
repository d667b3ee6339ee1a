package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"myclothes/tests/scratch"
)

// errRoll says that the stack was not brought up: the roll failed, or was never begun.
var errRoll = errors.New("up failed")

// up brings the stack up as the folder declares it, with settings over those that it has, and waits for the roll.
func (s *stack) up(ctx context.Context, folder string, settings ...string) error {
	o := s.cloud.Options()
	args := []string{"up", "-stack", o.Stack, "-port", fmt.Sprint(o.Port), "-https-port", fmt.Sprint(o.HTTPSPort)}
	for _, setting := range append(append([]string{}, s.config...), settings...) {
		args = append(args, "-config", setting)
	}
	command := exec.CommandContext(ctx, filepath.Join(s.root, ".local/bin/local"), args...)
	command.Dir = folder
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal's ^C is for us, who put right what was changed
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %w\n%s", errRoll, err, output)
	}
	return nil
}

// edited returns a copy of this folder with an edit in the service; this folder stays as it is. The caller removes it,
// also after an error.
func (s *stack) edited(e scratch.Edit) (folder string, err error) {
	if folder, err = os.MkdirTemp("", "myclothes-release-*"); err != nil {
		return folder, err
	}
	if err := s.copyTo(folder); err != nil {
		return folder, err
	}
	return folder, e.Apply(folder)
}

// release rolls out the service with an edit.
func (s *stack) release(ctx context.Context, e scratch.Edit) error {
	folder, err := s.edited(e)
	defer os.RemoveAll(folder)
	if err != nil {
		return err
	}
	return s.up(ctx, folder)
}

// copyTo copies what is released and declared. The state of the stack and what was built are shared.
func (s *stack) copyTo(folder string) error {
	problems := []error{os.CopyFS(filepath.Join(folder, "app"), os.DirFS(filepath.Join(s.root, "app")))}
	files, err := filepath.Glob(filepath.Join(s.root, "Pulumi*.yaml"))
	problems = append(problems, err)
	for _, file := range append(files, filepath.Join(s.root, "go.mod"), filepath.Join(s.root, "go.sum")) {
		text, err := os.ReadFile(file)
		problems = append(problems, err, os.WriteFile(filepath.Join(folder, filepath.Base(file)), text, 0o644))
	}
	for _, shared := range []string{".local", ".build"} {
		problems = append(problems, os.Symlink(filepath.Join(s.root, shared), filepath.Join(folder, shared)))
	}
	return errors.Join(problems...)
}

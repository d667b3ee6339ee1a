package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// copyProject copies what git does not ignore, and links the tools.
func (s *stage) copyProject(ctx context.Context) error {
	list := exec.CommandContext(ctx, "git", "ls-files", "--cached", "--others", "--exclude-standard")
	list.Dir = s.root
	names, err := list.Output()
	if err != nil {
		return fmt.Errorf("list the project's files: %w", err)
	}
	for name := range strings.Lines(string(names)) {
		if err := s.copyFile(strings.TrimSuffix(name, "\n")); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	tools := filepath.Join(s.folder, ".local", "bin")
	if err := os.MkdirAll(tools, 0o755); err != nil {
		return err
	}
	s.stale = true
	return errors.Join(
		os.Symlink(filepath.Join(s.root, ".local", "bin", "pulumi"), filepath.Join(tools, "pulumi")),
		os.Symlink(filepath.Join(s.root, ".local", "npm"), filepath.Join(s.folder, ".local", "npm")))
}

// copyFile makes a file what it is in the project.
func (s *stage) copyFile(name string) error {
	from, to := filepath.Join(s.root, name), filepath.Join(s.folder, name)
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	about, err := os.Stat(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, text, about.Mode().Perm())
}

// write makes the copy's sources those of a declaration.
func (s *stage) write(d declaration) error {
	for _, name := range s.written {
		if err := s.copyFile(name); err != nil {
			return err
		}
	}
	changed := s.written
	s.written = nil
	for _, edit := range d.edits {
		s.written = append(s.written, edit.File)
		if err := edit.Apply(s.folder); err != nil {
			return err
		}
	}
	for _, name := range append(changed, s.written...) {
		s.stale = s.stale || !strings.HasPrefix(name, "app/") // which the command compiles, and does not hold
	}
	return nil
}

package preview

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// checkout makes a work tree of a commit, without running the repository's hooks. It
// returns the project's folder in it, which is where root is in the repository, and
// what removes the tree. What an earlier one left that was killed is removed first.
func checkout(ctx context.Context, root, commit, tree string) (project string, remove func(), err error) {
	within, err := git(ctx, root, "rev-parse", "--show-prefix")
	if err != nil {
		return "", nil, err
	}
	remove = func() {
		_ = os.RemoveAll(tree)
		_, _ = git(context.WithoutCancel(ctx), root, "worktree", "prune")
	}
	remove()
	if err := os.MkdirAll(filepath.Dir(tree), 0o755); err != nil {
		return "", nil, err
	}
	if _, err := git(ctx, root, "-c", "core.hooksPath=/dev/null", "worktree", "add", "--detach", tree, commit); err != nil {
		remove()
		return "", nil, err
	}
	return filepath.Join(tree, within), remove, nil
}

// git runs git in a folder and returns what it prints. A hook that runs this program
// has settings of its own for git, which are left aside.
func git(ctx context.Context, folder string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "git", args...)
	command.Dir = folder
	command.Env = slices.DeleteFunc(os.Environ(), func(entry string) bool { return strings.HasPrefix(entry, "GIT_") })
	var problems bytes.Buffer
	command.Stderr = &problems
	text, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(problems.String()))
	}
	return strings.TrimSpace(string(text)), nil
}

// prune removes the files or folders of a pattern that were not used for longest, and
// keeps that many.
func prune(pattern string, keep int) error {
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return err
	}
	used := func(path string) int64 {
		info, err := os.Stat(path)
		if err != nil {
			return 0
		}
		return info.ModTime().UnixNano()
	}
	slices.SortFunc(paths, func(a, b string) int { return int(min(1, max(-1, used(b)-used(a)))) })
	var problems []error
	for _, path := range paths[min(keep, len(paths)):] {
		problems = append(problems, os.RemoveAll(path))
	}
	return errors.Join(problems...)
}

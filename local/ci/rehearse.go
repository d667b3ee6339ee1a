package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"myclothes/local/ci/github/githubtest"
	"myclothes/local/ci/steps"
)

// rehearse runs the commands of workflows in a clone of what is committed here, with a change
// that a pull request would bring, and without GitHub: comments go to one in memory and are
// shown at the end.
func rehearse(ctx context.Context, r request) error {
	root, err := os.MkdirTemp("", "rehearsal-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	tree := filepath.Join(root, "clone")
	if err := plant(ctx, tree, r.plant); err != nil {
		return err
	}
	server := githubtest.Start()
	defer server.Close()
	head, token := githubtest.Repository, githubtest.Token
	if r.fork {
		head, token = "somebody/fork", "a token that only reads"
	}
	pull := map[string]any{"number": 7, "head": map[string]any{"repo": map[string]any{"full_name": head}}}
	event := map[string]any{"number": 7, "pull_request": pull}
	text, err := json.Marshal(event)
	if err != nil {
		return err
	}
	file, summary := filepath.Join(root, "event.json"), filepath.Join(root, "summary.md")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	rehearsal := steps.Rehearsal{
		Root: tree, Job: r.job, Out: r.out,
		GitHub: map[string]any{"event": event, "repository": githubtest.Repository, "token": token, "event_name": "pull_request", "ref": "refs/pull/7/merge"},
		Vars:   map[string]any{},
		Env: map[string]string{
			"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_API_URL": server.URL, "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": githubtest.Repository,
			"GITHUB_EVENT_PATH": file, "GITHUB_STEP_SUMMARY": summary, "GITHUB_RUN_ID": "1", "GITHUB_SHA": commitOf(ctx, tree),
		},
	}
	var problems []error
	for _, workflow := range r.files {
		problems = append(problems, rehearsal.Run(ctx, filepath.Join(tree, workflow)))
	}
	shown, _ := os.ReadFile(summary) // there may be none
	fmt.Fprintf(r.out, "== the summary, %d bytes\n%s", len(shown), shown)
	for _, comment := range server.Comments() {
		fmt.Fprintf(r.out, "== the comment on pull request %d\n%s\n", comment.Number, comment.Body)
	}
	return errors.Join(problems...)
}

// plant clones the repository and commits a change; what is built already is shared with it.
func plant(ctx context.Context, tree, change string) error {
	script := `set -e
git clone -q . "$1" && mkdir -p "$1/.local/bin"
[ ! -d .local/npm ] || ln -s "$PWD/.local/npm" "$1/.local/npm"
[ ! -x .local/bin/pulumi ] || ln -s "$PWD/.local/bin/pulumi" "$1/.local/bin/pulumi"
cd "$1" && bash -ec "$2" && git add -A
git -c user.name=rehearsal -c user.email=rehearsal@example.com commit -qm "a change"`
	if said, err := exec.CommandContext(ctx, "bash", "-c", script, "plant", tree, change).CombinedOutput(); err != nil {
		return fmt.Errorf("plant a change: %w: %s", err, said)
	}
	return nil
}

func commitOf(ctx context.Context, tree string) string {
	command := exec.CommandContext(ctx, "git", "rev-parse", "HEAD")
	command.Dir = tree
	text, _ := command.Output() // it was committed just now
	return strings.TrimSpace(string(text))
}

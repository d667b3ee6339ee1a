package steps

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Rehearsal is what the steps run in.
type Rehearsal struct {
	Root string            // the work tree that a runner would have checked out
	Job  string            // the one job to run; empty: all
	Env  map[string]string // the variables that GitHub sets, over the process's own
	// GitHub is the context github of expressions, Vars the repository's variables.
	GitHub map[string]any
	Vars   map[string]any
	Out    io.Writer
}

// errSteps says that commands failed. Each is told of where it ran.
var errSteps = errors.New("steps failed")

// Run runs the commands of a workflow and prints each with its output and exit status. It
// is an error when one of them fails, once all are done.
func (r Rehearsal) Run(ctx context.Context, path string) error {
	w, err := read(path)
	if err != nil {
		return err
	}
	needs, failed := map[string]any{}, 0
	for _, j := range w.Jobs {
		if r.Job != "" && r.Job != j.name {
			continue
		}
		c := contexts{"github": r.GitHub, "vars": r.Vars, "needs": needs}
		if runs, err := c.holds(j.If); err != nil || !runs {
			fmt.Fprintf(r.Out, "== %s / %s: left out, for it runs if %s\n", w.Name, j.name, j.If)
			if err != nil {
				return err
			}
			continue
		}
		variants, err := c.variants(j)
		if err != nil {
			return fmt.Errorf("job %s: %w", j.name, err)
		}
		for _, variant := range variants {
			of := maps.Clone(c)
			of["matrix"], of["steps"] = variant, map[string]any{}
			fmt.Fprintf(r.Out, "== %s / %s %v\n", w.Name, j.name, variant)
			if err := r.job(ctx, w, j, of); err != nil && !errors.Is(err, errSteps) {
				return fmt.Errorf("job %s: %w", j.name, err)
			} else if err != nil {
				failed++
			}
			outputs := map[string]any{}
			for name, value := range j.Outputs {
				if outputs[name], err = of.fill(value); err != nil {
					return err
				}
			}
			needs[j.name] = map[string]any{"outputs": outputs}
		}
	}
	if failed > 0 {
		return fmt.Errorf("%s: in %d jobs %w", path, failed, errSteps)
	}
	return nil
}

// variants are the values of a job's matrix: here, of one key at most.
func (c contexts) variants(j job) ([]map[string]any, error) {
	for key, node := range j.Strategy.Matrix {
		var values []any
		if node.Kind == yaml.SequenceNode {
			if err := node.Decode(&values); err != nil {
				return nil, err
			}
		} else {
			value, err := c.evaluate(expressions.FindStringSubmatch(node.Value)[1])
			if err != nil {
				return nil, err
			}
			values, _ = value.([]any)
		}
		var all []map[string]any
		for _, value := range values {
			all = append(all, map[string]any{key: value})
		}
		return all, nil
	}
	return []map[string]any{{}}, nil
}

// job runs the steps of one variant of a job.
func (r Rehearsal) job(ctx context.Context, w workflow, j job, c contexts) error {
	folder, err := os.MkdirTemp("", "job-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	for i, s := range j.Steps {
		runs, err := c.holds(s.If)
		switch {
		case err != nil:
			return err
		case !runs:
			fmt.Fprintf(r.Out, "-- left out, for it runs if %s: %s%s\n", s.If, s.Uses, s.Run)
			continue
		case s.Uses != "":
			fmt.Fprintf(r.Out, "-- not here: %s\n", s.Uses)
			continue
		}
		output := filepath.Join(folder, fmt.Sprint("output-", i))
		environment, err := c.environment(r.Env, w.Env, j.Env, s.Env, map[string]string{"GITHUB_OUTPUT": output})
		if err != nil {
			return err
		}
		if err := r.step(ctx, s, environment); err != nil {
			c["failed"] = true
		}
		if s.ID != "" {
			c["steps"].(map[string]any)[s.ID] = map[string]any{"outputs": outputsIn(output)}
		}
	}
	if c["failed"] == true {
		return errSteps
	}
	return nil
}

// environment fills what is said of the environment; later ones win.
func (c contexts) environment(all ...map[string]string) ([]string, error) {
	environment := os.Environ()
	for _, variables := range all {
		for _, name := range slices.Sorted(maps.Keys(variables)) {
			value, err := c.fill(variables[name])
			if err != nil {
				return nil, err
			}
			environment = append(environment, name+"="+value)
		}
	}
	return environment, nil
}

// step runs a command as GitHub runs one with "shell: bash".
func (r Rehearsal) step(ctx context.Context, s step, environment []string) error {
	fmt.Fprintf(r.Out, "-- %s\n", strings.TrimSpace(s.Run))
	command := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", s.Run)
	var said bytes.Buffer
	command.Dir, command.Env, command.Stdout, command.Stderr = r.Root, environment, &said, &said
	err := command.Run()
	for line := range strings.Lines(said.String()) {
		fmt.Fprintf(r.Out, "   %s\n", strings.TrimSuffix(line, "\n"))
	}
	fmt.Fprintf(r.Out, "   exit status %d\n", command.ProcessState.ExitCode())
	return err
}

// outputsIn reads NAME=VALUE lines.
func outputsIn(path string) map[string]any {
	outputs := map[string]any{}
	text, _ := os.ReadFile(path) // none was written
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		outputs[name] = value
	}
	return outputs
}

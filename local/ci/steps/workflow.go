// Package steps runs the steps of workflows on this machine, without GitHub: those that
// are commands, in the order and with the environment that a runner gives them. What an
// action does (checking out, caching, signing in) has happened here already, or is left out;
// each is named.
package steps

import (
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"
)

// workflow is what this package reads of a workflow
// (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax).
type workflow struct {
	Name        string
	On          yaml.Node
	Permissions map[string]string
	Env         map[string]string
	Jobs        jobs
}

// jobs are in the order of the file, in which a job comes after those that it needs.
type jobs []job

type job struct {
	name        string
	Needs       string
	If          string
	Strategy    struct{ Matrix map[string]yaml.Node }
	Permissions map[string]string
	Timeout     int `yaml:"timeout-minutes"`
	Env         map[string]string
	Outputs     map[string]string
	Steps       []step
}

type step struct {
	ID, If, Run, Uses string
	Env               map[string]string
	With              map[string]string
}

func (j *jobs) UnmarshalYAML(node *yaml.Node) error {
	for i := 0; i < len(node.Content); i += 2 {
		one := job{name: node.Content[i].Value}
		if err := node.Content[i+1].Decode(&one); err != nil {
			return err
		}
		*j = append(*j, one)
	}
	return nil
}

// read reads a workflow's file.
func read(path string) (w workflow, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return w, err
	}
	if err := yaml.Unmarshal(text, &w); err != nil {
		return w, fmt.Errorf("%s: %w", path, err)
	}
	return w, nil
}

package engine

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// Result is what an update did.
type Result struct {
	Changed bool
	URL     string // of the shop, when the stack exports url
}

// Up makes the stack as declared, and prints what it does as it is done. With refresh
// it first asks the providers what is really there.
func (e *Engine) Up(ctx context.Context, refresh bool) (Result, error) {
	options := []optup.Option{optup.SuppressOutputs()}
	if refresh {
		options = append(options, optup.Refresh())
	}
	progress := newProgress(e.out)
	var result Result
	err := watch(ctx, func(event apitype.EngineEvent) {
		progress.see(event)
		if done := event.ResOutputsEvent; done != nil && done.Metadata.Type == stackType && done.Metadata.New != nil {
			result.URL, _ = done.Metadata.New.Outputs["url"].(string)
		}
	}, func(stream chan<- events.EngineEvent, problems io.Writer) error {
		_, err := e.stack.Up(ctx, append(options, optup.EventStreams(stream), optup.ErrorProgressStreams(problems))...)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	result.Changed = progress.changed()
	return result, nil
}

// Record makes the stack as declared, and prints only what is not well.
func (e *Engine) Record(ctx context.Context) error {
	return watch(ctx, messages{e.out}.see, func(stream chan<- events.EngineEvent, problems io.Writer) error {
		_, err := e.stack.Up(ctx, optup.SuppressOutputs(), optup.EventStreams(stream), optup.ErrorProgressStreams(problems))
		return err
	})
}

// Preview returns what Up would change. held says what data is gone with a resource
// of a type with these inputs, if any is. The engine calls a preview failed in which
// something protected is replaced or deleted; where nothing else is wrong, that is a plan.
func (e *Engine) Preview(ctx context.Context, refresh bool, held func(typ string, inputs map[string]any) string) (*Plan, error) {
	options := []optpreview.Option{}
	if refresh {
		options = append(options, optpreview.Refresh())
	}
	planner, messages := newPlanner(held), messages{out: e.out}
	err := watch(ctx, func(event apitype.EngineEvent) {
		planner.see(event)
		messages.see(event)
	}, func(stream chan<- events.EngineEvent, problems io.Writer) error {
		_, err := e.stack.Preview(ctx, append(options, optpreview.EventStreams(stream), optpreview.ErrorProgressStreams(problems))...)
		return err
	})
	plan := planner.plan()
	if errors.Is(err, errReported) && planner.onlyProtected() {
		err = nil
	}
	return plan, err
}

// Destroy deletes all that the stack has, protected or not: nothing here outlives
// the local cloud.
func (e *Engine) Destroy(ctx context.Context) error {
	workspace := e.stack.Workspace()
	var environment []string
	for name, value := range workspace.GetEnvVars() {
		environment = append(environment, name+"="+value)
	}
	if home := workspace.PulumiHome(); home != "" {
		environment = append(environment, "PULUMI_HOME="+home)
	}
	_, problem, _, err := workspace.PulumiCommand().Run(ctx, workspace.WorkDir(), nil, nil, nil, environment,
		"state", "unprotect", "--all", "--yes", "--stack", e.stack.Name())
	if err != nil {
		return fmt.Errorf("unprotect: %w: %s", err, problem)
	}
	return watch(ctx, newProgress(e.out).see, func(stream chan<- events.EngineEvent, problems io.Writer) error {
		_, err := e.stack.Destroy(ctx, optdestroy.SuppressOutputs(), optdestroy.EventStreams(stream), optdestroy.ErrorProgressStreams(problems))
		return err
	})
}

package engine

import (
	"context"
	"fmt"
	"io"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// pending is an operation that an engine had begun when it was ended, in the form of
// apitype.OperationV2.
type pending struct {
	Resource struct {
		URN resource.URN `json:"urn"`
	}
	Type string // creating, updating, deleting, reading or importing
}

// Interrupted lists, for people, what an engine was doing to the stack's resources when it was
// ended: "creating cache". Later engines warn of what was being created until it is forgotten.
func (s *Settings) Interrupted() (doing []string, err error) {
	state, err := readState(s.folder(), s.Stack)
	for _, p := range state.PendingOperations {
		doing = append(doing, p.Type+" "+p.Resource.URN.Name())
	}
	return doing, err
}

// ForgetInterrupted forgets what an engine was creating when it was ended, and asks the
// providers what is there of all else. What was created all the same is the caller's.
func (e *Engine) ForgetInterrupted(ctx context.Context) error {
	err := watch(ctx, messages{io.Discard}.see, func(stream chan<- events.EngineEvent, problems io.Writer) error {
		_, err := e.stack.Refresh(ctx, optrefresh.ClearPendingCreates(), optrefresh.SuppressOutputs(),
			optrefresh.EventStreams(stream), optrefresh.ErrorProgressStreams(problems))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget what was interrupted: %w", err)
	}
	return nil
}

package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// errReported ends a command whose reasons people have read.
var errReported = errors.New("the engine did not finish: see above")

// watch runs an operation of the engine and hands its events to see, one at a time.
// An error that no event told of is returned with all that the engine said.
func watch(ctx context.Context, see func(apitype.EngineEvent), run func(stream chan<- events.EngineEvent, problems io.Writer) error) error {
	stream, ended, drained := make(chan events.EngineEvent), make(chan struct{}), make(chan struct{})
	var told bool
	go func() {
		defer close(drained)
		for {
			select {
			case event, open := <-stream:
				if !open {
					return
				}
				told = told || isError(event.EngineEvent)
				see(event.EngineEvent)
			case <-ended: // an engine that ends before its first event leaves the stream open
				return
			}
		}
	}()
	var problems bytes.Buffer
	err := run(stream, &problems)
	close(ended)
	<-drained
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted: %w", ctx.Err())
	case told:
		return errReported
	}
	reason, _, _ := strings.Cut(err.Error(), "\n")
	return fmt.Errorf("%s\n%s", reason, strings.TrimSpace(problems.String()))
}

// isError says whether an event tells people why an operation failed.
func isError(event apitype.EngineEvent) bool {
	return event.ErrorEvent != nil || event.DiagnosticEvent != nil && event.DiagnosticEvent.Severity == "error"
}

// messages prints what the engine, the program and the providers say to people.
type messages struct{ out io.Writer }

func (m messages) see(event apitype.EngineEvent) {
	switch {
	case event.DiagnosticEvent != nil && !event.DiagnosticEvent.Ephemeral:
		m.diagnostic(*event.DiagnosticEvent)
	case event.ErrorEvent != nil:
		fmt.Fprintln(m.out, "error:", event.ErrorEvent.Error)
	case event.StdoutEvent != nil:
		fmt.Fprint(m.out, colors.Never.Colorize(event.StdoutEvent.Message))
	case event.PolicyEvent != nil:
		p := event.PolicyEvent
		fmt.Fprintf(m.out, "%s: %s: %s: %s\n", p.EnforcementLevel, p.PolicyName, nameOf(p.ResourceURN), strings.TrimSpace(colors.Never.Colorize(p.Message)))
	}
}

// diagnostic prints a message under the name of what it is about. The engine's last
// error only says that there were others.
func (m messages) diagnostic(d apitype.DiagnosticEvent) {
	text := strings.TrimSpace(colors.Never.Colorize(d.Message))
	if text == "" || d.Severity == "debug" {
		return
	}
	about := ""
	if name := nameOf(d.URN); name != "" {
		about = name + ": "
	}
	switch d.Severity {
	case "error", "warning":
		fmt.Fprintf(m.out, "%s: %s%s\n", d.Severity, about, text)
	default:
		fmt.Fprintf(m.out, "%s%s\n", about, text)
	}
}

// stackType is the type of what all resources of a stack are below.
const stackType = "pulumi:pulumi:Stack"

// nameOf names a resource as people do, by its type and its own name: "" for the
// stack itself, or for none.
func nameOf(urn string) string {
	u := resource.URN(urn)
	if !u.IsValid() || u.Type() == stackType {
		return ""
	}
	return shortType(string(u.Type())) + " " + u.Name()
}

// shortType leaves out of a type what repeats its end: aws:ec2/vpc:Vpc is aws:ec2:Vpc.
func shortType(typ string) string {
	parts := strings.Split(typ, ":")
	if len(parts) != 3 {
		return typ
	}
	module, _, _ := strings.Cut(parts[1], "/")
	return parts[0] + ":" + module + ":" + parts[2]
}

package engine

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// progress prints what an update does: a line for every resource when it is done,
// messages as they come, and a summary.
type progress struct {
	messages
	now     func() time.Time
	started map[string]time.Time // by operation and URN
	summary map[apitype.OpType]int
}

func newProgress(out io.Writer) *progress {
	return &progress{messages: messages{out}, now: time.Now, started: map[string]time.Time{}}
}

// done are the steps that people read of, with what is said of them. All others
// change nothing, or are told by the steps that they consist of.
var done = map[apitype.OpType]struct{ sign, word string }{
	apitype.OpCreate:            {"+", "created"},
	apitype.OpUpdate:            {"~", "updated"},
	apitype.OpDelete:            {"-", "deleted"},
	apitype.OpCreateReplacement: {"+-", "created as a replacement"},
	apitype.OpDeleteReplaced:    {"-+", "deleted to be replaced"},
	apitype.OpImport:            {"=", "imported"},
	apitype.OpReadDiscard:       {"<", "forgotten"},
}

func (p *progress) see(event apitype.EngineEvent) {
	switch {
	case event.ResourcePreEvent != nil:
		step := event.ResourcePreEvent.Metadata
		p.started[string(step.Op)+step.URN] = p.now()
	case event.ResOutputsEvent != nil:
		p.finished(event.ResOutputsEvent.Metadata)
	case event.ResOpFailedEvent != nil:
		step := event.ResOpFailedEvent.Metadata
		fmt.Fprintf(p.out, " !  %s: %s failed (%s)\n", nameOf(step.URN), step.Op, p.took(step))
	case event.SummaryEvent != nil:
		p.summary = event.SummaryEvent.ResourceChanges
		fmt.Fprintln(p.out, "Resources:", describe(p.summary))
	default:
		p.messages.see(event)
	}
}

// finished prints a step that is done, which a component is when the program has
// registered its outputs.
func (p *progress) finished(step apitype.StepEventMetadata) {
	said, known := done[step.Op]
	if !known || isProvider(step.Type) {
		return
	}
	changed := ""
	if step.Op == apitype.OpUpdate && len(step.Diffs) > 0 {
		changed = ": " + strings.Join(slices.Sorted(slices.Values(step.Diffs)), ", ")
	}
	name := nameOf(step.URN)
	if name == "" {
		name = "stack"
	}
	fmt.Fprintf(p.out, " %-2s %s %s (%s)%s\n", said.sign, name, said.word, p.took(step), changed)
}

// took is how long a step has run.
func (p *progress) took(step apitype.StepEventMetadata) string {
	duration := p.now().Sub(p.started[string(step.Op)+step.URN])
	return fmt.Sprintf("%.2fs", duration.Seconds())
}

// changed says whether the update changed anything.
func (p *progress) changed() bool {
	for operation, count := range p.summary {
		if operation != apitype.OpSame && count > 0 {
			return true
		}
	}
	return false
}

// outcomes are what can become of a resource, in the order in which they are counted.
var outcomes = []struct {
	operation apitype.OpType
	word      string
}{
	{apitype.OpCreate, "created"}, {apitype.OpImport, "imported"}, {apitype.OpUpdate, "updated"},
	{apitype.OpReplace, "replaced"}, {apitype.OpDelete, "deleted"}, {apitype.OpSame, "unchanged"},
}

// describe counts resources by what became of them.
func describe(changes map[apitype.OpType]int) string {
	var parts []string
	for _, outcome := range outcomes {
		if count := changes[outcome.operation]; count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count, outcome.word))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// isProvider says whether a resource is the engine's own, for one of its providers.
func isProvider(typ string) bool { return strings.HasPrefix(typ, "pulumi:providers:") }

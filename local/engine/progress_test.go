package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"
)

// A clock that goes on by a quarter of a second whenever it is looked at.
func newTestProgress(out io.Writer) *progress {
	p := newProgress(out)
	now := time.Unix(0, 0)
	p.now = func() time.Time {
		now = now.Add(250 * time.Millisecond)
		return now
	}
	return p
}

func TestProgressTellsEveryChangeAndNothingElse(t *testing.T) {
	for _, name := range []string{"up", "change", "destroy", "failure", "broken"} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			p := newTestProgress(&out)
			for _, event := range recordedEvents(t, name) {
				p.see(event)
			}
			requireGolden(t, name+".progress", out.Bytes())
			require.Equal(t, name != "failure", p.changed())
		})
	}
}

func diagnostic(severity, urn, text string) apitype.EngineEvent {
	return apitype.EngineEvent{DiagnosticEvent: &apitype.DiagnosticEvent{Severity: severity, URN: urn, Message: text}}
}

func TestEveryMessageIsWholeAndSaysWhatItIsAbout(t *testing.T) {
	var out bytes.Buffer
	m := messages{&out}
	for _, event := range []apitype.EngineEvent{
		diagnostic("error", "urn:pulumi:dev::shop::aws:rds/instance:Instance::carts", "<{%fg 1%}>error: <{%reset%}>no space:\n  all is full\n"),
		diagnostic("warning", "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev", "old"),
		diagnostic("info", "", "by the way\n"),
		diagnostic("debug", "", "step 1"),
		{DiagnosticEvent: &apitype.DiagnosticEvent{Severity: "info", Message: "passing", Ephemeral: true}},
		{ErrorEvent: &apitype.ErrorEvent{Error: "the engine broke"}},
		{StdoutEvent: &apitype.StdoutEngineEvent{Message: "from the engine\n"}},
		{PolicyEvent: &apitype.PolicyEvent{EnforcementLevel: "mandatory", PolicyName: "tags", ResourceURN: "urn:pulumi:dev::shop::aws:ec2/vpc:Vpc::net", Message: "has none\n"}},
	} {
		m.see(event)
	}
	require.Equal(t, `error: aws:rds:Instance carts: error: no space:
  all is full
warning: old
by the way
error: the engine broke
from the engine
mandatory: tags: aws:ec2:Vpc net: has none
`, out.String())
}

func TestAFailureIsToldOnce(t *testing.T) {
	broken := errors.New("failed to run update: exit status 255\ncode: 255\nstdout: a\nstderr: b")
	fail := func(sent ...apitype.EngineEvent) error {
		return watch(t.Context(), func(apitype.EngineEvent) {}, func(stream chan<- events.EngineEvent, problems io.Writer) error {
			for _, event := range sent {
				stream <- events.EngineEvent{EngineEvent: event}
			}
			fmt.Fprintln(problems, "error: the state is not to be read")
			return broken
		})
	}
	require.EqualError(t, fail(diagnostic("warning", "", "old")), "failed to run update: exit status 255\nerror: the state is not to be read",
		"what no event told is told with the error")
	require.ErrorIs(t, fail(diagnostic("error", "", "no space")), errReported)
}

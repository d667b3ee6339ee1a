package engine

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"myclothes/local/engine/legible"
)

// Account is what an engine, of whatever version and against whatever cloud, told of a
// preview: the plan, and the resources before and after it, in the form of
// apitype.ResourceV3. Outputs that do not change are those before.
type Account struct {
	Plan          *Plan
	Before, After []map[string]any
}

// previewDigest is what `pulumi preview --json` prints (pkg/display/json.go, PreviewDigest).
type previewDigest struct {
	Steps []struct {
		Op             apitype.OpType
		URN            string
		OldState       map[string]any
		NewState       map[string]any
		DetailedDiff   map[string]apitype.PropertyDiff
		DiffReasons    []string
		ReplaceReasons []string
	}
	Diagnostics   []struct{ Severity, Message string }
	ChangeSummary map[apitype.OpType]int
}

// accountStep is one step of an account, with the states as they were told.
type accountStep struct {
	apitype.StepEventMetadata
	before, after map[string]any
}

// ReadAccount reads what an engine told of a preview: either the one document of `pulumi
// preview --json --show-sames --show-replacement-steps`, or the events that engines write,
// a line of JSON each. A preview that failed, but for what is protected, and an account that
// leaves out what stays, are errors.
func ReadAccount(in io.Reader, held func(typ string, inputs map[string]any) string) (*Account, error) {
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	var digest previewDigest
	var steps []accountStep
	p := newPlanner(held)
	if json.Unmarshal(text, &digest) == nil && (digest.Steps != nil || digest.ChangeSummary != nil) {
		for _, d := range digest.Diagnostics {
			p.see(apitype.EngineEvent{DiagnosticEvent: &apitype.DiagnosticEvent{Severity: d.Severity, Message: d.Message}})
		}
		steps, err = digest.read()
		for _, step := range steps {
			p.see(apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: step.StepEventMetadata}})
		}
	} else {
		steps, err = readEvents(text, p.see)
	}
	switch {
	case p.others != "":
		return nil, fmt.Errorf("the preview failed: %s", p.others)
	case err != nil:
		return nil, err
	}
	account := &Account{Plan: p.plan()}
	account.Before, account.After = states(steps)
	return account, nil
}

// readEvents reads lines of events and hands each one on.
func readEvents(text []byte, see func(apitype.EngineEvent)) (steps []accountStep, err error) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	complete := false
	for number := 1; lines.Scan(); number++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var event apitype.EngineEvent
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			return nil, fmt.Errorf("line %d is no event of the engine, and the whole is no preview in JSON: %w", number, err)
		}
		complete = complete || event.SummaryEvent != nil
		see(event)
		if event.ResourcePreEvent != nil {
			m := event.ResourcePreEvent.Metadata
			steps = append(steps, accountStep{m, plain(m.Old), plain(m.New)})
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if !complete {
		return nil, errors.New("the events end before the preview does: there is no summary among them")
	}
	return steps, nil
}

// plain is a state of an event with the names that it has in JSON.
func plain(state *apitype.StepEventStateMetadata) (values map[string]any) {
	if state == nil {
		return nil
	}
	text, err := json.Marshal(state)
	if err != nil || json.Unmarshal(text, &values) != nil {
		return nil // which cannot be: it was read from JSON
	}
	return values
}

// read turns a digest into the engine's own steps.
func (d previewDigest) read() (steps []accountStep, err error) {
	same := 0
	for _, s := range d.Steps {
		before, after := withSecrets(s.OldState), withSecrets(s.NewState)
		step := accountStep{apitype.StepEventMetadata{
			Op: s.Op, URN: s.URN, Type: string(resource.URN(s.URN).Type()), Keys: s.ReplaceReasons, Diffs: s.DiffReasons, DetailedDiff: s.DetailedDiff,
		}, before, after}
		if step.Old, err = metadata(before); err != nil {
			return nil, err
		}
		if step.New, err = metadata(after); err != nil {
			return nil, err
		}
		if s.Op == apitype.OpSame {
			same++
		}
		steps = append(steps, step)
	}
	if missing := d.ChangeSummary[apitype.OpSame] - same; missing > 0 {
		return nil, fmt.Errorf("the preview leaves out %d resources that stay as they are: make it with --show-sames --show-replacement-steps", missing)
	}
	if len(steps) == 0 { // the stack itself is one
		return nil, errors.New("the preview tells of no resource")
	}
	return steps, nil
}

// withSecrets marks as secrets what a digest has the word "[secret]" for.
func withSecrets(state map[string]any) map[string]any {
	var marked func(value any) any
	marked = func(value any) any {
		switch value := value.(type) {
		case string:
			if value == legible.Secret {
				return map[string]any{resource.SigKey: resource.SecretSig}
			}
		case []any:
			list := make([]any, len(value))
			for i, element := range value {
				list[i] = marked(element)
			}
			return list
		case map[string]any:
			object := make(map[string]any, len(value))
			for name, element := range value {
				object[name] = marked(element)
			}
			return object
		}
		return value
	}
	if state == nil {
		return nil
	}
	return marked(state).(map[string]any)
}

// metadata is a state as events have it.
func metadata(state map[string]any) (*apitype.StepEventStateMetadata, error) {
	if state == nil {
		return nil, nil
	}
	text, err := json.Marshal(state)
	if err != nil {
		return nil, err
	}
	m := &apitype.StepEventStateMetadata{}
	return m, json.Unmarshal(text, m)
}

// states returns what there is before and after the steps. The engine tells a step before
// it is done, so what an update leaves alone is taken from what was.
func states(steps []accountStep) (before, after []map[string]any) {
	olds, news := map[string]map[string]any{}, map[string]map[string]any{}
	for _, s := range steps {
		if s.before != nil && olds[s.URN] == nil {
			olds[s.URN] = s.before
		}
		if s.after == nil || s.Op == apitype.OpDelete || s.Op == apitype.OpDeleteReplaced {
			continue
		}
		if s.before != nil && (s.Op == apitype.OpUpdate || s.Op == apitype.OpSame || s.Op == apitype.OpRefresh) {
			s.after = carried(s.before, s.after)
		}
		news[s.URN] = s.after
	}
	return sorted(olds), sorted(news)
}

// carried is a state after an update with the id and the outputs that it had.
func carried(before, after map[string]any) map[string]any {
	after = maps.Clone(after)
	if after["id"] == nil || after["id"] == "" {
		after["id"] = before["id"]
	}
	outputs, _ := before["outputs"].(map[string]any)
	outputs = maps.Clone(outputs)
	if outputs == nil {
		outputs = map[string]any{}
	}
	told, _ := after["outputs"].(map[string]any)
	maps.Copy(outputs, told)
	after["outputs"] = outputs
	return after
}

func sorted(states map[string]map[string]any) (all []map[string]any) {
	for _, urn := range slices.Sorted(maps.Keys(states)) {
		all = append(all, states[urn])
	}
	return all
}

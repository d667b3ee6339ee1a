package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

// Check refuses inputs that nobody knows, and completes the others: a resource that
// declares no name gets one.
func (p *resources) Check(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	typ, inputs, plain, err := p.read(req.GetUrn(), req.GetNews())
	if err != nil {
		return nil, err
	}
	failures, err := refusals(typ, plain)
	if err != nil {
		return nil, err
	}
	old, err := unmarshal(req.GetOlds())
	if err != nil {
		return nil, err
	}
	k := p.kinds[typ]
	logical := resource.URN(req.GetUrn()).Name()
	if err := k.autoname(logical, p.random.seed(req), old, inputs); err != nil {
		failures = append(failures, &pulumirpc.CheckFailure{Property: k.name, Reason: err.Error()})
	}
	properties, err := marshal(inputs)
	return &pulumirpc.CheckResponse{Inputs: properties, Failures: failures}, err
}

// Diff compares the declared inputs with those of the last update. Files are
// compared by content, wherever they are.
func (p *resources) Diff(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	k := p.kinds[typeOf(req.GetUrn())]
	old, inputs, state, err := compared(req)
	if err != nil {
		return nil, err
	}
	changes := k.changes(old, inputs, state)
	if changes == nil {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	response := &pulumirpc.DiffResponse{
		Changes:         pulumirpc.DiffResponse_DIFF_SOME,
		HasDetailedDiff: true,
		DetailedDiff:    map[string]*pulumirpc.PropertyDiff{},
		// Two things cannot have one name: a declared name must be free first.
		DeleteBeforeReplace: k.name != "" && !k.autonamedIn(req),
	}
	for _, key := range changes.ChangedKeys() {
		response.Diffs = append(response.Diffs, string(key))
		if k.replacedBy(string(key), old, inputs, state) {
			response.Replaces = append(response.Replaces, string(key))
		}
	}
	for path, change := range plugin.NewDetailedDiffFromObjectDiff(changes, true) {
		property, _, _ := strings.Cut(strings.SplitN(path, "[", 2)[0], ".")
		if slices.Contains(response.Replaces, property) {
			change = change.ToReplace()
		}
		response.DetailedDiff[path] = &pulumirpc.PropertyDiff{Kind: pulumirpc.PropertyDiff_Kind(change.Kind), InputDiff: true}
	}
	return response, nil
}

// compared returns what is compared: the inputs of the last update, those declared now,
// and the state.
func compared(req *pulumirpc.DiffRequest) (old, inputs, state resource.PropertyMap, err error) {
	for to, from := range map[*resource.PropertyMap]*structpb.Struct{&old: req.GetOldInputs(), &inputs: req.GetNews(), &state: req.GetOlds()} {
		if *to, err = unmarshalOpen(from); err != nil {
			break
		}
	}
	return old, inputs, state, err
}

// autonamedIn says whether the resource in question has a name made up by Check.
func (k kind) autonamedIn(req *pulumirpc.DiffRequest) bool {
	old, err := unmarshal(req.GetOldInputs())
	return err == nil && autonamed(old, k.name)
}

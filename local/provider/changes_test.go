package provider

import (
	"context"
	"reflect"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"myclothes/local/cloud/aws"
)

// told is a service that remembers what it was told last.
type told struct{ last map[string]any }

func (t *told) create(_ context.Context, _ aws.Resource, inputs map[string]any) (aws.Outputs, error) {
	t.last = inputs
	return nil, nil
}

func (t *told) update(ctx context.Context, r aws.Resource, inputs map[string]any) (aws.Outputs, error) {
	return t.create(ctx, r, inputs)
}

func (*told) remove(context.Context, aws.Resource) error { return nil }

func (*told) spec() reflect.Type { return nil }

func TestWhatIsNoLongerDeclaredStaysWhereAWSKeepsIt(t *testing.T) {
	t.Parallel()
	const typ, urn = "aws:rds/instance:Instance", "urn:pulumi:dev::shop::aws:rds/instance:Instance::database"
	s := &told{}
	p := newResources("aws", map[string]kind{typ: {keep: inputs{"multiAz", "port"}}}, map[string]service{typ: s}, source{})
	wire := func(values map[string]any) *structpb.Struct {
		properties, err := marshal(resource.NewPropertyMapFromMap(values))
		require.NoError(t, err)
		return properties
	}
	declared := map[string]any{"multiAz": true, "port": 5432.0, "storage": 20.0}
	created, err := p.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn, Properties: wire(declared)})
	require.NoError(t, err)
	olds := created.GetProperties()
	for _, next := range []map[string]any{{"storage": 30.0}, {"port": 6000.0}} {
		updated, err := p.Update(t.Context(), &pulumirpc.UpdateRequest{
			Id: created.GetId(), Urn: urn, Olds: olds, OldInputs: wire(declared), News: wire(next),
		})
		require.NoError(t, err)
		declared, olds = next, updated.GetProperties()
	}
	require.Equal(t, map[string]any{"multiAz": true, "port": 6000.0}, s.last)
	state, err := unmarshal(olds)
	require.NoError(t, err)
	require.True(t, state["multiAz"].BoolValue())
	require.NotContains(t, state, resource.PropertyKey("storage"))
}

func TestVersionsAreComparedByTheirParts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		version, than string
		older         bool
	}{
		{"7.2", "8.0", true}, {"8.0", "7.2", false}, {"8.0", "8.0", false}, {"7.10", "7.9", false}, {"6.x", "7.1", true},
		{"6.x", "6.2", false}, {"7", "7.1", false}, {"7.0.4", "7.0.5", true}, {"", "7.0", false},
	} {
		require.Equal(t, c.older, older(c.version, c.than), "%s than %s", c.version, c.than)
	}
}

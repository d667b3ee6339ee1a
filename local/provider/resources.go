package provider

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"myclothes/local/cloud/aws"
)

// operationLimit bounds one create or update that declares no timeout. On one
// machine everything is up in seconds, or never.
const operationLimit = 3 * time.Minute

// resources is the provider of one package's resources, by its table of kinds.
type resources struct {
	protocol
	pkg      string
	region   string
	kinds    map[string]kind
	services map[string]service
	random   source

	underWay sync.RWMutex // read-locked by every operation
	liveMu   sync.Mutex
	live     map[liveResource]made
	turns    int // how many resources were ever made
	// refused is what AWS answered to the last try to delete a resource, by URN.
	refused map[string]aws.Error
}

// liveResource is what this cloud has made and not deleted. The engine's state may
// name more: it outlives the processes.
type liveResource struct{ kind, id string }

// made is what is known of a live resource.
type made struct {
	aws.Resource
	inputs map[string]any // those that it has
	turn   int            // those that were made before have smaller ones
}

func newResources(pkg string, kinds map[string]kind, services map[string]service, random source) *resources {
	return &resources{
		protocol: protocol{version: sdkVersion(pkg)},
		pkg:      pkg, kinds: kinds, services: services, random: random,
		live: map[liveResource]made{}, refused: map[string]aws.Error{},
	}
}

// Create makes a resource, or in a preview says what is known of it.
func (p *resources) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	if req.GetPreview() {
		return &pulumirpc.CreateResponse{Properties: req.GetProperties()}, nil
	}
	ctx, cancel := p.operation(ctx, req.GetTimeout())
	defer cancel()
	typ, inputs, plain, err := p.read(req.GetUrn(), req.GetProperties())
	if err != nil {
		return nil, err
	}
	k := p.kinds[typ]
	r, state := k.identify(p.random.of(req.GetUrn()), typ, p.region, inputs, plain)
	id := r.ID
	if s := p.services[typ]; s != nil {
		if id, err = k.run(ctx, s, r, plain, state); err != nil {
			return nil, errors.Join(err, s.remove(context.WithoutCancel(ctx), r))
		}
	}
	p.remember(typ, k.resource(id, state), plain)
	properties, err := marshal(state)
	return &pulumirpc.CreateResponse{Id: id, Properties: properties}, err
}

// run lets a service create a resource, lays its outputs over the state, and returns the
// resource's id. A computed output that it leaves out is an error.
func (k kind) run(ctx context.Context, s service, r aws.Resource, inputs map[string]any, state resource.PropertyMap) (string, error) {
	outputs, err := s.create(ctx, r, inputs)
	if err != nil {
		return "", err
	}
	id := r.ID
	if made, ok := outputs["id"].(string); ok {
		id = made
		delete(outputs, "id")
	}
	k.lay(outputs, state)
	for _, output := range k.computed {
		if !state.HasValue(resource.PropertyKey(output)) {
			return "", fmt.Errorf("%s: kinds says that its service computes %s, which it does not", r.Name, output)
		}
	}
	return id, nil
}

// Update changes a resource in place, or in a preview says what it will be.
func (p *resources) Update(ctx context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	ctx, cancel := p.operation(ctx, req.GetTimeout())
	defer cancel()
	typ, inputs, plain, err := p.read(req.GetUrn(), req.GetNews())
	if err != nil {
		return nil, err
	}
	k := p.kinds[typ]
	state, err := k.nextState(req.GetOlds(), req.GetOldInputs(), inputs)
	if err != nil {
		return nil, err
	}
	p.keep(k, typ, req.GetId(), plain)
	switch s := p.services[typ]; {
	case req.GetPreview():
		for _, property := range k.volatile {
			state[resource.PropertyKey(property)] = resource.MakeComputed(resource.NewProperty(""))
		}
	case !k.durable && !p.knows(typ, req.GetId()):
		return nil, fmt.Errorf("%s is not in this local cloud, which was started anew: refresh the stack first", req.GetId())
	case s != nil:
		outputs, err := s.update(ctx, k.resource(req.GetId(), state), plain)
		if err != nil {
			return nil, err
		}
		k.lay(outputs, state)
	}
	if !req.GetPreview() {
		p.remember(typ, k.resource(req.GetId(), state), plain)
	}
	properties, err := marshal(state)
	return &pulumirpc.UpdateResponse{Properties: properties}, err
}

// Read returns the state as it is, or none when this cloud has no such resource,
// whereupon the engine makes it anew.
func (p *resources) Read(_ context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	typ := typeOf(req.GetUrn())
	if !p.kinds[typ].durable && !p.knows(typ, req.GetId()) {
		return &pulumirpc.ReadResponse{}, nil
	}
	return &pulumirpc.ReadResponse{Id: req.GetId(), Properties: req.GetProperties(), Inputs: req.GetInputs()}, nil
}

// Delete ends a resource. One that is not there is deleted already.
func (p *resources) Delete(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	ctx, cancel := p.operation(ctx, req.GetTimeout())
	defer cancel()
	typ, state, _, err := p.read(req.GetUrn(), req.GetProperties())
	if err != nil {
		return nil, err
	}
	if s := p.services[typ]; s != nil && p.knows(typ, req.GetId()) {
		if err := s.remove(ctx, p.kinds[typ].resource(req.GetId(), state)); err != nil {
			p.refuse(req.GetUrn(), err)
			return nil, err
		}
	}
	p.forget(typ, req.GetId())
	p.refuse(req.GetUrn(), nil)
	return &emptypb.Empty{}, nil
}

// operation bounds one call, by the declared timeout in seconds if there is one.
func (p *resources) operation(ctx context.Context, seconds float64) (context.Context, context.CancelFunc) {
	limit := operationLimit
	if seconds > 0 {
		limit = time.Duration(seconds * float64(time.Second))
	}
	p.underWay.RLock()
	ctx, cancel := p.cancellable(ctx)
	ctx, stop := context.WithTimeout(ctx, limit)
	return ctx, func() { stop(); cancel(); p.underWay.RUnlock() }
}

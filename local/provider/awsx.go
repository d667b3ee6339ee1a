package provider

import (
	"context"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"myclothes/local/provider/awsx"
)

// awsxProvider is the provider of package awsx, as far as its Vpc component goes.
type awsxProvider struct {
	protocol
	region string
}

// Construct registers a component and its children with the engine, which comes back to the
// aws provider for them.
func (p *awsxProvider) Construct(ctx context.Context, req *pulumirpc.ConstructRequest) (*pulumirpc.ConstructResponse, error) {
	declared, err := unmarshalOpen(req.GetInputs())
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	engine := p.engine
	p.mu.Unlock()
	return awsx.Construct(ctx, req, declared.Mappable(), engine, awsx.Region{Name: p.region, Zones: zonesOf(p.region)})
}

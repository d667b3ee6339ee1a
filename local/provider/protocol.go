package provider

import (
	"context"
	"fmt"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

// protocol answers what is the same for every package. One engine at a time is
// attached; the next one takes its place.
type protocol struct {
	pulumirpc.UnimplementedResourceProviderServer
	version string

	mu     sync.Mutex
	engine *grpc.ClientConn
	ended  context.Context // done when the engine asks to cancel
	cancel context.CancelFunc
}

// Attach tells the address of the engine that will call.
func (p *protocol) Attach(_ context.Context, req *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	engine, err := grpc.NewClient(req.GetAddress(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, fmt.Errorf("engine at %s: %w", req.GetAddress(), err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.engine != nil {
		_ = p.engine.Close()
	}
	p.engine = engine
	p.ended, p.cancel = context.WithCancel(context.Background())
	return &emptypb.Empty{}, nil
}

// Cancel ends the operations under way: somebody pressed ^C.
func (p *protocol) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cancel != nil {
		p.cancel()
	}
	return &emptypb.Empty{}, nil
}

// cancellable returns a context that ends with ctx or by Cancel.
func (p *protocol) cancellable(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended != nil {
		stop := context.AfterFunc(p.ended, cancel)
		return ctx, func() { stop(); cancel() }
	}
	return ctx, cancel
}

func (p *protocol) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: p.version}, nil
}

func (p *protocol) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	return &pulumirpc.GetSchemaResponse{Schema: "{}"}, nil
}

func (p *protocol) CheckConfig(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: req.GetNews()}, nil
}

func (p *protocol) DiffConfig(context.Context, *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
}

func (p *protocol) Configure(context.Context, *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets: true, AcceptResources: true, AcceptOutputs: true, SupportsPreview: true,
	}, nil
}

// Package provider lets the Pulumi engine drive a local cloud: it speaks the
// resource provider protocol for the packages aws, awsx and random, so that the
// declaration runs unchanged.
//
// One table (kinds) says how each resource type is identified, what AWS computes
// for it and which changes replace it. Types with a runtime in package cloud are
// handed to it; all others are only recorded, and Recorded names them.
package provider

import (
	"fmt"
	"net"
	"runtime/debug"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"

	"myclothes/local/cloud"
)

// Server serves the providers, each on a loopback port of its own.
type Server struct {
	// Ports are the ports by package name, as PULUMI_DEBUG_PROVIDERS wants them.
	Ports map[string]int

	aws     *resources
	servers []*grpc.Server
}

// Serve starts the providers of a cloud. Close stops them.
func Serve(c *cloud.Cloud) (*Server, error) { return start(c.Region, awsServices(c), source{}) }

// start starts the providers of a region, with the services that run its resources.
func start(region string, services map[string]service, random source) (*Server, error) {
	s := &Server{Ports: map[string]int{}, aws: newResources("aws", awsKinds, services, random)}
	s.aws.region = region
	providers := map[string]pulumirpc.ResourceProviderServer{
		"aws":    &awsProvider{resources: s.aws},
		"awsx":   &awsxProvider{protocol: protocol{version: sdkVersion("awsx")}, region: region},
		"random": newResources("random", randomKinds, randomServices(random), random),
	}
	for name, provider := range providers {
		if err := s.serve(name, provider); err != nil {
			s.Close()
			return nil, fmt.Errorf("provider %s: %w", name, err)
		}
	}
	return s, nil
}

func (s *Server) serve(name string, provider pulumirpc.ResourceProviderServer) error {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	pulumirpc.RegisterResourceProviderServer(server, provider)
	s.servers = append(s.servers, server)
	s.Ports[name] = listener.Addr().(*net.TCPAddr).Port
	go func() { _ = server.Serve(listener) }()
	return nil
}

// Close ends calls under way and frees the ports. The cloud stays as it is.
func (s *Server) Close() {
	for _, server := range s.servers {
		server.Stop()
	}
}

// Recorded counts, by type, the declared resources that nothing stands for here.
func (s *Server) Recorded() map[string]int { return s.aws.recorded() }

// WithoutEffect lists, by type, the inputs that are declared of what runs here and change
// nothing: what this cloud says nothing about.
func (s *Server) WithoutEffect() map[string][]string { return s.aws.ineffective() }

// Refused lists the resources that AWS refused to delete when it was last asked, and why.
func (s *Server) Refused() []string { return s.aws.refusals() }

// sdkVersion returns the version of a package's linked SDK. The engine compares
// it with the version that the program asks for.
func sdkVersion(pkg string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, module := range info.Deps {
		if strings.HasPrefix(module.Path, "github.com/pulumi/pulumi-"+pkg+"/sdk") {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return ""
}

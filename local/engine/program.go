package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/common/constant"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Program is a declaration that was compiled: a command that calls pulumi.Run. Engines
// run it through a language host; this package has one, so that none must be installed.
type Program struct {
	Path string // of the executable
	Dir  string // where it runs
}

// host is a language host for one program.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	program Program
	address string
	close   func()
}

// serve starts the program's language host on a loopback port of its own.
func (p Program) serve() (*host, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("language host: %w", err)
	}
	server := grpc.NewServer()
	h := &host{program: p, address: listener.Addr().String(), close: server.Stop}
	pulumirpc.RegisterLanguageRuntimeServer(server, h)
	go func() { _ = server.Serve(listener) }()
	return h, nil
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: "1.0.0"}, nil
}

// GetRequiredPackages names none: all providers are attached.
func (h *host) GetRequiredPackages(context.Context, *pulumirpc.GetRequiredPackagesRequest) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

// Run runs the program, which registers its resources with the engine. What it had to
// say it has logged there when it ends with ExitStatusLoggedError.
func (h *host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	environment, err := environmentOf(req)
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, h.program.Path)
	command.Dir, command.Env = h.program.Dir, environment
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	err = command.Run()
	ended := (*exec.ExitError)(nil)
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case errors.As(err, &ended) && ended.ExitCode() == constant.ExitStatusLoggedError:
		return &pulumirpc.RunResponse{Bail: true}, nil
	default:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("%v\n%s", err, strings.TrimSpace(said.String()))}, nil
	}
}

// environmentOf is how a program is told what it declares, and for whom.
func environmentOf(req *pulumirpc.RunRequest) ([]string, error) {
	config, err := json.Marshal(req.GetConfig())
	if err != nil {
		return nil, err
	}
	secrets, err := json.Marshal(req.GetConfigSecretKeys())
	if err != nil {
		return nil, err
	}
	engine := ""
	if len(req.GetArgs()) > 0 {
		engine = req.GetArgs()[0]
	}
	return append(os.Environ(),
		pulumi.EnvOrganization+"="+req.GetOrganization(),
		pulumi.EnvProject+"="+req.GetProject(),
		pulumi.EnvStack+"="+req.GetStack(),
		pulumi.EnvConfig+"="+string(config),
		pulumi.EnvConfigSecretKeys+"="+string(secrets),
		pulumi.EnvDryRun+"="+strconv.FormatBool(req.GetDryRun()),
		pulumi.EnvParallel+"="+strconv.Itoa(int(req.GetParallel())),
		pulumi.EnvMonitor+"="+req.GetMonitorAddress(),
		pulumi.EnvEngine+"="+engine,
	), nil
}

// hosted is the engine's command with a language host of ours.
type hosted struct {
	auto.PulumiCommand
	address string
}

// Run adds where the language host is to the commands that run a program.
func (h hosted) Run(ctx context.Context, dir string, in io.Reader, out, problems []io.Writer, environment []string, args ...string) (string, string, int, error) {
	if len(args) > 0 && (args[0] == "up" || args[0] == "preview") {
		args = append(args, "--client="+h.address)
	}
	return h.PulumiCommand.Run(ctx, dir, in, out, problems, environment, args...)
}

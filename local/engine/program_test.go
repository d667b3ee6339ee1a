package engine

import (
	"os"
	"path/filepath"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// runProgram runs a shell script as the engine runs a program.
func runProgram(t *testing.T, script string) *pulumirpc.RunResponse {
	t.Helper()
	program := Program{Path: filepath.Join(t.TempDir(), "program"), Dir: t.TempDir()}
	require.NoError(t, os.WriteFile(program.Path, []byte("#!/bin/sh\n"+script), 0o755))
	host, err := program.serve()
	require.NoError(t, err)
	t.Cleanup(host.close)
	connection, err := grpc.NewClient(host.address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { connection.Close() })
	response, err := pulumirpc.NewLanguageRuntimeClient(connection).Run(t.Context(), &pulumirpc.RunRequest{
		Project: "shop", Stack: "dev", MonitorAddress: "127.0.0.1:1", Args: []string{"127.0.0.1:2"}, DryRun: true,
		Config: map[string]string{"shop:size": "2"},
	})
	require.NoError(t, err)
	return response
}

func TestAProgramIsToldWhatItDeclaresAndForWhom(t *testing.T) {
	response := runProgram(t, `echo "$PULUMI_PROJECT $PULUMI_STACK $PULUMI_CONFIG $PULUMI_MONITOR $PULUMI_ENGINE $PULUMI_DRY_RUN"; exit 1`)
	require.Equal(t, "exit status 1\n"+`shop dev {"shop:size":"2"} 127.0.0.1:1 127.0.0.1:2 true`, response.GetError())
}

func TestAProgramThatFailsIsToldOnce(t *testing.T) {
	require.Empty(t, runProgram(t, "exit 0").GetError())
	logged := runProgram(t, "echo it has said why; exit 32") // as pulumi.Run ends
	require.Empty(t, logged.GetError())
	require.True(t, logged.GetBail())
}

package dynamodb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"

	"myclothes/local/cloud/host"
)

// start starts dynalite if it does not run, and returns when it answers.
func (s *Tables) start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil && s.process.Running() {
		return nil
	}
	node, program, err := dynalite()
	if err != nil {
		return err
	}
	if s.address, err = s.host.Loopback.NodeAddress(); err != nil {
		return err
	}
	s.process, err = s.host.Processes.Start(host.Command{
		Path: node,
		Args: []string{program, "--host", s.address.Addr().String(), "--port", fmt.Sprint(s.address.Port()), "--createTableMs", "0", "--deleteTableMs", "0"},
		Env:  []string{"PATH=/usr/local/bin:/usr/bin:/bin"},
		Dir:  s.host.Path(),
		Log:  s.host.LogPath("dynamodb"),
	})
	if err != nil {
		return err
	}
	return s.process.Until(ctx, "dynalite", func(ctx context.Context) error { return host.Listening(ctx, s.address) })
}

func (s *Tables) running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process != nil && s.process.Running()
}

// dynalite finds Node.js, and the program that tools/setup installs for it into the
// project: in a folder above the working directory.
func dynalite() (node, program string, err error) {
	const hint = "run tools/setup dynamodb, which installs it"
	if node, err = exec.LookPath("node"); err != nil {
		return "", "", errors.New("DynamoDB's stand-in needs Node.js: " + hint + ", or apt-get install nodejs npm")
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		program = filepath.Join(dir, ".local", "npm", "node_modules", "dynalite", "cli.js")
		if _, err := os.Stat(program); err == nil {
			return node, program, nil
		}
		if dir == filepath.Dir(dir) {
			return "", "", errors.New("DynamoDB's stand-in, dynalite, is not installed: " + hint)
		}
	}
}

// call makes a call of the cloud's own.
func (s *Tables) call(ctx context.Context, operation string, input any) error {
	body, err := json.Marshal(input)
	if err != nil {
		return err
	}
	header := http.Header{"Authorization": {"AWS4-HMAC-SHA256 Credential=local/20000101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=none"}}
	header.Set("X-Amz-Date", "20000101T000000Z")
	reply, err := s.forward(ctx, operation, header, body)
	if err != nil {
		return err
	}
	if reply.status != http.StatusOK {
		return fmt.Errorf("%s: %s", operation, reply.body)
	}
	return nil
}

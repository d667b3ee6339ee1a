package dynamodb

import (
	"bytes"
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

// gone is the status of a table that does not exist.
const gone = "gone"

// until waits until a table has a status: CreateTable and DeleteTable answer before
// they are done, as on AWS, and AWS's provider waits for them.
func (s *Tables) until(ctx context.Context, table, wanted string) error {
	s.mu.Lock()
	process := s.process
	s.mu.Unlock()
	return process.Until(ctx, "table "+table, func(ctx context.Context) error {
		status, err := s.status(ctx, table)
		if err == nil && status != wanted {
			err = fmt.Errorf("it is %s, not yet %s", status, wanted)
		}
		return err
	})
}

func (s *Tables) status(ctx context.Context, table string) (string, error) {
	reply, err := s.ask(ctx, "DescribeTable", map[string]any{"TableName": table})
	switch {
	case err != nil:
		return "", err
	case bytes.Contains(reply.body, []byte("ResourceNotFoundException")):
		return gone, nil
	case reply.status != http.StatusOK:
		return "", fmt.Errorf("DescribeTable: %s", reply.body)
	}
	var description struct {
		Table struct{ TableStatus string }
	}
	err = json.Unmarshal(reply.body, &description)
	return description.Table.TableStatus, err
}

// call makes a call of the cloud's own, which has to succeed.
func (s *Tables) call(ctx context.Context, operation string, input any) error {
	reply, err := s.ask(ctx, operation, input)
	if err == nil && reply.status != http.StatusOK {
		err = fmt.Errorf("%s: %s", operation, reply.body)
	}
	return err
}

// ask makes a call of the cloud's own.
func (s *Tables) ask(ctx context.Context, operation string, input any) (forwarded, error) {
	body, err := json.Marshal(input)
	if err != nil {
		return forwarded{}, err
	}
	header := http.Header{"Authorization": {"AWS4-HMAC-SHA256 Credential=local/20000101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=none"}}
	header.Set("X-Amz-Date", "20000101T000000Z")
	return s.forward(ctx, operation, header, body)
}

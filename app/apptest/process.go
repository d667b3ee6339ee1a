// Package apptest starts the real servers that tests need, on free ports and in directories of their own.
package apptest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// startTimeout is long enough for any machine: a database that has crashed recovers before it is ready.
const startTimeout = 2 * time.Minute

// process is one server process.
type process struct {
	cmd    *exec.Cmd
	output *bytes.Buffer
	done   chan struct{}
}

// start runs a program as an unprivileged user when the caller is root: PostgreSQL insists.
func start(program string, args ...string) (*process, error) {
	return startCommand(command(program, args...))
}

// startAsCaller runs a program that may run as root, and may lie where only root gets.
func startAsCaller(program string, args ...string) (*process, error) {
	cmd := command(program, args...)
	cmd.SysProcAttr.Credential = nil
	return startCommand(cmd)
}

func startCommand(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, output: &bytes.Buffer{}, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	go func() {
		p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

func command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = "/"
	cmd.SysProcAttr = dieWithParent()
	if id, ok := unprivileged(); ok {
		cmd.SysProcAttr.Credential = id
	}
	return cmd
}

// run runs a program to its end.
func run(program string, args ...string) error {
	if out, err := command(program, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(program), err, out)
	}
	return nil
}

// stop sends the signal and waits for the end.
func (p *process) stop(signal syscall.Signal) {
	p.cmd.Process.Signal(signal)
	<-p.done
}

// await calls ready until it succeeds, and gives up when the process ends.
func (p *process) await(ready func() error) error {
	deadline := time.Now().Add(startTimeout)
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended:\n%s", p.cmd.Path, p.output)
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not get ready: %w", p.cmd.Path, err)
		}
	}
}

// unprivileged is the user that servers run as when the tests run as root.
func unprivileged() (*syscall.Credential, bool) {
	if os.Getuid() != 0 {
		return nil, false
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
			gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
			if errors.Join(uidErr, gidErr) == nil {
				return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, true
			}
		}
	}
	return nil, false
}

// newDir returns a new directory that the servers' user owns.
func newDir() (string, error) {
	dir, err := os.MkdirTemp("", "apptest-")
	if err != nil {
		return "", err
	}
	return dir, own(dir)
}

// own gives the file to the user that servers run as.
func own(path string) error {
	id, ok := unprivileged()
	if !ok {
		return nil
	}
	return os.Chown(path, int(id.Uid), int(id.Gid))
}

// given are the ports that FreePort has returned.
var given sync.Map

// FreePort returns a port of the loopback interface that nobody listens on, and that it has not returned before. It is
// below those that connections start from (net.ipv4.ip_local_port_range begins at 32768), or one of them could take it
// before a server does.
func FreePort() (string, error) {
	var err error
	for range 1000 {
		port := strconv.Itoa(10000 + rand.N(22000))
		if _, taken := given.LoadOrStore(port, true); taken {
			continue
		}
		var listener net.Listener
		if listener, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", port)); err == nil {
			return port, listener.Close()
		}
	}
	return "", fmt.Errorf("no port is free: %w", err)
}

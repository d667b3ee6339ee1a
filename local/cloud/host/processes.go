package host

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Processes starts children and knows those that live. Linux kills a child when
// the thread that started it ends (Pdeathsig), so one thread starts them all.
type Processes struct {
	starts chan func()
	closed chan struct{}
	mu     sync.Mutex
	live   map[*Process]struct{}
}

func newProcesses() *Processes {
	p := &Processes{starts: make(chan func()), closed: make(chan struct{}), live: map[*Process]struct{}{}}
	go func() {
		runtime.LockOSThread()
		for {
			select {
			case start := <-p.starts:
				start()
			case <-p.closed:
				return
			}
		}
	}()
	return p
}

// Start starts c in a process group of its own.
func (p *Processes) Start(c Command) (*Process, error) {
	log, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(c.Path, c.Args...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = c.Env, c.Dir, log, log
	cmd.SysProcAttr = childAttributes()
	if c.UID != 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(c.UID), Gid: uint32(c.GID)}
	}
	started := make(chan error)
	select {
	case p.starts <- func() { started <- cmd.Start() }:
	case <-p.closed:
		return nil, fmt.Errorf("start %s: the cloud is closed", c.Path)
	}
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	child := &Process{cmd: cmd, Log: c.Log, Started: time.Now(), Done: make(chan struct{})}
	p.mu.Lock()
	p.live[child] = struct{}{}
	p.mu.Unlock()
	go p.wait(child)
	return child, nil
}

// Run runs a process to its end.
func (p *Processes) Run(ctx context.Context, what string, c Command) error {
	child, err := p.Start(c)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	select {
	case <-child.Done:
	case <-ctx.Done():
		child.Kill()
		return child.Failure(what, ctx.Err())
	}
	if child.err != nil {
		return child.Failure(what, child.err)
	}
	return nil
}

// wait waits for the end of a child, ends what it leaves behind in its group, and
// only then frees its number.
func (p *Processes) wait(child *Process) {
	awaitExit(child.PID())
	child.signals.Lock()
	_ = syscall.Kill(-child.PID(), syscall.SIGKILL)
	child.err = child.cmd.Wait()
	child.reaped = true
	child.signals.Unlock()
	p.mu.Lock()
	delete(p.live, child)
	p.mu.Unlock()
	close(child.Done)
}

// close kills what still lives, waits for it to be gone, and starts no more.
func (p *Processes) close() {
	close(p.closed)
	p.mu.Lock()
	live := make([]*Process, 0, len(p.live))
	for child := range p.live {
		live = append(live, child)
	}
	p.mu.Unlock()
	for _, child := range live {
		child.Kill()
	}
}

// Live lists the processes that run.
func (p *Processes) Live() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	var pids []int
	for child := range p.live {
		pids = append(pids, child.PID())
	}
	return pids
}

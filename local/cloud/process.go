package cloud

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// command says what process to start.
type command struct {
	path string
	args []string
	env  []string // the whole environment; nothing is inherited
	dir  string
	log  string // where stdout and stderr are appended
	uid  int    // 0: as this process
	gid  int
}

// process is a child that has been started.
type process struct {
	cmd     *exec.Cmd
	log     string
	started time.Time
	done    chan struct{} // closed when it has ended and err is set
	err     error
}

// processes starts children and knows those that live. Linux kills a child when
// the thread that started it ends (Pdeathsig), so one thread starts them all.
type processes struct {
	starts chan func()
	closed chan struct{}
	mu     sync.Mutex
	live   map[*process]struct{}
}

func newProcesses() *processes {
	p := &processes{starts: make(chan func()), closed: make(chan struct{}), live: map[*process]struct{}{}}
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

// start starts c in a process group of its own.
func (p *processes) start(c command) (*process, error) {
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(c.path, c.args...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = c.env, c.dir, log, log
	cmd.SysProcAttr = childAttributes()
	if c.uid != 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(c.uid), Gid: uint32(c.gid)}
	}
	started := make(chan error)
	select {
	case p.starts <- func() { started <- cmd.Start() }:
	case <-p.closed:
		return nil, fmt.Errorf("start %s: the cloud is closed", c.path)
	}
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.path, err)
	}
	child := &process{cmd: cmd, log: c.log, started: time.Now(), done: make(chan struct{})}
	p.mu.Lock()
	p.live[child] = struct{}{}
	p.mu.Unlock()
	go p.wait(child)
	return child, nil
}

// run runs a process to its end.
func (p *processes) run(ctx context.Context, what string, c command) error {
	child, err := p.start(c)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	select {
	case <-child.done:
	case <-ctx.Done():
		child.kill()
		return child.failure(what, ctx.Err())
	}
	if child.err != nil {
		return child.failure(what, child.err)
	}
	return nil
}

func (p *processes) wait(child *process) {
	child.err = child.cmd.Wait()
	p.mu.Lock()
	delete(p.live, child)
	p.mu.Unlock()
	close(child.done)
}

// close kills what still lives, waits for it to be gone, and starts no more.
func (p *processes) close() {
	close(p.closed)
	p.mu.Lock()
	live := make([]*process, 0, len(p.live))
	for child := range p.live {
		live = append(live, child)
	}
	p.mu.Unlock()
	for _, child := range live {
		child.kill()
	}
}

// Live lists the processes that run.
func (p *processes) Live() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	var pids []int
	for child := range p.live {
		pids = append(pids, child.pid())
	}
	return pids
}

func (c *process) pid() int { return c.cmd.Process.Pid }

func (c *process) running() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

// kill ends the process and its children at once.
func (c *process) kill() {
	_ = syscall.Kill(-c.pid(), syscall.SIGKILL)
	<-c.done
}

// stop sends the signal and kills the process when ctx ends before it does.
func (c *process) stop(ctx context.Context, signal syscall.Signal) {
	_ = syscall.Kill(c.pid(), signal)
	select {
	case <-c.done:
	case <-ctx.Done():
		c.kill()
	}
}

// failure describes why something that runs as this process did not come up.
func (c *process) failure(what string, cause error) error {
	if !c.running() {
		cause = fmt.Errorf("the process ended: %v", c.err)
	}
	return fmt.Errorf("%s: %w\n%s ends with:\n%s", what, cause, c.log, logTail(c.log))
}

// until polls ready every few milliseconds; the error is ready's last one.
func (c *process) until(ctx context.Context, what string, ready func(context.Context) error) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-c.done:
			return c.failure(what, err)
		case <-ctx.Done():
			return c.failure(what, errors.Join(ctx.Err(), err))
		case <-tick.C:
		}
	}
}

// logTail returns the last lines of a log, indented.
func logTail(path string) string {
	const bytesRead, lines = 8 << 10, 20
	f, err := os.Open(path)
	if err != nil {
		return "  (" + err.Error() + ")"
	}
	defer f.Close()
	if end, err := f.Seek(0, io.SeekEnd); err == nil {
		_, _ = f.Seek(max(0, end-bytesRead), io.SeekStart)
	}
	text, _ := io.ReadAll(f)
	all := strings.Split(string(bytes.TrimSpace(text)), "\n")
	return "  " + strings.Join(all[max(0, len(all)-lines):], "\n  ")
}

package host

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

// Command says what process to start.
type Command struct {
	Path string
	Args []string
	Env  []string // the whole environment; nothing is inherited
	Dir  string
	Log  string // where stdout and stderr are appended
	UID  int    // 0: as this process
	GID  int
}

// Process is a child that has been started.
type Process struct {
	cmd     *exec.Cmd
	Log     string
	Started time.Time
	Done    chan struct{} // closed when it has ended and err is set
	err     error

	// signals is held while a signal is sent, and while the process is reaped: until
	// then its number is nobody else's.
	signals sync.Mutex
	reaped  bool
}

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

// PID is the process's number, which is another's once it has ended.
func (c *Process) PID() int { return c.cmd.Process.Pid }

// Running says whether the process has not ended.
func (c *Process) Running() bool {
	select {
	case <-c.Done:
		return false
	default:
		return true
	}
}

// Signal sends a signal to the process; os.ErrProcessDone says that it has ended.
func (c *Process) Signal(signal syscall.Signal) error { return c.signal(c.PID(), signal) }

// signal sends a signal to the process or, with its negative number, to its group.
func (c *Process) signal(whom int, signal syscall.Signal) error {
	c.signals.Lock()
	defer c.signals.Unlock()
	if c.reaped {
		return os.ErrProcessDone
	}
	return syscall.Kill(whom, signal)
}

// Kill ends the process and its children at once.
func (c *Process) Kill() {
	_ = c.signal(-c.PID(), syscall.SIGKILL)
	<-c.Done
}

// Stop sends the signal and kills the process when ctx ends before it does.
func (c *Process) Stop(ctx context.Context, signal syscall.Signal) {
	_ = c.Signal(signal)
	select {
	case <-c.Done:
	case <-ctx.Done():
		c.Kill()
	}
}

// Failure describes why something that runs as this process did not come up.
func (c *Process) Failure(what string, cause error) error {
	if !c.Running() {
		cause = fmt.Errorf("the process ended: %v", c.err)
	}
	return fmt.Errorf("%s: %w\n%s ends with:\n%s", what, cause, c.Log, logTail(c.Log))
}

// Until polls ready every few milliseconds; the error is ready's last one.
func (c *Process) Until(ctx context.Context, what string, ready func(context.Context) error) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-c.Done:
			return c.Failure(what, err)
		case <-ctx.Done():
			return c.Failure(what, errors.Join(ctx.Err(), err))
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

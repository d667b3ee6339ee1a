package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
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

// Err is how the process ended, once it has: nil with exit status 0.
func (c *Process) Err() error {
	<-c.Done
	return c.err
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

// Freeze stops the process where it is, and returns when none of its threads runs any
// more, or it has ended.
func (c *Process) Freeze() {
	c.signals.Lock()
	defer c.signals.Unlock()
	if !c.reaped && syscall.Kill(c.PID(), syscall.SIGSTOP) == nil {
		awaitStop(c.PID())
	}
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

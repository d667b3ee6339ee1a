package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// Start starts this program's `cloud` command in the background and returns when
// the cloud can be reached.
func Start(ctx context.Context, o Options) (*Cloud, error) {
	if err := checkPort(shopPort{"the shop", "PORT", o.Port}, 0); err != nil {
		return nil, err
	}
	if err := checkPort(operatorsPort(o.AWSPort), 0); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.path(""), 0o755); err != nil {
		return nil, err
	}
	log, err := os.Create(o.path(logFile))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, "cloud", "-stack", o.Stack, "-region", o.Region, "-port", strconv.Itoa(o.Port),
		"-https-port", strconv.Itoa(o.HTTPSPort), "-aws-port", strconv.Itoa(o.AWSPort))
	if o.Scale != 0 {
		cmd.Args = append(cmd.Args, "-scale", strconv.FormatFloat(o.Scale, 'g', -1, 64))
	}
	cmd.Dir, cmd.Stdout, cmd.Stderr = o.Root, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // it outlives this terminal
	if err := os.Remove(o.path(infoFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the local cloud: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	return o.await(ctx, ended)
}

// await waits until the cloud that was started can be reached, or has ended.
func (o Options) await(ctx context.Context, ended <-chan error) (*Cloud, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		var c Cloud
		if text, err := os.ReadFile(o.path(infoFile)); err == nil && json.Unmarshal(text, &c.info) == nil {
			return &c, nil
		}
		select {
		case err := <-ended:
			return nil, fmt.Errorf("the local cloud did not start: %w\n%s ends with:\n%s", err, o.path(logFile), LogEnd(o.path(logFile)))
		default:
		}
		if err := pause(ctx); err != nil {
			return nil, fmt.Errorf("the local cloud did not start in %v: see %s", startLimit, o.path(logFile))
		}
	}
}

// LogEnd returns the last lines of a log, indented.
func LogEnd(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "  (" + err.Error() + ")"
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return "  " + strings.Join(lines[max(0, len(lines)-20):], "\n  ")
}

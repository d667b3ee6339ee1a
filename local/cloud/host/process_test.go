package host

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shell starts a script and ends with the test whatever it leaves.
func shell(t *testing.T, script string) *Process {
	t.Helper()
	p := newProcesses()
	t.Cleanup(p.close)
	dir := t.TempDir()
	child, err := p.Start(Command{
		Path: "/bin/sh", Args: []string{"-c", script}, Env: []string{"PATH=/usr/bin:/bin"}, Dir: dir, Log: filepath.Join(dir, "log")})
	require.NoError(t, err)
	return child
}

// running says whether a process is there and is no zombie.
func running(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func TestWhatAProcessLeavesBehindEndsWithIt(t *testing.T) {
	t.Parallel()
	child := shell(t, `sleep 600 & echo $!`)
	<-child.Done
	text, err := os.ReadFile(child.Log)
	require.NoError(t, err)
	left, err := strconv.Atoi(strings.TrimSpace(string(text)))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return !running(left) }, time.Minute, 5*time.Millisecond)
}

func TestAProcessThatWasFrozenRunsNoMore(t *testing.T) {
	t.Parallel()
	for range 20 {
		child := shell(t, `while :; do :; done`)
		child.Freeze()
		stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(child.PID()), "stat"))
		require.NoError(t, err)
		require.Contains(t, string(stat), ") T ")
		child.Kill()
		child.Freeze() // one that has ended
	}
}

// sameNumber starts a process, awaits its end, and starts a script that gets the same
// number: the kernel gives a number again once it is free, and here at once.
func sameNumber(t *testing.T, script string) (ended, next *Process) {
	t.Helper()
	const lastNumber = "/proc/sys/kernel/ns_last_pid"
	for range 200 { // other programs start processes too
		ended = shell(t, `exit 0`)
		<-ended.Done
		if err := os.WriteFile(lastNumber, []byte(strconv.Itoa(ended.PID()-1)), 0o600); err != nil {
			t.Skip("only root may choose the next process's number:", err)
		}
		if next = shell(t, script); next.PID() == ended.PID() {
			return ended, next
		}
		next.Kill()
	}
	require.Equal(t, ended.PID(), next.PID())
	return ended, next
}

func TestASignalToAProcessThatEndedReachesNobodyElse(t *testing.T) {
	ended, other := sameNumber(t, `trap 'echo alive; kill $!; exit' USR1; sleep 600 & echo ready; wait`)
	require.Eventually(t, func() bool { return logTail(other.Log) == "  ready" }, time.Minute, 5*time.Millisecond)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ended.Kill()
	ended.Stop(ctx, syscall.SIGTERM)
	require.NoError(t, syscall.Kill(other.PID(), syscall.SIGUSR1))
	<-other.Done
	require.Equal(t, "  ready\n  alive", logTail(other.Log))
}

package host

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ready waits until a script has said so.
func ready(t *testing.T, p *Process) {
	t.Helper()
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(p.Log)
		return err == nil && strings.Contains(string(text), "ready")
	}, time.Minute, 5*time.Millisecond)
}

// spin keeps a processor busy until a file appears.
const spin = `while [ ! -e go-on ]; do :; done; echo ready; exec sleep 600`

func goOn(t *testing.T, p *Process) {
	t.Helper()
	require.NoError(t, os.WriteFile(p.cmd.Dir+"/go-on", nil, 0o600))
	ready(t, p)
}

// busyFor waits until a process has used processor time.
func busyFor(t *testing.T, p *Process, atLeast time.Duration) {
	t.Helper()
	require.Eventually(t, func() bool {
		usage, err := p.usage()
		return err == nil && usage.All >= atLeast
	}, time.Minute, 5*time.Millisecond)
}

func TestAProcessThatSleepsUsesNothingAndOneThatComputesDoes(t *testing.T) {
	t.Parallel()
	idle, busy := shell(t, `echo ready; exec sleep 600`), shell(t, spin)
	ready(t, idle)
	busyFor(t, busy, 100*time.Millisecond)
	var ofIdle, ofBusy Meter
	load, known := ofBusy.Look(busy, 1)
	require.True(t, known)
	require.Positive(t, load.All)
	require.LessOrEqual(t, load.All, 1.0)
	_, known = ofIdle.Look(idle, 1)
	require.True(t, known)
	goOn(t, busy)
	for meter, process := range map[*Meter]*Process{&ofIdle: idle, &ofBusy: busy} {
		require.Eventually(t, func() bool {
			load, known := meter.Look(process, 1)
			return known && load.All == 0
		}, time.Minute, 2*usageResolution)
	}
}

func TestWhatChildrenUsedCountsAlsoOnceTheyHaveEnded(t *testing.T) {
	t.Parallel()
	parent := shell(t, `sh -c '`+strings.Replace(spin, "exec sleep 600", "exit", 1)+`'; wait; exec sleep 600`)
	busyFor(t, parent, 50*time.Millisecond)
	before, err := parent.usage()
	require.NoError(t, err)
	require.Less(t, before.Thread, before.All, "it waits itself")
	goOn(t, parent)
	require.Eventually(t, func() bool {
		text, err := os.ReadFile("/proc/" + strconv.Itoa(parent.PID()) + "/comm")
		return err == nil && string(text) == "sleep\n"
	}, time.Minute, 5*time.Millisecond)
	after, err := parent.usage()
	require.NoError(t, err)
	require.GreaterOrEqual(t, after.All, before.All)
}

func TestAProcessThatIsStoppedIsKnown(t *testing.T) {
	t.Parallel()
	child := shell(t, `echo ready; exec sleep 600`)
	ready(t, child)
	require.False(t, child.Stopped())
	require.NoError(t, child.Signal(syscall.SIGSTOP))
	require.Eventually(t, child.Stopped, time.Minute, 5*time.Millisecond)
	require.NoError(t, child.Signal(syscall.SIGCONT))
	require.Eventually(t, func() bool { return !child.Stopped() }, time.Minute, 5*time.Millisecond)
	child.Kill()
	require.False(t, child.Stopped())
	_, err := child.usage()
	require.ErrorIs(t, err, errNoUsage)
}

package main

import (
	"bytes"
	"context"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
)

func TestLogLinesAreWrittenTogetherAndSoon(t *testing.T) {
	t.Parallel()
	var out apptest.Log
	lines := newLateWriter(&out)
	lines.Write([]byte("one\n"))
	lines.Write([]byte("two\n"))
	require.Empty(t, out.String(), "each line costs a system call")

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go lines.run(ctx)
	apptest.Eventually(t, func() bool { return out.String() == "one\ntwo\n" }, "the lines are written by themselves")
}

func TestLogLinesThatFillTheBufferAreNotKeptBack(t *testing.T) {
	t.Parallel()
	var out apptest.Log
	lines := newLateWriter(&out)
	lines.Write(bytes.Repeat([]byte("x"), logBufferSize+1))
	require.Len(t, out.String(), logBufferSize+1)
}

func TestFlushWritesWhatIsLeft(t *testing.T) {
	t.Parallel()
	var out apptest.Log
	lines := newLateWriter(&out)
	lines.Write([]byte("last words\n"))
	lines.Flush()
	require.Equal(t, "last words\n", out.String())
}

// full is an output that has no room at first.
type full struct {
	apptest.Log
	refusals int
}

func (f *full) Write(p []byte) (int, error) {
	if f.refusals > 0 {
		f.refusals--
		return 0, syscall.ENOSPC
	}
	return f.Log.Write(p)
}

func TestTheLogGoesOnAfterAWriteThatFailed(t *testing.T) {
	t.Parallel()
	out := full{refusals: 1}
	lines := newLateWriter(&out)
	lines.Write([]byte("one\n"))
	lines.Flush()
	lines.Write([]byte("two\n"))
	lines.Flush()
	require.Equal(t, "one\ntwo\n", out.String())
}

func TestTheLogKeepsABoundedNumberOfLinesForAnOutputThatTakesNone(t *testing.T) {
	t.Parallel()
	const many = 20
	out := full{refusals: 3 * many}
	lines := newLateWriter(&out)
	for range many {
		lines.Write(bytes.Repeat([]byte("x"), logBufferSize/2))
		lines.Flush()
	}
	out.refusals = 0
	lines.Write([]byte("the last\n"))
	lines.Flush()
	require.LessOrEqual(t, len(out.String()), 2*logBufferSize)
	require.Contains(t, out.String(), "the last\n")
}

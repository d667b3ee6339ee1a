package main

import (
	"bytes"
	"context"
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

package main

import (
	"bufio"
	"context"
	"io"
	"sync"
	"time"
)

const (
	logBufferSize = 64 << 10               // bytes
	logDelay      = 100 * time.Millisecond // for which a line may wait
)

// lateWriter collects lines and writes them together: a system call for each costs as much as all else that is
// done to log a request. A process that is killed loses those of the last moment.
type lateWriter struct {
	mu     sync.Mutex
	buffer *bufio.Writer
}

func newLateWriter(out io.Writer) *lateWriter {
	return &lateWriter{buffer: bufio.NewWriterSize(out, logBufferSize)}
}

// Write implements io.Writer.
func (w *lateWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buffer.Write(line)
}

// Flush writes what has been collected.
func (w *lateWriter) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buffer.Flush()
}

// run flushes now and then until ctx ends.
func (w *lateWriter) run(ctx context.Context) {
	tick := time.NewTicker(logDelay)
	defer tick.Stop()
	for {
		w.Flush()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

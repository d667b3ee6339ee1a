package main

import (
	"bytes"
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
// done to log a request. It keeps what the output does not take, as long as the buffer has room for it. A process that
// is killed loses the lines of the last moment.
type lateWriter struct {
	out io.Writer

	mu     sync.Mutex
	buffer bytes.Buffer
}

func newLateWriter(out io.Writer) *lateWriter { return &lateWriter{out: out} }

// Write implements io.Writer. Its error says that lines were lost.
func (w *lateWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buffer.Write(line)
	if w.buffer.Len() <= logBufferSize {
		return len(line), nil
	}
	_, err := w.buffer.WriteTo(w.out)
	if err != nil {
		w.buffer.Reset()
	}
	return len(line), err
}

// Flush writes what has been collected.
func (w *lateWriter) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buffer.WriteTo(w.out) // what is not written is kept
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

package engine

import (
	"bytes"
	"io"
	"regexp"
	"sync"
)

// idle are lines of the engine that say nothing to people here: that something has
// begun or is unchanged, and how to go on with the engine's own command. What it
// says at an end, and every message, stays.
var idle = regexp.MustCompile(`^ .* (creating|updating|deleting|reading|refreshing|running|creating replacement|deleting original|replaced|replacing) ?(\(0s\))?( \[diff: .*\])? *$` +
	`|^    \S+:\S+ \S+ *$|^@ \w+\.+$|^The resources in the stack have been deleted|^If you want to remove the stack`)

// brief writes to out what it gets, line by line, without idle ones and without
// two empty lines in a row,
// and with base64 made readable. The engine writes its output and its errors at the
// same moment.
type brief struct {
	out   io.Writer
	mu    sync.Mutex
	rest  []byte
	empty bool
}

func (b *brief) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rest = append(b.rest, text...)
	for {
		line, rest, ok := bytes.Cut(b.rest, []byte("\n"))
		if !ok {
			return len(text), nil
		}
		empty := len(bytes.TrimSpace(line)) == 0
		if !idle.Match(line) && !(empty && b.empty) {
			if _, err := io.WriteString(b.out, readable(string(line))+"\n"); err != nil {
				return 0, err
			}
			b.empty = empty
		}
		b.rest = rest
	}
}

package engine

import (
	"bytes"
	"io"
	"regexp"
)

// beginning is a line of the engine that only says that something has begun. What
// it says at the end, and every message, stays.
var beginning = regexp.MustCompile(`^ .* (creating|updating|deleting|reading|refreshing|running|creating replacement|deleting original|replaced|replacing) ?(\(0s\))? *$|^@ \w+\.+$`)

// brief writes to out what it gets, line by line, without beginnings and without
// two empty lines in a row.
type brief struct {
	out   io.Writer
	rest  []byte
	empty bool
}

func (b *brief) Write(text []byte) (int, error) {
	b.rest = append(b.rest, text...)
	for {
		line, rest, ok := bytes.Cut(b.rest, []byte("\n"))
		if !ok {
			return len(text), nil
		}
		empty := len(bytes.TrimSpace(line)) == 0
		if !beginning.Match(line) && !(empty && b.empty) {
			if _, err := b.out.Write(append(line[:len(line):len(line)], '\n')); err != nil {
				return 0, err
			}
			b.empty = empty
		}
		b.rest = rest
	}
}

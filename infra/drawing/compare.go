package drawing

import (
	"bytes"

	"myclothes/infra/guards"
)

// Compare returns one document with two drawings, before a change and after it. What goes
// is marked in the first, what comes in the second. It returns nil when nothing that is
// drawn changes.
func Compare(title string, before, after guards.Graph) []byte {
	if bytes.Equal(Draw(title, before), Draw(title, after)) {
		return nil
	}
	old, next := read(before), read(after)
	old.mark(next, Removed)
	next.mark(read(before), Added)
	return document(title, arrange(old), arrange(next))
}

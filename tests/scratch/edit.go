// Package scratch edits copies of the project, which stays as it is itself.
package scratch

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// Edit is a change of one place in one file of the project.
type Edit struct {
	File        string // path below the project's root
	Pattern     string // regular expression of the place
	Replacement string // as in regexp.Regexp.ReplaceAll
}

// Apply makes the change in a copy of the project. The error says that the place is not
// there once.
func (e Edit) Apply(folder string) error {
	path := filepath.Join(folder, e.File)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	pattern, err := regexp.Compile(e.Pattern)
	if err != nil {
		return err
	}
	if n := len(pattern.FindAllIndex(text, -1)); n != 1 {
		return fmt.Errorf("%s has %d places like %s, and one is to be changed", e.File, n, e.Pattern)
	}
	return os.WriteFile(path, pattern.ReplaceAll(text, []byte(e.Replacement)), 0o644)
}

// Package prose reads the project's documents as a careful person would: what can be typed in them, which numbers
// they claim, and where they point. It holds them to docs/evidence.tsv, which says what shows each of these.
package prose

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Document is one Markdown file. A paragraph is one line in it.
type Document struct {
	Path  string // from the project's folder, with slashes
	Lines []string
}

// Documents reads README.md and its neighbours, and everything in docs.
func Documents(root string) (all []Document, err error) {
	paths, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(filepath.Join(root, "docs"), func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".md") {
			paths = append(paths, path)
		}
		return err
	})
	for _, path := range paths {
		text, failed := os.ReadFile(path)
		if failed != nil {
			return nil, failed
		}
		name, _ := filepath.Rel(root, path) // both begin with root
		all = append(all, Document{filepath.ToSlash(name), strings.Split(string(text), "\n")})
	}
	return all, err
}

// Block is a fenced block.
type Block struct {
	Info   string // what stands behind the fence: "sh" is run by a test
	Line   int    // of its first line, from 1
	Text   string
	Result string // of the text block right after it
}

// Blocks returns the fenced blocks; a text block that shows the result of the one before is a part of that.
func (d Document) Blocks() (blocks []Block) {
	for i := 0; i < len(d.Lines); i++ {
		info, fenced := strings.CutPrefix(d.Lines[i], "```")
		if !fenced {
			continue
		}
		length := slices.Index(d.Lines[i+1:], "```")
		if length < 0 {
			length = len(d.Lines) - i - 1
		}
		text := strings.Join(d.Lines[i+1:i+1+length], "\n") + "\n"
		if last := len(blocks) - 1; info == "text" && last >= 0 {
			blocks[last].Result = text
		} else {
			blocks = append(blocks, Block{Info: info, Line: i + 2, Text: text})
		}
		i += length + 1
	}
	return blocks
}

// prose returns the lines with everything that is in fences made empty.
func (d Document) prose() []string {
	lines, fenced := slices.Clone(d.Lines), false
	for i, line := range lines {
		fence := strings.HasPrefix(line, "```")
		if fence || fenced {
			lines[i] = ""
		}
		fenced = fenced != fence
	}
	return lines
}

var (
	code    = regexp.MustCompile("`[^`]*`")
	link    = regexp.MustCompile(`\]\(([^)]*)\)`)
	address = regexp.MustCompile(`https?://\S+`)
	label   = regexp.MustCompile(`^(#+ |\d+\. |- )+(\d+\. )?|^\| \d |\b[Rr]ungs? \d(( and |, | or )\d)*`)
)

// blank replaces what the expressions find by as many spaces, so that positions stay.
func blank(line string, expressions ...*regexp.Regexp) string {
	for _, e := range expressions {
		line = e.ReplaceAllStringFunc(line, func(found string) string { return strings.Repeat(" ", len(found)) })
	}
	return line
}

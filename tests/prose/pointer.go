package prose

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var (
	// sourcePath is the path of a file or folder of the project, as the prose sets it.
	sourcePath  = regexp.MustCompile("`((?:app|ci|infra|local|tests|docs|tools|\\.github)/[\\w./-]+)`")
	configured  = regexp.MustCompile(`CONFIG="([^"]*)"`)
	settings    = regexp.MustCompile(`^([a-z]\w*=[\w,.]+ ?)+$`)
	configSet   = regexp.MustCompile(`pulumi config set ([a-z]\w*)(?:\s|$)`)
	chosenTests = regexp.MustCompile(`-run '?([^' ` + "`" + `]+)`)
	notInName   = regexp.MustCompile(`[^\w\- ]`)
)

// broken returns what a document names and nobody finds: links, headings, paths, tests, commands of make, config keys.
func (p project) broken(d Document, all []Document) (problems []string) {
	for i, line := range d.prose() {
		for _, found := range link.FindAllStringSubmatch(line, -1) {
			if why := p.brokenLink(d, all, found[1]); why != "" {
				problems = append(problems, fmt.Sprintf("%s:%d: %s", d.Path, i+1, why))
			}
		}
		for _, found := range chosenTests.FindAllStringSubmatch(line, -1) {
			problems = append(problems, p.choosesNothing(d.Path, i+1, found[1])...)
		}
		for _, found := range sourcePath.FindAllStringSubmatch(line, -1) {
			if _, err := os.Stat(filepath.Join(p.root, found[1])); err != nil {
				problems = append(problems, fmt.Sprintf("%s:%d: there is no %s", d.Path, i+1, found[1]))
			}
		}
	}
	for _, c := range d.Commands(func(Block) bool { return false }) {
		if target, ok := strings.CutPrefix(c.Text, "make "); ok && !p.targets[target] {
			problems = append(problems, fmt.Sprintf("%s:%d: Makefile has no %q", d.Path, c.Line, target))
		}
	}
	return append(problems, p.unknownKeys(d)...)
}

// choosesNothing returns the alternatives of go test's -run that no test's name has.
func (p project) choosesNothing(path string, line int, pattern string) (problems []string) {
	for words := range strings.SplitSeq(strings.ReplaceAll(pattern, `\|`, "|"), "|") {
		chosen := slices.ContainsFunc(slices.Collect(maps.Keys(p.tests)), func(test string) bool { return strings.Contains(test, words) })
		if !chosen {
			problems = append(problems, fmt.Sprintf("%s:%d: -run %s chooses no test", path, line, words))
		}
	}
	return problems
}

// brokenLink says what is wrong with where a link of a document leads.
func (p project) brokenLink(d Document, all []Document, target string) string {
	path, heading, _ := strings.Cut(target, "#")
	if strings.Contains(target, "://") {
		return ""
	}
	to := d.Path
	if path != "" {
		to = filepath.ToSlash(filepath.Join(filepath.Dir(d.Path), path))
	}
	if _, err := os.Stat(filepath.Join(p.root, to)); err != nil {
		return fmt.Sprintf("the link to %s leads nowhere", target)
	}
	i := slices.IndexFunc(all, func(other Document) bool { return other.Path == to })
	return unless(heading == "" || i >= 0 && slices.Contains(all[i].anchors(), heading), to+" has no heading #"+heading)
}

// anchors are the headings as GitHub names them in addresses.
func (d Document) anchors() (names []string) {
	for _, line := range d.prose() {
		if title, is := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); is && strings.HasPrefix(line, "#") {
			names = append(names, strings.ReplaceAll(notInName.ReplaceAllString(strings.ToLower(title), ""), " ", "-"))
		}
	}
	return names
}

// programs are where the Pulumi.yaml are that declare keys: the stack's, and the workflows'.
var programs = []string{"Pulumi.yaml", "infra/ci/Pulumi.yaml"}

// unknownKeys are those that a document sets and no Pulumi.yaml declares.
func (p project) unknownKeys(d Document) (problems []string) {
	var declared []byte
	for _, path := range programs {
		text, err := os.ReadFile(filepath.Join(p.root, path))
		if err != nil && path == programs[0] {
			return []string{err.Error()}
		}
		declared = append(declared, text...)
	}
	for i, line := range d.Lines {
		for _, key := range keysIn(line) {
			if !strings.Contains(string(declared), "\n  "+key+":") {
				problems = append(problems, fmt.Sprintf("%s:%d: Pulumi.yaml has no key %q", d.Path, i+1, key))
			}
		}
	}
	return problems
}

// keysIn are the config keys that a line sets: with pulumi, in CONFIG, or as code that is nothing but key=value.
func keysIn(line string) (keys []string) {
	spans := configured.FindAllStringSubmatch(line, -1)
	for _, span := range code.FindAllString(line, -1) {
		if text := strings.Trim(span, "`"); settings.MatchString(text) {
			spans = append(spans, []string{"", text})
		}
	}
	for _, span := range spans {
		for _, field := range strings.Fields(span[1]) {
			if key, _, set := strings.Cut(field, "="); set && key != "key" && key != "KEY" {
				keys = append(keys, key)
			}
		}
	}
	for _, found := range configSet.FindAllStringSubmatch(line, -1) {
		keys = append(keys, found[1])
	}
	return keys
}

package prose

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Row is a line of docs/evidence.tsv: what shows a claim.
type Row struct {
	Path     string // the document, or * for all
	Claim    string // words of the document around a number, the name of a command, or * for all of the document
	Evidence []Evidence
	used     bool
}

// Evidence is one of these, as its beginning says:
//
//	TestX              a test of the project
//	make x             a command that measures it
//	path: words        a file of the project that has these words, where the fact stands in the code
//	https://…          somebody else's fact, and who says so
//	unshown: reason    nothing shows it
type Evidence string

// Unshown says that nothing shows the claim.
func (e Evidence) Unshown() bool { return strings.HasPrefix(string(e), "unshown: ") }

// Rows reads the table: tab-separated, with evidence separated by "; ", and # before what is for people.
func Rows(root string) (rows []*Row, err error) {
	text, err := os.ReadFile(filepath.Join(root, "docs/evidence.tsv"))
	if err != nil {
		return nil, err
	}
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(line, "\t")
		if len(columns) != 3 {
			return nil, fmt.Errorf("docs/evidence.tsv:%d: document, claim and evidence are wanted, with tabs between them", i+1)
		}
		row := &Row{Path: columns[0], Claim: columns[1]}
		for one := range strings.SplitSeq(columns[2], "; ") {
			row.Evidence = append(row.Evidence, Evidence(one))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// covers says whether the row is about the claim, which stands in this line of its document.
func (r *Row) covers(c Claim, line string) bool {
	switch {
	case r.Path != "*" && r.Path != c.Path:
		return false
	case r.Claim == "*" || r.Claim == c.Text:
		return true
	}
	for from := 0; ; {
		at := strings.Index(line[from:], r.Claim)
		if at < 0 {
			return false
		}
		at += from
		if at <= c.At && c.At+len(c.Text) <= at+len(r.Claim) {
			return true
		}
		from = at + 1
	}
}

// project is what evidence is looked for in.
type project struct {
	root    string
	tests   map[string]bool
	targets map[string]bool
}

var (
	testFunction = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	makeTarget   = regexp.MustCompile(`(?m)^([a-z]+):`)
)

// openProject lists the tests and the commands of the project.
func openProject(root string) (p project, err error) {
	p = project{root, map[string]bool{}, map[string]bool{}}
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		return p, err
	}
	for _, found := range makeTarget.FindAllSubmatch(makefile, -1) {
		p.targets[string(found[1])] = true
	}
	err = filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		for _, found := range testFunction.FindAllSubmatch(text, -1) {
			p.tests[string(found[1])] = true
		}
		return err
	})
	return p, err
}

// stale says why evidence shows nothing, and nothing if it does.
func (p project) stale(e Evidence) string {
	words := string(e)
	path, fact, _ := strings.Cut(words, ": ")
	switch {
	case e.Unshown(), strings.HasPrefix(words, "https://"):
		return ""
	case strings.HasPrefix(words, "Test"):
		return unless(p.tests[words], "there is no test "+words)
	case strings.HasPrefix(words, "make "):
		return unless(p.targets[strings.TrimPrefix(words, "make ")], "Makefile has no "+words)
	}
	text, err := os.ReadFile(filepath.Join(p.root, path))
	if err != nil {
		return err.Error()
	}
	return unless(fact != "" && strings.Contains(string(text), fact), fmt.Sprintf("%s has no %q any more", path, fact))
}

func unless(right bool, problem string) string {
	if right {
		return ""
	}
	return problem
}

// Report is what became of all claims.
type Report struct {
	Claims   int
	Unshown  []string // claims that the table says nothing shows, and why
	Problems []string // what must not stay: a claim without a row, a row without a claim, evidence that is none
}

// Check holds the documents in a folder to the table there.
func Check(root string) (r Report, err error) {
	documents, err := Documents(root)
	if err != nil {
		return r, err
	}
	rows, err := Rows(root)
	if err != nil {
		return r, err
	}
	p, err := openProject(root)
	if err != nil {
		return r, err
	}
	for _, d := range documents {
		r.claims(d, rows)
		r.Problems = append(r.Problems, p.broken(d, documents)...)
	}
	for _, row := range rows {
		if !row.used {
			r.Problems = append(r.Problems, fmt.Sprintf("docs/evidence.tsv: %s says no more: %s", row.Path, row.Claim))
		}
		for _, e := range row.Evidence {
			if why := p.stale(e); why != "" {
				r.Problems = append(r.Problems, fmt.Sprintf("docs/evidence.tsv: %s: %s: %s", row.Path, row.Claim, why))
			} else if e.Unshown() {
				r.Unshown = append(r.Unshown, fmt.Sprintf("%s: %s: %s", row.Path, row.Claim, strings.TrimPrefix(string(e), "unshown: ")))
			}
		}
	}
	return r, nil
}

// RunByTest says whether the end-to-end test runs the block.
func (d Document) RunByTest(b Block) bool {
	return b.Info == "sh" && strings.HasPrefix(d.Path, "docs/runbooks/")
}

// claims looks for the row of every claim of a document.
func (r *Report) claims(d Document, rows []*Row) {
	told := map[string]bool{}
	for _, c := range slices.Concat(d.Commands(d.RunByTest), d.Numbers()) {
		r.Claims++
		shown := false
		for _, row := range rows {
			if row.covers(c, d.Lines[c.Line-1]) {
				row.used, shown = true, true
			}
		}
		if problem := fmt.Sprintf("%s:%d: nothing shows %q: a row in docs/evidence.tsv", c.Path, c.Line, c.Text); !shown && !told[problem] {
			told[problem] = true
			r.Problems = append(r.Problems, problem)
		}
	}
}

package prose

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryCommandAndNumberOfTheDocumentsIsShown(t *testing.T) {
	t.Parallel()
	report, err := Check("../..")
	require.NoError(t, err)
	require.Positive(t, report.Claims)
	require.Empty(t, report.Problems, "make evidence lists them too")
}

// setup is what other commands of make begin with; people need not know it.
const setup = "setup"

func TestTheReferenceHasEveryCommandOfMake(t *testing.T) {
	t.Parallel()
	p, err := openProject("../..")
	require.NoError(t, err)
	reference, err := os.ReadFile("../../docs/reference/commands.md")
	require.NoError(t, err)
	for target := range p.targets {
		require.Equal(t, target != setup, strings.Contains(string(reference), "\n| `make "+target+"` |"), target)
	}
}

// sound is a project whose documents say nothing that is not shown.
func sound() map[string]string {
	return map[string]string{
		"Makefile":    "up:\n\ttrue\n",
		"Pulumi.yaml": "config:\n  stickiness:\n",
		"README.md":   "# A shop\n\nType `make up`: it takes 5 minutes. See [the guide](docs/guide.md#how-to-begin) and `app/main.go`.\n",
		"docs/guide.md": "# How to begin\n\n```sh\nmake up CONFIG=\"stickiness=none\"\n```\n\n```text\nIt is up.\n```\n\nRung 3 and HTTP/2 are names.\n" +
			"`go test ./app -run 'Sells'` tests it.\n",
		"docs/evidence.tsv": "*\tmake up\tTestTheShopSells\nREADME.md\ttakes 5 minutes\tapp/main.go: patience = 5\n*\tgo test\tunshown: nobody looked\n",
		"app/main.go":       "package main\n\nconst patience = 5 // minutes\n",
		"app/main_test.go":  "package main\n\nfunc TestTheShopSells(t *testing.T) {}\n",
	}
}

// check checks a project of these files.
func check(t *testing.T, files map[string]string) Report {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	report, err := Check(root)
	require.NoError(t, err)
	return report
}

func TestWhatIsShownIsNoProblemAndWhatNothingShowsIsListed(t *testing.T) {
	t.Parallel()
	report := check(t, sound())
	require.Empty(t, report.Problems)
	require.Equal(t, []string{"*: go test: nobody looked"}, report.Unshown)
	require.Equal(t, 4, report.Claims, "make up twice, 5, go test")
}

func TestAKeyMayBeOfTheWorkflowsProgram(t *testing.T) {
	t.Parallel()
	files := sound()
	files["docs/ci.md"] = "`pulumi config set repository a/b`\n"
	files["docs/evidence.tsv"] += "*\tpulumi config set\tunshown: nobody looked\n"
	require.Contains(t, strings.Join(check(t, files).Problems, "\n"), `Pulumi.yaml has no key "repository"`)
	files["infra/ci/Pulumi.yaml"] = "config:\n  repository:\n"
	require.Empty(t, check(t, files).Problems)
}

func TestWhatNobodyShowsOrFindsIsAProblem(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct{ file, text, problem string }{
		"a command without a row": {"SECURITY.md", "Type `pulumi destroy`.\n", `SECURITY.md:1: nothing shows "pulumi destroy"`},
		"a number without a row":  {"SECURITY.md", "It takes 7 minutes.\n", `SECURITY.md:1: nothing shows "7"`},
		"a time in words":         {"SECURITY.md", "It takes two hours.\n", `nothing shows "two hours"`},
		"another number":          {"README.md", "`make up` takes 6 minutes, and takes 5 minutes.\n", `README.md:1: nothing shows "6"`},
		"a row without a claim":   {"README.md", "# A shop\n\n`make up`\n", "README.md says no more: takes 5 minutes"},
		"a test that is gone":     {"app/main_test.go", "package main\n", "there is no test TestTheShopSells"},
		"a fact that changed":     {"app/main.go", "package main\n\nconst patience = 6\n", `app/main.go has no "patience = 5" any more`},
		"a command that is gone":  {"Makefile", "down:\n", `Makefile has no "up"`},
		"a key that is gone":      {"Pulumi.yaml", "config:\n", `Pulumi.yaml has no key "stickiness"`},
		"a file that is gone":     {"SECURITY.md", "See `app/gone.go`.\n", "there is no app/gone.go"},
		"a link to nowhere":       {"SECURITY.md", "See [it](docs/gone.md).\n", "the link to docs/gone.md leads nowhere"},
		"a heading that is gone":  {"docs/guide.md", "# Begin\n\n`go test`\n", "docs/guide.md has no heading #how-to-begin"},
		"tests that are gone":     {"SECURITY.md", "`go test -run 'Sells|Buys'`\n", "-run Buys chooses no test"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			files := sound()
			files[c.file] = c.text
			require.Contains(t, strings.Join(check(t, files).Problems, "\n"), c.problem)
		})
	}
}

func TestABlockHasTheResultThatStandsUnderIt(t *testing.T) {
	t.Parallel()
	d := Document{Lines: []string{"```sh", "echo a", "echo b", "```", "", "```text", "a", "b", "```", "```sh aws", "pulumi up", "```"}}
	require.Equal(t, []Block{
		{Info: "sh", Line: 2, Text: "echo a\necho b\n", Result: "a\nb\n"},
		{Info: "sh aws", Line: 11, Text: "pulumi up\n"},
	}, d.Blocks())
}

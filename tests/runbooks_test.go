package tests

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/tests/prose"
)

// endOfBlock is printed after every block of a runbook.
const endOfBlock = "\n--- end of block ---\n"

// runbooksAreFollowed pastes what status prints into a shell, and after it, one runbook after the other, all blocks that
// are for AWS and this machine alike. What stands under a block is what it prints.
func runbooksAreFollowed(t *testing.T, s *site) {
	line := regexp.MustCompile(`export AWS_ENDPOINT_URL=.*`).FindString(s.mustRun(t, "status"))
	require.Contains(t, line, "=http://127.0.0.1:"+s.awsPort+" ")
	documents, err := prose.Documents("..")
	require.NoError(t, err)
	runbooks := map[string]prose.Document{}
	for _, d := range documents {
		if strings.HasPrefix(d.Path, "docs/runbooks/") {
			runbooks[filepath.Base(d.Path)] = d
		}
	}
	all := []string{"deploy.md", "fail-over-the-cache.md", "fail-over-the-database.md", "replace-an-instance.md", "roll-back.md", "tear-down.md"}
	require.Len(t, runbooks, len(all)+1, "a runbook that is not in the test")
	for _, name := range all {
		t.Run(name, func(t *testing.T) {
			runbook := runbooks[name]
			follow(t, line, append(toRun(runbooks["README.md"]), toRun(runbook)...))
		})
	}
}

func toRun(d prose.Document) (blocks []prose.Block) {
	for _, b := range d.Blocks() {
		if d.RunByTest(b) {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

// followed is when a runbook that waits for something is given up, on however busy a machine.
const followed = 5 * time.Minute

// follow runs the blocks in one shell, which ends at the first command that fails, and compares what they print.
func follow(t *testing.T, export string, blocks []prose.Block) {
	t.Helper()
	require.NotEmpty(t, blocks)
	var script strings.Builder
	for _, b := range blocks {
		script.WriteString(b.Text + "printf '" + strings.ReplaceAll(endOfBlock, "\n", `\n`) + "'\n")
	}
	ctx, cancel := context.WithTimeout(t.Context(), followed)
	defer cancel()
	shell := exec.CommandContext(ctx, "sh", "-euc", export+"\n"+script.String())
	shell.WaitDelay = time.Second // what it started may hold its output open
	shell.Env = append(os.Environ(), "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1")
	output, err := shell.CombinedOutput()
	require.NoError(t, err, string(output))
	printed := strings.Split(string(output), endOfBlock)
	require.Len(t, printed, len(blocks)+1)
	for i, b := range blocks {
		for _, want := range strings.Split(strings.TrimSpace(b.Result), "\n") {
			require.Regexp(t, asRegexp(want), printed[i], b.Text)
		}
	}
}

// asRegexp makes a line of a runbook's result an expression: … is anything, and spaces are any.
func asRegexp(line string) string {
	quoted := regexp.QuoteMeta(strings.Join(strings.Fields(line), " "))
	return strings.NewReplacer("…", `.*`, " ", `\s+`).Replace(quoted)
}

package steps_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/ci/steps"
)

const rehearsed = `
name: rehearsed
on: pull_request
env: {WHO: "${{ vars.WHO || 'nobody' }}"}
jobs:
  first:
    outputs: {names: "${{ steps.list.outputs.names }}"}
    steps:
      - uses: actions/checkout@v1
      - id: list
        run: printf 'names=["one","two"]\n' >> "$GITHUB_OUTPUT"
  second:
    needs: first
    if: github.repository == 'octo/repo' && needs.first.outputs.names != ''
    strategy: {matrix: {name: "${{ fromJSON(needs.first.outputs.names) }}"}}
    steps:
      - run: echo "$NAME of $WHO" | tee "$NAME.txt"
        env: {NAME: "${{ matrix.name }}"}
      - run: false | cat
      - run: echo is left out
      - if: failure()
        run: echo after a failure
      - if: ${{ !cancelled() }}
        run: echo in any case
  third:
    if: vars.WHO == 'somebody else'
    steps: [{run: echo is left out}]
`

func run(t *testing.T, text, job string) (string, string, error) {
	t.Helper()
	root := t.TempDir()
	path := filepath.Join(root, "workflow.yml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	var said strings.Builder
	r := steps.Rehearsal{Root: root, Job: job, GitHub: map[string]any{"repository": "octo/repo"}, Vars: map[string]any{"WHO": "me"}, Out: &said}
	err := r.Run(t.Context(), path)
	return said.String(), root, err
}

func TestCommandsRunInTheOrderAndEnvironmentOfARunner(t *testing.T) {
	t.Parallel()
	said, root, err := run(t, rehearsed, "")
	require.ErrorContains(t, err, "in 2 jobs steps failed", "a pipe fails when a part of it does")
	require.Contains(t, said, "not here: actions/checkout@v1")
	require.FileExists(t, filepath.Join(root, "one.txt"))
	require.FileExists(t, filepath.Join(root, "two.txt"))
	require.Contains(t, said, "   one of me\n   exit status 0\n")
	require.Contains(t, said, "   exit status 1\n")
	require.Contains(t, said, "   after a failure\n")
	require.Contains(t, said, "   in any case\n")
	require.NotContains(t, said, "   is left out\n")
}

func TestOneJobRunsAlone(t *testing.T) {
	t.Parallel()
	said, _, err := run(t, rehearsed, "first")
	require.NoError(t, err)
	require.NotContains(t, said, "second")
}

func TestAnExpressionThatIsNotKnownIsNoSilentNo(t *testing.T) {
	t.Parallel()
	_, _, err := run(t, "jobs:\n  one:\n    if: contains(github.ref, 'main')\n    steps: [{run: echo}]\n", "")
	require.ErrorContains(t, err, "contains is not known here")
}

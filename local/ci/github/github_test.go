package github_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/ci/github"
	"myclothes/local/ci/github/githubtest"
)

// start starts GitHub and a run that pull request 7 began.
func start(t *testing.T) (*githubtest.Server, github.Run) {
	t.Helper()
	server := githubtest.Start()
	t.Cleanup(server.Close)
	folder := t.TempDir()
	event := filepath.Join(folder, "event.json")
	require.NoError(t, os.WriteFile(event, []byte(`{"pull_request":{"number":7}}`), 0o600))
	environment := map[string]string{
		"GITHUB_API_URL": server.URL, "GITHUB_SERVER_URL": "https://github.test", "GITHUB_REPOSITORY": githubtest.Repository,
		"GITHUB_TOKEN": githubtest.Token, "GITHUB_RUN_ID": "42", "GITHUB_SHA": "0123456789abcdef",
		"GITHUB_STEP_SUMMARY": filepath.Join(folder, "summary.md"), "GITHUB_EVENT_PATH": event,
	}
	run, err := github.FromEnvironment(func(name string) string { return environment[name] })
	require.NoError(t, err)
	return server, run
}

func summary(t *testing.T, run github.Run) string {
	t.Helper()
	text, err := os.ReadFile(run.Summary)
	require.NoError(t, err)
	return string(text)
}

func TestEveryStackHasOneCommentWhichIsWrittenAgain(t *testing.T) {
	t.Parallel()
	server, run := start(t)
	for range 120 { // more than GitHub lists at once
		server.AddComment(7, "User", "<!-- preview of stack dev -->\nsomebody quotes it")
	}
	for _, text := range []string{"one", "two"} {
		require.NoError(t, run.Comment(t.Context(), "dev", text, os.Stdout))
		require.NoError(t, run.Comment(t.Context(), "prod", text+" of production", os.Stdout))
	}
	comments := server.Comments()[120:]
	require.Len(t, comments, 2)
	require.Contains(t, comments[0].Body, "stack dev")
	require.True(t, strings.HasSuffix(comments[0].Body, "two"))
	require.True(t, strings.HasSuffix(comments[1].Body, "two of production"))
	require.Contains(t, comments[0].Body, "0123456789ab", "which commit it is about")
	require.Contains(t, comments[0].Body, "https://github.test/octo-org/octo-repo/actions/runs/42")
	require.Equal(t, 4, server.Writes())
}

func TestACommentThatIsTooLongKeepsItsAnswersAndItsEnd(t *testing.T) {
	t.Parallel()
	server, run := start(t)
	text := "**Data is lost**\n"
	for part := range 100 {
		text += fmt.Sprintf("\n<details><summary>part %d.</summary>%s\n</details>\n", part, strings.Repeat("é", 1000))
	}
	require.NoError(t, run.Comment(t.Context(), "dev", text, os.Stdout))
	body := server.Comments()[0].Body
	require.LessOrEqual(t, len([]rune(body)), github.MostCharacters)
	require.Greater(t, len([]rune(body)), github.MostCharacters-1100, "it uses the room that there is")
	require.Contains(t, body, "**Data is lost**")
	require.NotContains(t, body, "part 0.")
	require.Contains(t, body, "part 99.")
	require.Contains(t, body, "too long for GitHub")
	require.Equal(t, strings.Count(body, "<details>"), strings.Count(body, "</details>"))
	require.Contains(t, summary(t, run), "part 0.", "the summary has room for all of it")
}

func TestALogThatIsTooLongKeepsItsEnd(t *testing.T) {
	t.Parallel()
	server, run := start(t)
	require.NoError(t, run.Comment(t.Context(), "dev", strings.Repeat("a line\n", 20_000)+"Resources: 3 to delete\n", os.Stdout))
	body := server.Comments()[0].Body
	require.LessOrEqual(t, len([]rune(body)), github.MostCharacters)
	require.Contains(t, body, "Resources: 3 to delete")
	require.Contains(t, body, "too long for GitHub")
}

func TestAForkHasTheTextInItsSummaryAndNoCommentIsWritten(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]string{"a token that only reads": "reads", "no token": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, run := start(t)
			run.Token = token
			var said strings.Builder
			require.NoError(t, run.Comment(t.Context(), "dev", "what would change", &said))
			require.Empty(t, server.Comments())
			require.Contains(t, summary(t, run), "what would change")
			require.Contains(t, said.String(), "summary alone")
		})
	}
}

func TestAPreviewThatFailedTakesThePlaceOfAnEarlierOne(t *testing.T) {
	t.Parallel()
	server, run := start(t)
	require.NoError(t, run.Comment(t.Context(), "dev", "Nothing changes", os.Stdout))
	require.NoError(t, run.Comment(t.Context(), "dev", "", os.Stdout))
	require.Len(t, server.Comments(), 1)
	require.Contains(t, server.Comments()[0].Body, "the preview failed")
	require.NotContains(t, server.Comments()[0].Body, "Nothing changes")
}

func TestARunThatNoPullRequestStartedHasNothingToCommentOn(t *testing.T) {
	t.Parallel()
	_, run := start(t)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(run.Summary), "event.json"), []byte(`{"ref":"refs/heads/main"}`), 0o600))
	require.ErrorContains(t, run.Comment(t.Context(), "dev", "text", os.Stdout), "not started by a pull request")
}

func TestWhileAStackDriftsOneIssueIsOpen(t *testing.T) {
	t.Parallel()
	server, run := start(t)
	drift := func(text string) {
		t.Helper()
		require.NoError(t, run.Issue(t.Context(), "prod", text))
	}
	drift("")
	require.Empty(t, server.Issues(), "nothing differs, and nothing did")
	drift("a rule was added")
	drift("two rules were added")
	require.Len(t, server.Issues(), 1)
	require.Contains(t, server.Issues()[0].Body, "two rules were added")
	require.Equal(t, "open", server.Issues()[0].State)
	drift("")
	require.Equal(t, "closed", server.Issues()[0].State)
	require.Contains(t, server.Comments()[0].Body, "what is declared again")
	drift("another rule was added")
	require.Len(t, server.Issues(), 2, "one that was closed stays closed")
}

func TestOutsideOfAWorkflowNothingIsTold(t *testing.T) {
	t.Parallel()
	_, err := github.FromEnvironment(func(string) string { return "" })
	require.ErrorContains(t, err, "no step of a workflow")
}

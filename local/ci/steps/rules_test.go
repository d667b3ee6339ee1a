package steps

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../../.."

// everyWorkflow calls check with each of the project's workflows.
func everyWorkflow(t *testing.T, check func(t *testing.T, text string, w workflow)) {
	t.Parallel()
	paths, err := filepath.Glob(root + "/.github/workflows/*.yml")
	require.NoError(t, err)
	require.Len(t, paths, 4)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			w, err := read(path)
			require.NoError(t, err)
			check(t, string(text), w)
		})
	}
}

// A tag can be moved to other code; a commit cannot.
func TestActionsArePinnedByCommitWithTheirTag(t *testing.T) {
	pinned := regexp.MustCompile(`^\s*- uses: [a-z-]+/[a-z/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	everyWorkflow(t, func(t *testing.T, text string, _ workflow) {
		for line := range strings.Lines(text) {
			if strings.Contains(line, "uses:") {
				require.Regexp(t, pinned, strings.TrimRight(line, "\n"))
			}
		}
	})
}

func TestEveryJobHasItsOwnPermissionsAndATimeout(t *testing.T) {
	everyWorkflow(t, func(t *testing.T, text string, w workflow) {
		require.Contains(t, text, "\npermissions: {}\n")
		for _, j := range w.Jobs {
			require.Positive(t, j.Timeout, j.name)
			require.NotEmpty(t, j.Permissions, j.name)
			for scope, right := range j.Permissions {
				writes := map[string]bool{"id-token": true, "pull-requests": w.Name == "preview", "issues": w.Name == "drift"}
				require.True(t, right == "read" || writes[scope], "%s: %s: %s", j.name, scope, right)
			}
		}
	})
}

// What a person can choose, like the name of a branch, would be run as a command.
func TestNoCommandHasAnExpressionInIt(t *testing.T) {
	everyWorkflow(t, func(t *testing.T, _ string, w workflow) {
		for _, j := range w.Jobs {
			for _, s := range j.Steps {
				require.NotContains(t, s.Run, "${{", j.name)
				require.LessOrEqual(t, strings.Count(strings.TrimSpace(s.Run), "\n"), 2, "what is longer is a script, which runs without GitHub")
			}
		}
	})
}

func TestNothingOfAForkRunsWithRightsThatItHasNot(t *testing.T) {
	everyWorkflow(t, func(t *testing.T, _ string, w workflow) {
		on := w.On.Value
		for _, event := range w.On.Content {
			on += " " + event.Value
		}
		require.NotContains(t, on, "pull_request_target")
		require.NotContains(t, on, "workflow_run")
		for _, j := range w.Jobs {
			for _, s := range j.Steps {
				if strings.HasPrefix(s.Uses, "actions/checkout@") {
					require.Equal(t, "false", s.With["persist-credentials"], j.name)
				}
				require.True(t, s.Env["GITHUB_TOKEN"] == "" || strings.HasPrefix(s.Run, "go run ./local/ci "), "%s: only what tells people has the token", j.name)
			}
		}
	})
}

func TestADeploymentIsNeverCutOff(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + "/.github/workflows/deploy.yml")
	require.NoError(t, err)
	require.Contains(t, string(text), "cancel-in-progress: false")
}

func TestWorkflowsUseTheEngineOfTheProject(t *testing.T) {
	setup, err := os.ReadFile(root + "/tools/setup")
	require.NoError(t, err)
	engine := regexp.MustCompile(`(?m)^engine=v(\S+)`).FindSubmatch(setup)
	require.NotNil(t, engine)
	everyWorkflow(t, func(t *testing.T, _ string, w workflow) {
		for _, j := range w.Jobs {
			for _, s := range j.Steps {
				if strings.HasPrefix(s.Uses, "pulumi/actions@") {
					require.Equal(t, string(engine[1]), s.With["pulumi-version"])
				}
			}
		}
	})
}

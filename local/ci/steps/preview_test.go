package steps

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a bot proposes is code that a stranger published, on a branch of this repository.
func TestOnlyAPersonsBranchIsPreviewedWithRightsOnAWS(t *testing.T) {
	t.Parallel()
	w, err := read(root + "/.github/workflows/preview.yml")
	require.NoError(t, err)
	decides := w.Jobs[0].Steps[1]
	require.Equal(t, "stacks", decides.ID)
	for _, c := range []struct{ head, author, role, live string }{
		{"octo/repo", "User", "a role", "true"},
		{"octo/repo", "User", "", "false"},
		{"somebody/fork", "User", "a role", "false"},
		{"octo/repo", "Bot", "a role", "false"},
		{"", "User", "a role", "false"}, // the fork was deleted
	} {
		pull := map[string]any{"head": map[string]any{"repo": map[string]any{"full_name": c.head}}, "user": map[string]any{"type": c.author}}
		event := contexts{
			"github": map[string]any{"repository": "octo/repo", "event": map[string]any{"pull_request": pull}},
			"vars":   map[string]any{"AWS_PREVIEW_ROLE_ARN": c.role},
		}
		environment, err := event.environment(decides.Env, map[string]string{"GITHUB_OUTPUT": "/dev/stderr"})
		require.NoError(t, err)
		var said bytes.Buffer
		require.NoError(t, Rehearsal{Root: root, Out: &said}.step(t.Context(), decides, environment))
		require.Contains(t, said.String(), "live="+c.live, "%+v", c)
	}
}

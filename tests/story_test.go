package tests

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
)

// programsReadTheStory asks for what programs read: the status as one document, and the
// events as one each line.
func programsReadTheStory(t *testing.T, s *site) {
	var document struct {
		Stack      string
		Healthy    bool
		Components []aws.Component
	}
	cloudtest.Eventually(t, "all is well", func() bool {
		text, err := s.command("status", "-json").Output() // which fails as long as something is not well
		return err == nil && json.Unmarshal(text, &document) == nil && document.Healthy
	})
	require.Equal(t, "dev", document.Stack)
	require.NotEmpty(t, document.Components)

	told := map[aws.EventKind]int{}
	last := int64(0)
	for lines := bufio.NewScanner(strings.NewReader(string(s.document(t, "events", "-json")))); lines.Scan(); {
		var e aws.Event
		require.NoError(t, json.Unmarshal(lines.Bytes(), &e))
		require.Equal(t, last+1, e.Number)
		last = e.Number
		told[e.Kind]++
	}
	require.Positive(t, told[aws.TargetHealth])
	require.Positive(t, told[aws.NodeStarted])
	require.Contains(t, s.mustRun(t, "events"), string(aws.TargetHealth))
	require.Empty(t, s.document(t, "events", "-json", "-after", "1000000"))
}

// document returns what a command writes for programs, without what it says to people.
func (s *site) document(t *testing.T, args ...string) []byte {
	t.Helper()
	document, err := s.command(args...).Output()
	require.NoError(t, err)
	return document
}

// command is a command of the local cloud.
func (s *site) command(args ...string) *exec.Cmd {
	command := exec.Command(s.local, args...)
	command.Dir = s.root
	return command
}

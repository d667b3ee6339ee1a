package tests

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
)

// programsReadTheStory asks for what programs read: the status as one document, and the
// events as one each line.
func programsReadTheStory(t *testing.T, s *site) {
	var document struct {
		Stack      string
		Healthy    bool
		Components []aws.Component
	}
	require.NoError(t, json.Unmarshal(s.document(t, "status", "-json"), &document))
	require.Equal(t, "dev", document.Stack)
	require.True(t, document.Healthy)
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
	command := exec.Command(s.local, args...)
	command.Dir = s.root
	document, err := command.Output()
	require.NoError(t, err)
	return document
}

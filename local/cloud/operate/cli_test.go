package operate_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"

	"github.com/stretchr/testify/require"
)

// aws runs a command of AWS's own CLI as people do, and returns what it says as JSON. An
// error is what it says to people.
func (a *account) aws(arguments ...string) (answer map[string]any, problem string) {
	a.Helper()
	program, err := exec.LookPath("aws")
	require.NoError(a, err, "make test installs it")
	command := exec.Command(program, append([]string{"--endpoint-url", a.url, "--output", "json"}, arguments...)...)
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + a.TempDir(), "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1",
		"AWS_ACCESS_KEY_ID=" + a.accessKey, "AWS_SECRET_ACCESS_KEY=made-up", "AWS_MAX_ATTEMPTS=1", "AWS_PAGER="}
	var output, errors bytes.Buffer
	command.Stdout, command.Stderr = &output, &errors
	if err := command.Run(); err != nil {
		return nil, errors.String()
	}
	if output.Len() > 0 {
		require.NoError(a, json.Unmarshal(output.Bytes(), &answer), output.String())
	}
	return answer, ""
}

// mustAWS is aws for what is not refused.
func (a *account) mustAWS(arguments ...string) map[string]any {
	a.Helper()
	answer, problem := a.aws(arguments...)
	require.Empty(a, problem, arguments)
	return answer
}

// at returns what an answer has at a path of names and of positions in lists.
func at(answer any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			named, _ := answer.(map[string]any)
			answer = named[step]
		case int:
			list, _ := answer.([]any)
			if step >= len(list) {
				return nil
			}
			answer = list[step]
		}
	}
	return answer
}

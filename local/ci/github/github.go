// Package github tells people on GitHub what a workflow found out: in one comment on a
// pull request, in one issue, or in the summary of the job where the workflow may do neither.
package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// Run is the run of a workflow, as GitHub describes it to every step
// (https://docs.github.com/en/actions/reference/workflows-and-actions/variables).
type Run struct {
	API        string // base of the REST API, without a slash at its end
	Server     string // base of the web pages
	Repository string // OWNER/REPO
	Token      string // empty: the run may only read
	ID         string
	Commit     string // what was checked out
	Summary    string // the file that becomes the job's summary; empty: there is none

	event string // the file with the event that started the run
}

// FromEnvironment reads the variables that GitHub sets. The token is not among them: a
// step that needs it is given GITHUB_TOKEN.
func FromEnvironment(getenv func(string) string) (Run, error) {
	r := Run{
		API: strings.TrimSuffix(getenv("GITHUB_API_URL"), "/"), Server: getenv("GITHUB_SERVER_URL"), Repository: getenv("GITHUB_REPOSITORY"),
		Token: getenv("GITHUB_TOKEN"), ID: getenv("GITHUB_RUN_ID"), Commit: getenv("GITHUB_SHA"),
		Summary: getenv("GITHUB_STEP_SUMMARY"), event: getenv("GITHUB_EVENT_PATH"),
	}
	if r.API == "" || r.Repository == "" {
		return r, errors.New("GITHUB_API_URL and GITHUB_REPOSITORY are not set: this is no step of a workflow")
	}
	return r, nil
}

// pullRequest returns the number of the pull request that started the run.
func (r Run) pullRequest() (int, error) {
	text, err := os.ReadFile(r.event)
	if err != nil {
		return 0, fmt.Errorf("the run's event: %w", err)
	}
	var event struct {
		PullRequest struct{ Number int } `json:"pull_request"`
	}
	if err := json.Unmarshal(text, &event); err != nil {
		return 0, fmt.Errorf("the run's event: %w", err)
	}
	if event.PullRequest.Number == 0 {
		return 0, errors.New("the run was not started by a pull request")
	}
	return event.PullRequest.Number, nil
}

// link is where people find the run.
func (r Run) link() string { return fmt.Sprintf("%s/%s/actions/runs/%s", r.Server, r.Repository, r.ID) }

// head says in a line which commit a text is about, and where the run is.
func (r Run) head() string {
	return fmt.Sprintf("Commit %.12s, [log](%s)\n\n", r.Commit, r.link())
}

// errForbidden is the answer to a token that may not write: those of forks only read,
// whatever the workflow asks for
// (https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request).
var errForbidden = errors.New("the run's token may not do that")

// patience is how long one answer of the API may take.
const patience = 30 * time.Second

// call makes a request of the REST API and decodes its answer; paths begin after the
// repository.
func (r Run) call(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, r.API+"/repos/"+r.Repository+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/vnd.github+json")
	request.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	if r.Token != "" {
		request.Header.Set("Authorization", "Bearer "+r.Token)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return err
	case answer.StatusCode == http.StatusForbidden || answer.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("%w: %s %s: %s", errForbidden, method, path, text)
	case answer.StatusCode >= http.StatusBadRequest:
		return fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, text)
	case out == nil:
		return nil
	}
	return json.Unmarshal(text, out)
}

// pageSize is how many entries of a list GitHub returns at most at once.
const pageSize = 100

// list calls see with every entry of a list, page by page, until it returns true.
func list[T any](ctx context.Context, r Run, path string, see func(T) bool) error {
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	for page := 1; ; page++ {
		var entries []T
		if err := r.call(ctx, http.MethodGet, fmt.Sprintf("%s%sper_page=%d&page=%d", path, separator, pageSize, page), nil, &entries); err != nil {
			return err
		}
		for _, entry := range entries {
			if see(entry) {
				return nil
			}
		}
		if len(entries) < pageSize {
			return nil
		}
	}
}

// author is who wrote a comment or an issue.
type author struct {
	Type string `json:"type"`
}

// ours says whether a workflow wrote the text for what the marker names. People may quote
// the marker, and what they write stays as it is.
func ours(by author, text, marker string) bool {
	return by.Type == "Bot" && strings.HasPrefix(text, marker)
}

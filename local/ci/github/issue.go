package github

import (
	"context"
	"fmt"
	"net/http"
	"unicode/utf8"
)

// Issue keeps one open issue while a stack on AWS differs from its declaration: it is
// opened, written again with what differs now, and closed by an empty text, which says
// that nothing differs any more.
func (r Run) Issue(ctx context.Context, stack, text string) error {
	marker := fmt.Sprintf("<!-- drift of stack %s -->\n", stack)
	open := 0
	err := list(ctx, r, "/issues?state=open", func(issue struct {
		Number      int
		Body        string
		User        author
		PullRequest *struct{} `json:"pull_request"` // to GitHub, a pull request is an issue, too
	}) bool {
		if issue.PullRequest == nil && ours(issue.User, issue.Body, marker) {
			open = issue.Number
		}
		return open != 0
	})
	if err != nil {
		return err
	}
	head := marker + r.head()
	in := map[string]string{
		"title": "Stack " + stack + " is not what is declared",
		"body":  head + fit(text, MostCharacters-utf8.RuneCountInString(head), "[the run]("+r.link()+")"),
	}
	switch {
	case text != "" && open == 0:
		return r.call(ctx, http.MethodPost, "/issues", in, nil)
	case text != "":
		return r.call(ctx, http.MethodPatch, fmt.Sprintf("/issues/%d", open), in, nil)
	case open != 0:
		return r.close(ctx, open)
	}
	return nil
}

func (r Run) close(ctx context.Context, issue int) error {
	said := map[string]string{"body": "The stack is what is declared again.\n\n" + r.head()}
	if err := r.call(ctx, http.MethodPost, fmt.Sprintf("/issues/%d/comments", issue), said, nil); err != nil {
		return err
	}
	closed := map[string]string{"state": "closed", "state_reason": "completed"}
	return r.call(ctx, http.MethodPatch, fmt.Sprintf("/issues/%d", issue), closed, nil)
}

package github

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"unicode/utf8"
)

// Comment shows a text about a stack in the pull request that started the run. There is
// one comment for each stack: it is written again whenever there is something new to say.
// Where the token may not write, the job's summary has the text, and that is no error:
// GitHub gives no other token to a fork. An empty text says that there is none.
func (r Run) Comment(ctx context.Context, stack, text string, out io.Writer) error {
	if text == "" {
		text = "**What would change is not known: the preview failed.** Its log says why.\n"
	}
	if err := r.Summarize(stack, text); err != nil {
		return err
	}
	err := r.comment(ctx, stack, text)
	if errors.Is(err, errForbidden) {
		fmt.Fprintf(out, "The comment is in the job's summary alone: %v\n", err)
		return nil
	}
	return err
}

func (r Run) comment(ctx context.Context, stack, text string) error {
	number, err := r.pullRequest()
	if err != nil {
		return err
	}
	if r.Token == "" {
		return fmt.Errorf("%w: GITHUB_TOKEN is not set", errForbidden)
	}
	marker := fmt.Sprintf("<!-- preview of stack %s -->\n", stack)
	head := marker + fmt.Sprintf("### Preview of stack %s\n\n", stack) + r.head()
	in := map[string]string{"body": head + fit(text, MostCharacters-utf8.RuneCountInString(head), "[the run]("+r.link()+")")}

	earlier := 0
	err = list(ctx, r, fmt.Sprintf("/issues/%d/comments", number), func(c struct {
		ID   int
		Body string
		User author
	}) bool {
		if ours(c.User, c.Body, marker) {
			earlier = c.ID
		}
		return earlier != 0
	})
	switch {
	case err != nil:
		return err
	case earlier != 0:
		return r.call(ctx, http.MethodPatch, fmt.Sprintf("/issues/comments/%d", earlier), in, nil)
	}
	return r.call(ctx, http.MethodPost, fmt.Sprintf("/issues/%d/comments", number), in, nil)
}

// mostSummary is how many bytes a step's summary may have
// (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
const mostSummary = 1 << 20

// Summarize adds a text about a stack to the job's summary, if the run has one.
func (r Run) Summarize(stack, text string) error {
	if r.Summary == "" {
		return nil
	}
	file, err := os.OpenFile(r.Summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	head := fmt.Sprintf("### Stack %s\n\n", stack)
	// A character has four bytes at most.
	_, err = io.WriteString(file, head+fit(text, (mostSummary-len(head))/utf8.UTFMax, "the log")+"\n")
	return errors.Join(err, file.Close())
}

package engine

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestACommentFitsAndLosesItsEnd(t *testing.T) {
	t.Parallel()
	plan := &Plan{}
	for i := range 2000 {
		plan.Changes = append(plan.Changes, Change{
			Operation: Replace, Type: "aws:s3/bucketV2:BucketV2", Name: fmt.Sprint("bucket-", i), Component: []string{fmt.Sprintf("part %04d", i)},
			Properties: []Property{{Path: "tags", Old: strings.Repeat("ü", 60), New: "new", Replaces: true}},
		})
	}
	var comment strings.Builder
	require.NoError(t, plan.WriteMarkdown(&comment))
	require.LessOrEqual(t, utf8.RuneCountInString(comment.String()), MostMarkdown)
	require.True(t, strings.HasPrefix(comment.String(), "**Plan: 2000 to replace; 0 unchanged.**"))
	require.Regexp(t, `of 2000 parts are left out`, comment.String())
	require.Contains(t, comment.String(), "part 0000")
	require.NotContains(t, comment.String(), "part 1999")

	for i := range plan.Changes {
		plan.Changes[i].Loses = "its objects"
	}
	comment.Reset()
	require.NoError(t, plan.WriteMarkdown(&comment))
	require.Contains(t, comment.String(), "Data is lost with 1950 more.")
	require.Contains(t, comment.String(), "part 0000")

	plan.Changes[0].Loses = strings.Repeat("everything ", 10_000)
	comment.Reset()
	require.NoError(t, plan.WriteMarkdown(&comment))
	require.LessOrEqual(t, utf8.RuneCountInString(comment.String()), MostMarkdown)
}

func TestValuesAreNoMarkdown(t *testing.T) {
	t.Parallel()
	require.Equal(t, "`@everyone`", code("@everyone"))
	require.Equal(t, "`` a`b ``", code("a`b"))
	property := Property{Path: "script", Lines: []string{"+```", "+</details>"}}
	var out strings.Builder
	property.writeMarkdown(&out)
	require.Contains(t, out.String(), "````diff")

	out.Reset()
	Property{Path: "a\n\n<b>", Old: "a\r\r# b", New: "c"}.writeMarkdown(&out)
	Property{Path: "script", Lines: []string{"+a\r```\r# b"}}.writeMarkdown(&out)
	require.NotContains(t, out.String(), "\r")
	require.NotContains(t, out.String(), "\n\n")
}

func TestNamesAndSentencesAreNoMarkdown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a|b":             `a\|b`,
		"*a* _b_ ~~c~~":   `\*a\* \_b\_ \~\~c\~\~`,
		"<!-- a -->":      "&lt;!-- a --&gt;",
		"&commat;octocat": "&amp;commat;octocat",
		"@octocat #1":     "@\u200boctocat #\u200b1",
		"[a](https://b)":  `\[a](https://b)`,
		"+ a → b":         `\+ a → b`,
		"- a → b":         `\- a → b`,
		"a\r\r# b":        "a  #\u200b b",
	} {
		require.Equal(t, want, Escaped(text))
	}
	var comment strings.Builder
	plan := &Plan{Changes: []Change{{Operation: Delete, Type: "t", Name: "<img>", Component: []string{"@octocat"}, Loses: "all"}}}
	require.NoError(t, plan.WriteMarkdown(&comment))
	require.NotContains(t, comment.String(), "<img>")
	require.NotContains(t, comment.String(), "@octocat")
}

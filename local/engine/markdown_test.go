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
}

package storetest

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// inTheReference are the promises as the reference of the service words them, in its table's order.
var inTheReference = []struct {
	promise promise
	row     string
}{
	{anyInstance, "any instance serves any session, and it survives the end of one"},
	{allCount, "changes at the same moment all count, and stop exactly at the limits"},
	{oneToken, "a session keeps its token, so reading never overwrites the browser's cookie"},
	{oldTokensEnd, "a token that was replaced is worth nothing: signing out cannot be undone"},
	{sharedPosition, "what a customer wrote in one browser shows in all of theirs"},
	{accountCart, "a customer's cart is the same in all their browsers, waits while they are signed out, and takes in a guest's on signing in"},
	{revocation, "a customer can end all their sessions at once"},
	{shortFirstLife, "a new session that is never used again takes room for an hour"},
	{twoFaults, "two faults at once lose nothing that was acknowledged"},
	{cacheLoss, "the whole cache lost loses no cart"},
}

// tableRow is a promise and what each store says to it.
var tableRow = regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$`)

func TestTheReferenceSaysWhichStoreKeepsWhichPromise(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/reference/service.md")
	require.NoError(t, err)
	rows := tableRow.FindAllStringSubmatch(string(text), len(inTheReference)+1)
	require.Equal(t, "promise", rows[0][1])
	stores := rows[0][2:]
	for i, want := range inTheReference {
		row := rows[i+1]
		require.Equal(t, want.row, row[1])
		for column, store := range stores {
			_, excepted := exceptions[store][want.promise]
			require.Equal(t, !excepted, strings.TrimSpace(row[2+column]) == "yes", "%s: %s", store, want.row)
		}
	}
}

func TestEveryPromiseIsInTheReference(t *testing.T) {
	t.Parallel()
	for store, excepted := range exceptions {
		for p := range excepted {
			require.Contains(t, promisesInTheReference(), p, store)
		}
	}
}

func promisesInTheReference() (all []promise) {
	for _, r := range inTheReference {
		all = append(all, r.promise)
	}
	return all
}

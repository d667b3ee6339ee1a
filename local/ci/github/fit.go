package github

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MostCharacters is how long a comment or an issue on GitHub may be
// (https://github.com/orgs/community/discussions/27190).
const MostCharacters = 65_536

// section is how a part begins that can be left out.
const section = "\n<details"

// fit returns a text that has room. What is too long is cut from the front of its
// details: totals and answers stand before them and stay, and so does the end. A text
// without details is a log, whose totals are its end.
func fit(text string, room int, where string) string {
	if utf8.RuneCountInString(text) <= room {
		return text
	}
	apology := "\n> [!NOTE]\n> This is too long for GitHub; what is missing here is in " + where + ".\n"
	room -= utf8.RuneCountInString(apology)
	head, details, found := strings.Cut(text, section)
	switch {
	case !found:
		return apology + last(text, room)
	case utf8.RuneCountInString(head) > room:
		return string([]rune(head)[:room]) + apology
	}
	parts := strings.Split(details, section)
	left := room - utf8.RuneCountInString(head)
	first := len(parts)
	for ; first > 0; first-- {
		if left -= utf8.RuneCountInString(section + parts[first-1]); left < 0 {
			break
		}
	}
	for _, part := range parts[first:] {
		apology += section + part
	}
	return head + apology
}

// last returns the end of a text, whole lines, as a block of code.
func last(text string, room int) string {
	const fence = "\n```\n"
	runes := []rune(strings.ReplaceAll(text, "```", "'''")) // one character for one: no shorter, no longer
	runes = runes[max(0, len(runes)-room+2*len(fence)):]
	_, whole, found := strings.Cut(string(runes), "\n")
	if !found {
		whole = string(runes)
	}
	return fmt.Sprintf("%s%s%s", fence, whole, fence)
}

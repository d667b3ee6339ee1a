package prose

import (
	"regexp"
	"strings"
)

// Claim is something in a document that somebody must have tried: a command or a number.
type Claim struct {
	Path string
	Line int
	Text string // the command's name, or the number
	At   int    // where a number stands in its line
}

// commands are what can be typed: the name of a command without its arguments.
var commands = regexp.MustCompile(`(?:^|[\s(|;!"$])(` +
	`make [a-z]+|` +
	`aws [a-z0-9]+ [a-z][a-z-]+(?: [a-z]+(?:-[a-z]+)+)?|` +
	`pulumi (?:(?:stack|config|state|plugin) )?[a-z]+|` +
	`git [a-z]+(?: [a-z]+)?|go [a-z]+|curl|\.local/bin/local [a-z]+` +
	`)\b`)

// Commands returns the commands of the blocks and of what is set as code in the prose. Who reads blocks that a test
// runs may leave those out.
func (d Document) Commands(leaveOut func(Block) bool) (claims []Claim) {
	for _, block := range d.Blocks() {
		if !strings.HasPrefix(block.Info, "sh") || leaveOut(block) {
			continue
		}
		for i, line := range strings.Split(block.Text, "\n") {
			line, _, _ = strings.Cut(line, " #")
			claims = append(claims, d.commandsIn(line, block.Line+i)...)
		}
	}
	for i, line := range d.prose() {
		for _, span := range code.FindAllString(line, -1) {
			claims = append(claims, d.commandsIn(strings.Trim(span, "`"), i+1)...)
		}
	}
	return claims
}

func (d Document) commandsIn(line string, number int) (claims []Claim) {
	for _, found := range commands.FindAllStringSubmatch(line, -1) {
		claims = append(claims, Claim{Path: d.Path, Line: number, Text: found[1]})
	}
	return claims
}

// numbers are those in digits, and those in words that count time.
var numbers = regexp.MustCompile(`(?:^|[\s(+~–>])(\d[\d.,:–/]*\d|\d)|` +
	`\b((?:[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Tt]en|[Tt]wenty|[Hh]alf|[Aa]n?|[Oo]nce in [a-z]+) (?:millisecond|second|minute|hour|day|week|month|year)s?|sixtieth)\b`)

// Numbers returns the numbers of the prose. Those in code, in addresses, and those that only name (rung 3) are none.
func (d Document) Numbers() (claims []Claim) {
	for i, line := range d.prose() {
		line = blank(line, code, link, address, label)
		for _, at := range numbers.FindAllStringSubmatchIndex(line, -1) {
			from, to := at[2], at[3]
			if from < 0 {
				from, to = at[4], at[5]
			}
			claims = append(claims, Claim{d.Path, i + 1, line[from:to], from})
		}
	}
	return claims
}

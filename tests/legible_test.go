package tests

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// area is a rectangle of a drawing.
type area struct{ left, top, right, bottom float64 }

func (a area) meets(b area) bool {
	return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

// along says whether two lines run on each other. That they cross cannot always be helped.
func (a area) along(b area) bool {
	return a.meets(b) && (a.right-a.left > a.bottom-a.top) == (b.right-b.left > b.bottom-b.top)
}

var (
	viewBox = regexp.MustCompile(`viewBox="0 0 (\d+) (\d+)"`)
	texts   = regexp.MustCompile(`<text class="([^"]*)" x="(\d+)" y="(\d+)">([^<]*)</text>`)
	paths   = regexp.MustCompile(`<path class="(?:arrow|lead)[^"]*" d="M(\d+) (\d+)((?:[HV]\d+)+)"`)
	steps   = regexp.MustCompile(`([HV])(\d+)`)
)

// illegible says what nobody could read in an SVG document of one drawing: text on text,
// arrows through text, arrows along arrows, and what is outside of the paper.
func illegible(svg []byte) (problems []string) {
	paper := viewBox.FindStringSubmatch(string(svg))
	whole := area{0, 0, number(paper[1]), number(paper[2])}
	words, named := textAreas(string(svg))
	for i, word := range words {
		if word.left < whole.left || word.right > whole.right || word.top < whole.top || word.bottom > whole.bottom {
			problems = append(problems, named[i]+" is outside")
		}
		for j := range words[:i] {
			if word.meets(words[j]) {
				problems = append(problems, named[i]+" is on "+named[j])
			}
		}
	}
	var before []area
	for _, path := range paths.FindAllStringSubmatch(string(svg), -1) {
		lines := segments(path)
		for _, line := range lines {
			for i, word := range words {
				if line.meets(word) {
					problems = append(problems, fmt.Sprintf("%s runs through %s", path[0], named[i]))
				}
			}
			if slices.ContainsFunc(before, line.along) {
				problems = append(problems, path[0]+" runs along another arrow")
			}
		}
		before = append(before, lines...)
	}
	return problems
}

// textAreas are where texts are, as wide as in a usual font, and the texts.
func textAreas(svg string) (areas []area, named []string) {
	for _, text := range texts.FindAllStringSubmatch(svg, -1) {
		size := 12.0
		switch class, _, _ := strings.Cut(text[1], " "); class {
		case "heading":
			size = 17
		case "title":
			size = 13
		case "faint":
			size = 11.5
		}
		x, y := number(text[2]), number(text[3])
		areas = append(areas, area{x, y - size*0.75, x + float64(len([]rune(text[4])))*size*0.56, y + size*0.2})
		named = append(named, strconv.Quote(text[4]))
	}
	return areas, named
}

// segments are the straight parts of an arrow, as wide as they are drawn.
func segments(path []string) (all []area) {
	const half = 0.75
	x, y := number(path[1]), number(path[2])
	for _, step := range steps.FindAllStringSubmatch(path[3], -1) {
		toX, toY := x, y
		if step[1] == "H" {
			toX = number(step[2])
		} else {
			toY = number(step[2])
		}
		all = append(all, area{min(x, toX) - half, min(y, toY) - half, max(x, toX) + half, max(y, toY) + half})
		x, y = toX, toY
	}
	return all
}

func number(digits string) float64 {
	n, _ := strconv.ParseFloat(digits, 64)
	return n
}

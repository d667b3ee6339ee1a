package parameters

import (
	"fmt"
	"strconv"
	"strings"
)

// formula is what is left of a parameter's formula while it is read:
//
//	value   = integer | "{" product "}" | function "(" value { "," value } ")"
//	product = factor { ("*" | "/") factor }     from left to right, in integers
//	factor  = integer | variable
type formula struct {
	rest      string
	variables map[string]int64
}

// Evaluate computes a formula from the variables that it may name.
func Evaluate(text string, variables map[string]int64) (int64, error) {
	f := formula{strings.ReplaceAll(text, " ", ""), variables}
	value, err := f.value()
	if err == nil && f.rest != "" {
		err = fmt.Errorf("%q is left over", f.rest)
	}
	if err != nil {
		return 0, fmt.Errorf("formula %s: %w", text, err)
	}
	return value, nil
}

func (f *formula) value() (int64, error) {
	if f.skip("{") {
		value, err := f.product()
		if err == nil && !f.skip("}") {
			err = fmt.Errorf("no } before %q", f.rest)
		}
		return value, err
	}
	for name, combine := range map[string]func(a, b int64) int64{
		"LEAST(":    func(a, b int64) int64 { return min(a, b) },
		"GREATEST(": func(a, b int64) int64 { return max(a, b) },
		"SUM(":      func(a, b int64) int64 { return a + b },
	} {
		if f.skip(name) {
			return f.list(combine)
		}
	}
	return f.factor()
}

func (f *formula) list(combine func(a, b int64) int64) (int64, error) {
	result, err := f.value()
	for err == nil && f.skip(",") {
		var next int64
		next, err = f.value()
		result = combine(result, next)
	}
	if err == nil && !f.skip(")") {
		err = fmt.Errorf("no ) before %q", f.rest)
	}
	return result, err
}

func (f *formula) product() (int64, error) {
	result, err := f.factor()
	for err == nil {
		var next int64
		switch {
		case f.skip("*"):
			next, err = f.factor()
			result *= next
		case f.skip("/"):
			if next, err = f.factor(); err == nil && next == 0 {
				return 0, fmt.Errorf("a division by zero")
			}
			result /= max(1, next)
		default:
			return result, nil
		}
	}
	return 0, err
}

func (f *formula) factor() (int64, error) {
	end := strings.IndexAny(f.rest, "{}(),*/")
	if end < 0 {
		end = len(f.rest)
	}
	word := f.rest[:end]
	f.rest = f.rest[end:]
	if value, known := f.variables[word]; known {
		return value, nil
	}
	value, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is neither a number nor a variable of the local cloud", word)
	}
	return value, nil
}

// skip goes on after a text, if it is next.
func (f *formula) skip(text string) (found bool) {
	f.rest, found = strings.CutPrefix(f.rest, text)
	return found
}

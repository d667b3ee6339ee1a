package steps

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// contexts are what expressions can ask about: github, needs, matrix, and so on. What is
// not there is "", as on GitHub.
type contexts map[string]any

var expressions = regexp.MustCompile(`\$\{\{(.*?)\}\}`)

// fill replaces the expressions in a text. Those that this package does not know are errors.
func (c contexts) fill(text string) (string, error) {
	var problem error
	filled := expressions.ReplaceAllStringFunc(text, func(match string) string {
		value, err := c.evaluate(expressions.FindStringSubmatch(match)[1])
		if err != nil {
			problem = err
		}
		return fmt.Sprint(value)
	})
	return filled, problem
}

// holds says whether a condition is true; none is, as long as nothing has failed.
func (c contexts) holds(condition string) (bool, error) {
	condition = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(condition), "${{"), "}}")
	if condition == "" {
		return c["failed"] != true, nil
	}
	value, err := c.evaluate(condition)
	asks := strings.Contains(condition, "failure()") || strings.Contains(condition, "cancelled()") || strings.Contains(condition, "always()")
	return truth(value) && (asks || c["failed"] != true), err
}

func truth(value any) bool { return value != "" && value != false && value != nil }

// evaluate knows what the workflows here use: ||, &&, ==, !=, !, literals, names and functions
// of one argument at most. No operator stands in a literal.
func (c contexts) evaluate(expression string) (any, error) {
	for _, operator := range []string{"||", "&&", "==", "!="} {
		left, right, found := strings.Cut(expression, operator)
		if !found {
			continue
		}
		a, err := c.evaluate(left)
		if err != nil {
			return nil, err
		}
		b, err := c.evaluate(right)
		switch {
		case operator == "||" && truth(a), operator == "&&" && !truth(a):
			return a, err
		case operator == "==":
			return a == b, err
		case operator == "!=":
			return a != b, err
		}
		return b, err
	}
	return c.atom(strings.TrimSpace(expression))
}

var calls = regexp.MustCompile(`^(\w+)\((.*)\)$`)

func (c contexts) atom(expression string) (any, error) {
	if rest, negated := strings.CutPrefix(expression, "!"); negated {
		value, err := c.evaluate(rest)
		return !truth(value), err
	}
	if strings.HasPrefix(expression, "'") && strings.HasSuffix(expression, "'") {
		return strings.Trim(expression, "'"), nil
	}
	if call := calls.FindStringSubmatch(expression); call != nil {
		return c.call(call[1], call[2])
	}
	var value any = map[string]any(c)
	for name := range strings.SplitSeq(expression, ".") {
		within, _ := value.(map[string]any)
		if value = within[name]; value == nil {
			return "", nil
		}
	}
	return value, nil
}

func (c contexts) call(function, argument string) (any, error) {
	switch function {
	case "failure":
		return c["failed"] == true, nil
	case "cancelled":
		return false, nil
	case "always":
		return true, nil
	case "fromJSON":
		text, err := c.evaluate(argument)
		if err != nil {
			return nil, err
		}
		var value any
		err = json.Unmarshal(fmt.Append(nil, text), &value)
		return value, err
	}
	return nil, fmt.Errorf("the function %s is not known here", function)
}

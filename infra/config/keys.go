package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Key is a row of the table: a key of the configuration, bound to a field.
type Key struct {
	Name    string
	Type    string // as Pulumi.yaml has it: string, integer or boolean
	Default string
	Text    string // what it is, in a sentence without full stop

	accepted string
	// set puts a value into the field and says whether it is accepted.
	set func(value string) bool
}

// Integer is a key for numbers from least to most. {least} and {most} in the text stand
// for these.
func Integer(field *int, name string, byDefault, least, most int, text string) Key {
	bounds := strings.NewReplacer("{least}", strconv.Itoa(least), "{most}", strconv.Itoa(most))
	return Key{
		Name: name, Type: "integer", Default: strconv.Itoa(byDefault), Text: bounds.Replace(text),
		accepted: fmt.Sprintf("an integer from %d to %d", least, most),
		set: func(value string) bool {
			var err error
			*field, err = strconv.Atoi(value)
			return err == nil && *field >= least && *field <= most
		},
	}
}

// Boolean is a key for true and false.
func Boolean(field *bool, name string, byDefault bool, text string) Key {
	return Key{
		Name: name, Type: "boolean", Default: strconv.FormatBool(byDefault), Text: text, accepted: "true or false",
		set: func(value string) bool {
			var err error
			*field, err = strconv.ParseBool(value)
			return err == nil
		},
	}
}

// Pattern is a key for strings that the whole of a regular expression matches. If the
// default is empty, the empty string is accepted as well.
func Pattern(field *string, name, byDefault, expression, text string) Key {
	whole := regexp.MustCompile(`^(` + expression + `)$`)
	return Parsed(field, name, byDefault, "a string like "+expression, text, func(value string) (string, bool) {
		return value, value == byDefault || whole.MatchString(value)
	})
}

// OneOf is a key for one of a few words.
func OneOf[T ~string](field *T, name string, byDefault T, accepted []T, text string) Key {
	var words []string
	for _, word := range accepted {
		words = append(words, string(word))
	}
	return Parsed(field, name, string(byDefault), strings.Join(words, ", "), text, func(value string) (T, bool) {
		return T(value), slices.Contains(words, value)
	})
}

// Parsed is a key for strings that a function understands, or says that it does not.
func Parsed[T any](field *T, name, byDefault, accepted, text string, parse func(value string) (T, bool)) Key {
	return Key{
		Name: name, Type: "string", Default: byDefault, Text: text, accepted: accepted,
		set: func(value string) (ok bool) {
			*field, ok = parse(value)
			return ok
		},
	}
}

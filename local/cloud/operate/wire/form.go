package wire

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// readForm fills in an operation's input from an AWS query form. The input's fields have
// the tags of encoding/xml, by which outputs are written too: a list is in
// Filters.Filter.1 with the tag "Filters>Filter", and in Filter.1 with "Filter".
// What the input has no field for is an error.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
func readForm(form url.Values, input any) error {
	f := formReader{form, map[string]bool{}}
	if err := f.fill("", reflect.ValueOf(input).Elem()); err != nil {
		return err
	}
	return leftOfForm(form, f.read)
}

type formReader struct {
	form url.Values
	read map[string]bool // the names of parameters that were
}

// get reads a parameter.
func (f formReader) get(name string) string {
	f.read[name] = true
	return f.form.Get(name)
}

var timeType = reflect.TypeFor[time.Time]()

// fill sets a value from the parameter of a name, and from those below it.
func (f formReader) fill(name string, value reflect.Value) error {
	switch {
	case value.Type() == timeType:
		return fillTime(f.get(name), name, value)
	case value.Kind() == reflect.Struct:
		return f.fillStruct(name, value)
	case value.Kind() == reflect.Slice:
		return f.fillList(name, value)
	case !f.has(name):
		return nil
	case value.Kind() == reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
		return f.fill(name, value.Elem())
	}
	return fillScalar(f.get(name), name, value)
}

func (f formReader) fillStruct(name string, value reflect.Value) error {
	for i := range value.NumField() {
		at := name // the fields of an embedded struct are the struct's own
		if field := value.Type().Field(i); !field.Anonymous {
			at = below(name, parameter(field))
		}
		if err := f.fill(at, value.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

func (f formReader) fillList(name string, value reflect.Value) error {
	for i := 1; f.has(below(name, strconv.Itoa(i))); i++ {
		item := reflect.New(value.Type().Elem()).Elem()
		if err := f.fill(below(name, strconv.Itoa(i)), item); err != nil {
			return err
		}
		value.Set(reflect.Append(value, item))
	}
	return nil
}

func fillScalar(text, name string, value reflect.Value) (err error) {
	switch value.Kind() {
	case reflect.String:
		value.SetString(text)
	case reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(text)
		value.SetBool(b)
	case reflect.Int:
		var n int64
		n, err = strconv.ParseInt(text, 10, 64)
		value.SetInt(n)
	case reflect.Float64:
		var f float64
		f, err = strconv.ParseFloat(text, 64)
		value.SetFloat(f)
	default:
		err = fmt.Errorf("a %s is not read from forms", value.Kind())
	}
	if err != nil {
		return fmt.Errorf("%s: %q: %w", name, text, err)
	}
	return nil
}

// fillTime reads a time in ISO 8601, with or without its zone's colon.
func fillTime(text, name string, value reflect.Value) error {
	if text == "" {
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			value.Set(reflect.ValueOf(t))
			return nil
		}
	}
	return fmt.Errorf("%s: %q is no time", name, text)
}

// parameter is what forms call a field.
func parameter(field reflect.StructField) string {
	tag, _, _ := strings.Cut(field.Tag.Get("xml"), ",")
	if tag == "" {
		return field.Name
	}
	return strings.ReplaceAll(tag, ">", ".")
}

func below(name, part string) string {
	if name == "" {
		return part
	}
	return name + "." + part
}

// has says whether the form has a parameter, or one below it.
func (f formReader) has(name string) bool {
	for key := range f.form {
		if key == name || strings.HasPrefix(key, name+".") {
			return true
		}
	}
	return false
}

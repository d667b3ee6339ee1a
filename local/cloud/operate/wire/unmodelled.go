package wire

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
)

// changesNothing are the parameters that may be asked for wherever they are not modelled:
// those of pages, since a list that is not cut is its own last page; those that name the
// operation; and what clients add by themselves so that a call which is repeated is
// carried out once.
var changesNothing = []string{
	"Action", "Version", "MaxRecords", "MaxResults", "MaxDatapoints", "NextToken", "Marker", "PageSize",
	"ClientToken", "ClientRequestToken",
}

func unmodelled(parameter string) error {
	return fmt.Errorf("%s is not modelled in the local cloud", parameter)
}

// leftOfForm is an error for a parameter that nobody read. One that is empty is none: so
// is an empty list sent.
func leftOfForm(form url.Values, read map[string]bool) error {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if !read[name] && form.Get(name) != "" && !slices.Contains(changesNothing, name) {
			return unmodelled(name)
		}
	}
	return nil
}

// leftOfDocument is an error for a member of a document, of JSON or CBOR, for which a type
// has no field. Fields are named as AWS names them; their own names are the members'.
func leftOfDocument(document any, of reflect.Type, name string) error {
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	switch document := document.(type) {
	case map[string]any:
		return leftOfMembers(document, of, name)
	case []any:
		for i, item := range document {
			if of.Kind() != reflect.Slice {
				break
			}
			if err := leftOfDocument(item, of.Elem(), below(name, strconv.Itoa(i+1))); err != nil {
				return err
			}
		}
	}
	return nil
}

func leftOfMembers(members map[string]any, of reflect.Type, name string) error {
	if of.Kind() != reflect.Struct {
		return nil // reading it is an error of its own
	}
	for _, member := range slices.Sorted(maps.Keys(members)) {
		field, there := of.FieldByName(member)
		at := below(name, member)
		switch {
		case there && !field.Anonymous:
			if err := leftOfDocument(members[member], field.Type, at); err != nil {
				return err
			}
		case !empty(members[member]) && !slices.Contains(changesNothing, at):
			return unmodelled(at)
		}
	}
	return nil
}

// empty says whether a member is sent as if it were not.
func empty(member any) bool {
	switch member := member.(type) {
	case nil:
		return true
	case string:
		return member == ""
	case []any:
		return len(member) == 0
	case map[string]any:
		return len(member) == 0
	}
	return false
}

package operate

import (
	"slices"
	"strconv"

	"myclothes/local/cloud/aws"
)

// only keeps what has one of the wanted names; all, if none is wanted.
func only[T any](all []T, wanted []string, names func(T) []string) []T {
	if len(wanted) == 0 {
		return all
	}
	return slices.DeleteFunc(all, func(item T) bool {
		return !slices.ContainsFunc(names(item), func(name string) bool { return slices.Contains(wanted, name) })
	})
}

// page returns the part of a list that begins where a token says, of at most that many
// unless 0, and the token of the next part, if there is one.
func page[T any](all []T, token string, most int) (part []T, next string, err error) {
	first := 0
	if token != "" {
		if first, err = strconv.Atoi(token); err != nil || first < 0 || first > len(all) {
			return nil, "", aws.Errorf("InvalidNextToken", "The token %q is not valid", token)
		}
	}
	if most <= 0 || first+most >= len(all) {
		return all[first:], "", nil
	}
	return all[first : first+most], strconv.Itoa(first + most), nil
}

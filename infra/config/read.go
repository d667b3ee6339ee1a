package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Problems collects all that is wrong with a configuration, so that it is told at once.
type Problems struct {
	project string
	found   []error
}

// Read sets the field of every key to its value, or to its default where the value is
// empty. A value that is refused is in the field all the same, so that what it would lead
// to is refused as well. The keys are in the namespace of the project's name, where
// Pulumi puts those that are written without one.
func Read(project string, keys []Key, value func(key string) string) *Problems {
	p := &Problems{project: project}
	for _, key := range keys {
		given := value(project + ":" + key.Name)
		if given == "" {
			given = key.Default
		}
		if !key.set(given) {
			p.Refuse(key.Name, given, key.accepted)
		}
	}
	return p
}

// Refuse notes a problem with a key.
func (p *Problems) Refuse(key string, value any, accepted string) {
	p.found = append(p.found, Refusal(p.project, key, value, accepted))
}

// RefuseIf notes a problem where a rule is broken.
func (p *Problems) RefuseIf(broken bool, key string, value any, accepted string) {
	if broken {
		p.Refuse(key, value, accepted)
	}
}

// RefuseUnknown notes what of a stack's whole configuration nobody reads: keys of the
// project that are none of the table, which are typing errors, and keys of the table that
// are in the namespace of another project, as after this one was renamed.
func (p *Problems) RefuseUnknown(keys []Key, all map[string]any) {
	var names []string
	for _, key := range keys {
		names = append(names, key.Name)
	}
	slices.Sort(names)
	for _, full := range slices.Sorted(maps.Keys(all)) {
		namespace, name, _ := strings.Cut(full, ":")
		known := slices.Contains(names, name)
		switch {
		case namespace == p.project && !known:
			p.Refuse(name, all[full], "the keys "+strings.Join(names, ", "))
		case namespace != p.project && known:
			p.found = append(p.found, Refusal(namespace, name, all[full],
				fmt.Sprintf("%s:%s, because the project's name is %s", p.project, name, p.project)))
		}
	}
}

// Err returns all problems as one error, or nil.
func (p *Problems) Err() error {
	if len(p.found) == 0 {
		return nil
	}
	return fmt.Errorf("configuration:\n%w", errors.Join(p.found...))
}

// Refusal says that a value is not accepted, and what is.
func Refusal(project, key string, value any, accepted string) error {
	return fmt.Errorf("%s:%s: %q is not accepted; accepted: %s", project, key, fmt.Sprint(value), accepted)
}

package infra

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"myclothes/infra/conventions"
)

// reader reads config values and collects every problem it meets.
type reader struct {
	config   *config.Config
	known    []string
	problems []error
}

func newReader(ctx *pulumi.Context) *reader {
	return &reader{config: config.New(ctx, conventions.Namespace)}
}

// refuse notes a problem with a key.
func (r *reader) refuse(key string, value any, accepted string) {
	r.problems = append(r.problems, fmt.Errorf("%s:%s: %q is not accepted; accepted: %s", conventions.Namespace, key, fmt.Sprint(value), accepted))
}

// err returns all problems as one error, or nil.
func (r *reader) err() error {
	r.refuseUnknown(os.Getenv("PULUMI_CONFIG"))
	if len(r.problems) == 0 {
		return nil
	}
	return fmt.Errorf("configuration:\n%w", errors.Join(r.problems...))
}

// refuseUnknown notes keys of our namespace that nothing reads, which are typing
// errors. The Go SDK lists keys nowhere but in this variable, which the engine
// sets to a JSON object for every program that it starts as a process.
func (r *reader) refuseUnknown(pulumiConfig string) {
	var values map[string]any
	if json.Unmarshal([]byte(pulumiConfig), &values) != nil {
		return
	}
	slices.Sort(r.known)
	for key, value := range values {
		name, ours := strings.CutPrefix(key, conventions.Namespace+":")
		if ours && !slices.Contains(r.known, name) {
			r.refuse(name, value, "the keys "+strings.Join(r.known, ", "))
		}
	}
}

// text returns the value of a key, or "" when it is not set.
func (r *reader) text(key string) string {
	r.known = append(r.known, key)
	return r.config.Get(key)
}

func (r *reader) integer(key string, byDefault, least, most int) int {
	if r.text(key) == "" {
		return byDefault
	}
	value, err := r.config.TryInt(key)
	if err != nil || value < least || value > most {
		r.refuse(key, r.config.Get(key), fmt.Sprintf("an integer from %d to %d", least, most))
	}
	return value
}

func (r *reader) boolean(key string, byDefault bool) bool {
	if r.text(key) == "" {
		return byDefault
	}
	value, err := r.config.TryBool(key)
	if err != nil {
		r.refuse(key, r.config.Get(key), "true or false")
	}
	return value
}

// pattern reads a string that matches the whole of a regular expression.
func (r *reader) pattern(key, byDefault, expression string) string {
	value := r.text(key)
	if value == "" {
		return byDefault
	}
	if !regexp.MustCompile(`^(` + expression + `)$`).MatchString(value) {
		r.refuse(key, value, "a string like "+expression)
	}
	return value
}

// network reads an IPv4 network of a size that AWS gives a VPC.
func (r *reader) network(key, byDefault string) netip.Prefix {
	value := r.text(key)
	if value == "" {
		value = byDefault
	}
	prefix, err := netip.ParsePrefix(value)
	if err != nil || !prefix.Addr().Is4() || prefix != prefix.Masked() || prefix.Bits() < 16 || prefix.Bits() > 28 {
		r.refuse(key, value, "an IPv4 network address from /16 to /28, like 10.0.0.0/16")
		return netip.Prefix{}
	}
	return prefix
}

// oneOf reads a value of an enumeration.
func oneOf[T ~string](r *reader, key string, byDefault T, accepted ...T) T {
	value := T(r.text(key))
	if value == "" {
		return byDefault
	}
	if !slices.Contains(accepted, value) {
		var names []string
		for _, a := range accepted {
			names = append(names, string(a))
		}
		r.refuse(key, value, strings.Join(names, ", "))
	}
	return value
}

// mostCookieKeys is how many keys there may be: a change needs two.
const mostCookieKeys = 4

// cookieKeys reads the numbers of the keys, the one that encrypts first.
func (r *reader) cookieKeys(key string) (numbers []int) {
	value := r.text(key)
	if value == "" {
		return []int{1}
	}
	for text := range strings.SplitSeq(value, ",") {
		number, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || number < 1 || number > 9999 || slices.Contains(numbers, number) || len(numbers) == mostCookieKeys {
			r.refuse(key, value, fmt.Sprintf("1 to %d different numbers from 1 to 9999 with commas between them, like 2,1", mostCookieKeys))
			return nil
		}
		numbers = append(numbers, number)
	}
	return numbers
}

package provider

import (
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"myclothes/local/cloud/aws"
)

// placeholder is a value's name within a template: "vpc/{id}".
var placeholder = regexp.MustCompile(`\{\w+\}`)

// expansion makes the values that AWS would give a resource out of templates.
type expansion struct {
	random    io.Reader
	templates map[string]string
	values    map[string]string // known or made already
}

// value returns the value of that name: a known one, what its template gives, or
// for hexN that many random hexadecimal digits.
func (e expansion) value(name string) string {
	if v, ok := e.values[name]; ok {
		return v
	}
	if digits, ok := strings.CutPrefix(name, "hex"); ok {
		n, _ := strconv.Atoi(digits)
		return randomHex(e.random, n)
	}
	v := e.expand(e.templates[name])
	e.values[name] = v
	return v
}

func (e expansion) expand(template string) string {
	return placeholder.ReplaceAllStringFunc(template, func(p string) string {
		return e.value(strings.Trim(p, "{}"))
	})
}

func randomHex(random io.Reader, digits int) string {
	bytes := make([]byte, (digits+1)/2)
	_, _ = io.ReadFull(random, bytes) // no source ends or fails
	return hex.EncodeToString(bytes)[:digits]
}

// identify gives a new resource its id, name and ARN, and its first state: the
// inputs, and what AWS would compute from them. Values are made in the order of
// their names, so that one source of randomness always gives the same.
func (k kind) identify(random io.Reader, typ, region string, inputs resource.PropertyMap, plain map[string]any) (aws.Resource, resource.PropertyMap) {
	service, _, _ := strings.Cut(strings.TrimPrefix(typ, "aws:"), "/")
	e := expansion{
		random:    random,
		templates: map[string]string{"id": "{hex17}", "arn": "arn:aws:" + service + ":{region}:{account}:{id}"},
		values:    map[string]string{"region": region, "account": aws.AccountID},
	}
	maps.Copy(e.templates, k.outputs)
	if k.id != "" {
		e.templates["id"] = k.id
	}
	for property, value := range plain {
		if text, ok := value.(string); ok {
			e.values[property] = text
		}
	}
	state := inputs.Copy()
	for _, output := range append(slices.Sorted(maps.Keys(k.outputs)), "arn") {
		if key := resource.PropertyKey(output); !k.durable && !state.HasValue(key) {
			state[key] = resource.NewProperty(e.value(output))
		}
	}
	return k.resource(e.value("id"), state), state
}

// Computed lists the outputs of a type that have a value here whatever is declared. An
// input is an output as well, if it is declared. A program that reads any other output
// gets "", 0 or false.
func Computed(typ string) []string {
	k := everyKind[typ]
	outputs := slices.Concat([]string{"id", k.name}, slices.Collect(maps.Keys(k.outputs)), k.computed, k.sometimes)
	if !k.durable {
		outputs = append(outputs, "arn")
	}
	return outputs
}

// resource names a resource as package cloud knows it.
func (k kind) resource(id string, state resource.PropertyMap) aws.Resource {
	r := aws.Resource{ID: id, Name: text(state, k.name), ARN: text(state, "arn")}
	if r.Name == "" {
		r.Name = id
	}
	return r
}

// autoname gives inputs a physical name if they declare none: the one that the
// resource has, or the logical name and a random suffix. The engine's seed makes
// a preview and the update that follows agree.
func (k kind) autoname(logical string, seed []byte, old, inputs resource.PropertyMap) error {
	key := resource.PropertyKey(k.name)
	if k.name == "" || inputs.HasValue(key) {
		return nil
	}
	if autonamed(old, k.name) {
		inputs[key] = old[key]
	} else {
		name, err := resource.NewUniqueName(seed, logical+"-", nameSuffix, k.maxName, nil)
		if err != nil {
			return fmt.Errorf("%s is too long to name it after: AWS allows %d characters with the random suffix", logical, k.maxName)
		}
		inputs[key] = resource.NewProperty(name)
	}
	inputs[defaults] = resource.NewProperty([]resource.PropertyValue{resource.NewProperty(k.name)})
	return nil
}

// nameSuffix is the length of the random suffix of a name, as Pulumi has it.
const nameSuffix = 7

// defaults is the property where a provider notes which inputs are its own choice.
const defaults = resource.PropertyKey("__defaults")

// autonamed says whether the name in these inputs was made up by Check.
func autonamed(inputs resource.PropertyMap, name string) bool {
	list := inputs[defaults]
	if !list.IsArray() {
		return false
	}
	for _, v := range list.ArrayValue() {
		if v.IsString() && v.StringValue() == name {
			return true
		}
	}
	return false
}

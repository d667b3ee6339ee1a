package provider

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/types/known/structpb"

	"myclothes/local/cloud/aws"
)

// unmarshal reads properties as the engine sends them, with secrets marked.
func unmarshal(properties *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(properties, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, SkipNulls: true,
	})
}

// unmarshalOpen reads properties with the marks taken off secrets.
func unmarshalOpen(properties *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(properties, plugin.MarshalOptions{
		KeepUnknowns: true, SkipNulls: true, SkipInternalKeys: true,
	})
}

func marshal(properties resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(properties, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true,
	})
}

// read returns a resource's type and its properties twice: as Pulumi has them, and
// as plain Go values, where an asset is the path of its file.
func (p *resources) read(urn string, properties *structpb.Struct) (string, resource.PropertyMap, map[string]any, error) {
	typ := typeOf(urn)
	inputs, err := unmarshal(properties)
	if err != nil {
		return "", nil, nil, err
	}
	open, err := unmarshalOpen(properties)
	if err != nil {
		return "", nil, nil, err
	}
	return typ, inputs, open.MapRepl(nil, filePath), nil
}

// filePath replaces an asset by the path or the text that it holds.
func filePath(v resource.PropertyValue) (any, bool) {
	if !v.IsAsset() {
		return nil, false
	}
	if asset := v.AssetValue(); asset.IsPath() {
		return asset.Path, true
	}
	return v.AssetValue().Text, true
}

// lay puts a service's outputs over the state.
func (k kind) lay(outputs aws.Outputs, state resource.PropertyMap) {
	for property, value := range outputs {
		v := resource.NewPropertyValue(value)
		if slices.Contains(k.secret, property) {
			v = resource.MakeSecret(v)
		}
		state[resource.PropertyKey(property)] = v
	}
}

// nextState returns the state after an update, without its new outputs: old inputs
// make way for the new ones, what AWS computed or keeps stays.
func (k kind) nextState(olds, oldInputs *structpb.Struct, inputs resource.PropertyMap) (resource.PropertyMap, error) {
	state, err := unmarshal(olds)
	if err != nil {
		return nil, err
	}
	before, err := unmarshal(oldInputs)
	if err != nil {
		return nil, err
	}
	for property := range before {
		if !slices.Contains(k.keep, string(property)) {
			delete(state, property)
		}
	}
	maps.Copy(state, inputs)
	return state, nil
}

// whole is a spec that keeps all inputs, those too that it has no field for.
type whole interface{ TakeInputs(map[string]any) }

// decode fills in a service's spec from plain properties.
func decode(properties map[string]any, spec any) error {
	document, err := json.Marshal(properties)
	if err != nil {
		return err
	}
	err = json.Unmarshal(document, spec)
	if spec, ok := spec.(whole); ok {
		spec.TakeInputs(properties)
	}
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		return fmt.Errorf("property %s: a %s, not a %s", wrong.Field, wrong.Type, wrong.Value)
	}
	return err
}

// text returns a property that is a string, perhaps a secret one, or "".
func text(properties resource.PropertyMap, property string) string {
	v := properties[resource.PropertyKey(property)]
	if v.IsSecret() {
		v = v.SecretValue().Element
	}
	if !v.IsString() {
		return ""
	}
	return v.StringValue()
}

func typeOf(urn string) string { return string(resource.URN(urn).Type()) }

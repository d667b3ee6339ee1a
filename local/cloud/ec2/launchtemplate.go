package ec2

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"sync"

	"myclothes/local/cloud/aws"
)

// LaunchTemplate is aws:ec2/launchTemplate:LaunchTemplate. The image is recorded
// so that another one is another version; what boots is this machine.
type LaunchTemplate struct {
	ImageID              string              `json:"imageId"`
	InstanceType         string              `json:"instanceType"`
	UserData             string              `json:"userData"` // base64
	VPCSecurityGroupIDs  []string            `json:"vpcSecurityGroupIds"`
	IAMInstanceProfile   *InstanceProfileRef `json:"iamInstanceProfile"`
	Monitoring           *Monitoring         `json:"monitoring"` // basic if not declared
	UpdateDefaultVersion bool                `json:"updateDefaultVersion"`
	DefaultVersion       *int                `json:"defaultVersion"` // a version's number; without an effect if updateDefaultVersion

	inputs map[string]any // all that a version holds, as declared
}

// outsideVersions are the inputs that are the template's, and no part of its versions. So
// the AWS provider has it; a description is a version's.
var outsideVersions = []string{"name", "namePrefix", "tags", "tagsAll", "updateDefaultVersion", "defaultVersion"}

// TakeInputs keeps the declared inputs, those too that nothing here reads: a change of any
// makes another version.
func (t *LaunchTemplate) TakeInputs(inputs map[string]any) {
	t.inputs = maps.Clone(inputs)
	for _, name := range outsideVersions {
		delete(t.inputs, name)
	}
}

// version is the template without what is no part of its versions.
func (t LaunchTemplate) version() LaunchTemplate {
	t.UpdateDefaultVersion, t.DefaultVersion = false, nil
	return t
}

// InstanceProfileRef names an instance profile by its ARN or its name.
type InstanceProfileRef struct {
	ARN  string `json:"arn"`
	Name string `json:"name"`
}

// LaunchTemplateRef names a version of a launch template.
type LaunchTemplateRef struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version string `json:"version"` // a number, "$Latest" or "$Default"
}

// LaunchTemplates implements Service[LaunchTemplate].
type LaunchTemplates struct {
	templates *aws.Records[*launchTemplate]
}

// NewLaunchTemplates returns none yet.
func NewLaunchTemplates() *LaunchTemplates {
	return &LaunchTemplates{aws.NewRecords[*launchTemplate]("launch template")}
}

// launchTemplate keeps every version: a group may go back to an older one.
type launchTemplate struct {
	mu       sync.Mutex
	versions []LaunchTemplate // version n is at n-1
	standard int              // the default version
}

// Create makes a template with one version.
func (s *LaunchTemplates) Create(_ context.Context, r aws.Resource, spec LaunchTemplate) (aws.Outputs, error) {
	template := &launchTemplate{versions: []LaunchTemplate{spec.version()}, standard: 1}
	s.templates.Put(r, template)
	return template.outputs(), nil
}

// Update makes another version, unless nothing of it changed.
func (s *LaunchTemplates) Update(_ context.Context, r aws.Resource, spec LaunchTemplate) (aws.Outputs, error) {
	template, err := s.templates.Get(r.ID)
	if err != nil {
		return nil, err
	}
	if err := template.add(spec); err != nil {
		return nil, fmt.Errorf("launch template %s: %w", r.Name, err)
	}
	return template.outputs(), nil
}

// Delete forgets a template with all its versions.
func (s *LaunchTemplates) Delete(ctx context.Context, r aws.Resource) error {
	return s.templates.Delete(ctx, r)
}

// Version returns what a reference means now: a numbered version, and its number.
func (s *LaunchTemplates) Version(ref *LaunchTemplateRef) (LaunchTemplate, int, error) {
	if ref == nil {
		return LaunchTemplate{}, 0, fmt.Errorf("launchTemplate: not declared")
	}
	id := ref.ID
	if id == "" {
		id = ref.Name
	}
	template, err := s.templates.Get(id)
	if err != nil {
		return LaunchTemplate{}, 0, err
	}
	return template.version(ref.Version)
}

// add makes spec the latest version, unless only what is no part of a version changed, and
// sets the default version.
func (t *launchTemplate) add(spec LaunchTemplate) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !reflect.DeepEqual(t.versions[len(t.versions)-1], spec.version()) {
		t.versions = append(t.versions, spec.version())
	}
	switch {
	case spec.UpdateDefaultVersion:
		t.standard = len(t.versions)
	case spec.DefaultVersion != nil && (*spec.DefaultVersion < 1 || *spec.DefaultVersion > len(t.versions)):
		return fmt.Errorf("defaultVersion %d: it has versions 1 to %d", *spec.DefaultVersion, len(t.versions))
	case spec.DefaultVersion != nil:
		t.standard = *spec.DefaultVersion
	}
	return nil
}

func (t *launchTemplate) version(name string) (LaunchTemplate, int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	number := t.standard
	switch name {
	case "", "$Default":
	case "$Latest":
		number = len(t.versions)
	default:
		number, _ = strconv.Atoi(name)
	}
	if number < 1 || number > len(t.versions) {
		return LaunchTemplate{}, 0, fmt.Errorf("no version %q of the launch template: it has 1 to %d", name, len(t.versions))
	}
	return t.versions[number-1], number, nil
}

func (t *launchTemplate) outputs() aws.Outputs {
	t.mu.Lock()
	defer t.mu.Unlock()
	return aws.Outputs{"latestVersion": len(t.versions), "defaultVersion": t.standard}
}

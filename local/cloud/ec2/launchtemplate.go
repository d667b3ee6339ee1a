package ec2

import (
	"context"
	"fmt"
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
	template := &launchTemplate{versions: []LaunchTemplate{spec}, standard: 1}
	s.templates.Put(r, template)
	return template.outputs(), nil
}

// Update makes another version, unless nothing of it changed.
func (s *LaunchTemplates) Update(_ context.Context, r aws.Resource, spec LaunchTemplate) (aws.Outputs, error) {
	template, err := s.templates.Get(r.ID)
	if err != nil {
		return nil, err
	}
	template.add(spec)
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

// add makes spec the latest version, unless only what is no part of a version changed.
func (t *launchTemplate) add(spec LaunchTemplate) {
	t.mu.Lock()
	defer t.mu.Unlock()
	latest := t.versions[len(t.versions)-1]
	latest.UpdateDefaultVersion = spec.UpdateDefaultVersion
	if !reflect.DeepEqual(latest, spec) {
		t.versions = append(t.versions, spec)
	}
	if spec.UpdateDefaultVersion {
		t.standard = len(t.versions)
	}
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

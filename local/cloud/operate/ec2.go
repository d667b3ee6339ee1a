package operate

import (
	"context"
	"slices"
	"strconv"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
)

// computing is Amazon EC2, as far as instances of Auto Scaling groups go.
type computing struct {
	instances *ec2.Instances
	templates *ec2.LaunchTemplates
	scaling   autoScaling
}

func (s computing) actions() map[string]action {
	return map[string]action{
		"DescribeInstances":              act(s.describeInstances),
		"TerminateInstances":             act(s.terminateInstances),
		"DescribeLaunchTemplateVersions": act(s.describeLaunchTemplateVersions),
	}
}

// rehearsable is a part of the input of every operation of EC2: with it, one is told that
// the operation would be let, and nothing is done.
type rehearsable struct{ DryRun bool }

func (r rehearsable) rehearse() error {
	if r.DryRun {
		return aws.Errorf("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
	}
	return nil
}

type describeInstances struct {
	rehearsable
	InstanceIds []string    `xml:"InstanceId"`
	Filters     []ec2Filter `xml:"Filter"`
	MaxResults  int
	NextToken   string
}

type ec2Filter struct {
	Name   string
	Values []string `xml:"Value"`
}

type reservations struct {
	Reservations []reservation `xml:"reservationSet>item"`
	NextToken    string        `xml:"nextToken,omitempty"`
}

type reservation struct {
	ReservationID string     `xml:"reservationId"`
	OwnerID       string     `xml:"ownerId"`
	Instances     []instance `xml:"instancesSet>item"`
}

type instance struct {
	InstanceID       string        `xml:"instanceId"`
	ImageID          string        `xml:"imageId,omitempty"`
	State            instanceState `xml:"instanceState"`
	InstanceType     string        `xml:"instanceType,omitempty"`
	LaunchTime       *time.Time    `xml:"launchTime"`
	Placement        placement     `xml:"placement"`
	PrivateIPAddress string        `xml:"privateIpAddress"`
	SubnetID         string        `xml:"subnetId"`
	VpcID            string        `xml:"vpcId,omitempty"`
	SecurityGroups   []groupID     `xml:"groupSet>item"`
	Tags             []tag         `xml:"tagSet>item"`
}

type instanceState struct {
	Code int    `xml:"code"`
	Name string `xml:"name"`
}

// The states of an instance: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html
var (
	running      = instanceState{16, "running"}
	shuttingDown = instanceState{32, "shutting-down"}
)

type placement struct {
	AvailabilityZone string `xml:"availabilityZone"`
}

type groupID struct {
	GroupID string `xml:"groupId"`
}

type tag struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

// groupTag is the tag by which an instance names its Auto Scaling group.
const groupTag = "aws:autoscaling:groupName"

func (s computing) describeInstances(_ context.Context, in describeInstances) (out reservations, err error) {
	all := s.instances.Describe()
	if err := missing(all, in.InstanceIds); err != nil {
		return out, err
	}
	groups := map[string]string{}
	for _, g := range s.scaling.all() {
		for _, i := range g.Instances {
			groups[i.ID] = g.Name
		}
	}
	var found []reservation
	for _, d := range only(all, in.InstanceIds, func(d ec2.Described) []string { return []string{d.ID} }) {
		wanted, err := passes(d, groups[d.ID], in.Filters)
		if err != nil {
			return out, err
		}
		if wanted {
			found = append(found, reservation{"r-" + d.ID[len("i-"):], "000000000000", []instance{shownMachine(d, groups[d.ID])}})
		}
	}
	out.Reservations, out.NextToken, err = page(found, in.NextToken, in.MaxResults)
	return out, err
}

// missing is an error for ids that no instance has.
func missing(all []ec2.Described, ids []string) error {
	for _, id := range ids {
		if !slices.ContainsFunc(all, func(d ec2.Described) bool { return d.ID == id }) {
			return aws.Errorf("InvalidInstanceID.NotFound", "The instance ID '%s' does not exist", id)
		}
	}
	return nil
}

// passes says whether an instance has one of the values of each filter.
func passes(d ec2.Described, group string, filters []ec2Filter) (bool, error) {
	properties := map[string]string{
		"instance-id": d.ID, "instance-state-name": running.Name, "availability-zone": d.Zone, "subnet-id": d.Subnet, "vpc-id": d.VPC,
		"private-ip-address": d.Address.String(), "tag:" + groupTag: group,
	}
	for _, f := range filters {
		property, known := properties[f.Name]
		if !known {
			return false, aws.Errorf("InvalidParameterValue", "The filter '%s' is invalid", f.Name)
		}
		if !slices.Contains(f.Values, property) {
			return false, nil
		}
	}
	return true, nil
}

func shownMachine(d ec2.Described, group string) instance {
	shown := instance{
		InstanceID: d.ID, ImageID: d.ImageID, State: running, InstanceType: d.Type, LaunchTime: timestamp(d.Launched),
		Placement: placement{d.Zone}, PrivateIPAddress: d.Address.String(), SubnetID: d.Subnet, VpcID: d.VPC,
	}
	if group != "" {
		shown.Tags = []tag{{groupTag, group}}
	}
	for _, id := range d.Groups {
		shown.SecurityGroups = append(shown.SecurityGroups, groupID{id})
	}
	return shown
}

type terminateInstances struct {
	rehearsable
	InstanceIds []string `xml:"InstanceId"`
}

type stateChanges struct {
	Instances []stateChange `xml:"instancesSet>item"`
}

type stateChange struct {
	InstanceID string        `xml:"instanceId"`
	Current    instanceState `xml:"currentState"`
	Previous   instanceState `xml:"previousState"`
}

// terminateInstances shuts machines down; what their groups make of it is theirs. When one
// id is wrong, none is shut down.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html
func (s computing) terminateInstances(_ context.Context, in terminateInstances) (out stateChanges, err error) {
	if err := missing(s.instances.Describe(), in.InstanceIds); err != nil {
		return out, err
	}
	for _, id := range in.InstanceIds {
		if err := s.instances.ShutDown(id); err != nil {
			return out, err
		}
		out.Instances = append(out.Instances, stateChange{id, shuttingDown, running})
	}
	return out, nil
}

type describeLaunchTemplateVersions struct {
	rehearsable
	LaunchTemplateID   string   `xml:"LaunchTemplateId"`
	LaunchTemplateName string   `xml:"LaunchTemplateName"`
	Versions           []string `xml:"LaunchTemplateVersion"`
}

type launchTemplateVersions struct {
	Versions []launchTemplateVersion `xml:"launchTemplateVersionSet>item"`
}

type launchTemplateVersion struct {
	LaunchTemplateID   string             `xml:"launchTemplateId"`
	LaunchTemplateName string             `xml:"launchTemplateName"`
	VersionNumber      int                `xml:"versionNumber"`
	DefaultVersion     bool               `xml:"defaultVersion"`
	Data               launchTemplateData `xml:"launchTemplateData"`
}

type launchTemplateData struct {
	ImageID          string   `xml:"imageId,omitempty"`
	InstanceType     string   `xml:"instanceType,omitempty"`
	UserData         string   `xml:"userData,omitempty"`
	SecurityGroupIDs []string `xml:"securityGroupIdSet>item"`
}

func (s computing) describeLaunchTemplateVersions(_ context.Context, in describeLaunchTemplateVersions) (out launchTemplateVersions, err error) {
	of, versions, standard, err := s.templates.Versions(in.LaunchTemplateID + in.LaunchTemplateName) // one of the two is given
	if err != nil {
		return out, err
	}
	wanted := map[string]int{"$Latest": len(versions), "$Default": standard}
	for n := len(versions); n > 0; n-- { // the newest first
		asked := len(in.Versions) == 0 || slices.ContainsFunc(in.Versions, func(v string) bool { return v == strconv.Itoa(n) || wanted[v] == n })
		if v := versions[n-1]; asked {
			out.Versions = append(out.Versions, launchTemplateVersion{of.ID, of.Name, n, n == standard,
				launchTemplateData{v.ImageID, v.InstanceType, v.UserData, v.VPCSecurityGroupIDs}})
		}
	}
	return out, nil
}

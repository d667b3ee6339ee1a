// Package awsx is the Vpc component of Pulumi's package awsx, as far as it is modelled here:
// it registers the same tree, under the same names, as the published one.
package awsx

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"myclothes/local/provider/modelled"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awsxec2 "github.com/pulumi/pulumi-awsx/sdk/v2/go/awsx/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

const vpcType = "awsx:ec2:Vpc"

// Region is where a VPC is.
type Region struct {
	Name  string
	Zones []string // its Availability Zones
}

// Construct registers the component and its children with the engine. The request's inputs
// are declared, without what marks them as secret. Errors name what is not modelled here.
func Construct(ctx context.Context, req *pulumirpc.ConstructRequest, declared map[string]any, engine *grpc.ClientConn, region Region) (*pulumirpc.ConstructResponse, error) {
	if req.GetType() != vpcType {
		return nil, fmt.Errorf("%s is not modelled in the local cloud; of package awsx it has %s", req.GetType(), vpcType)
	}
	if unlisted := modelledOfVpc.Unlisted(declared); len(unlisted) > 0 {
		return nil, fmt.Errorf("%s %s: not modelled in the local cloud: %s", vpcType, req.GetName(), strings.Join(unlisted, ", "))
	}
	return provider.Construct(ctx, req, engine, region.construct)
}

func (r Region) construct(ctx *pulumi.Context, _, name string, inputs provider.ConstructInputs, options pulumi.ResourceOption) (*provider.ConstructResult, error) {
	var args vpcArgs
	if err := inputs.CopyTo(&args); err != nil {
		return nil, fmt.Errorf("%s %s: %w", vpcType, name, err)
	}
	if err := args.check(r); err != nil {
		return nil, fmt.Errorf("%s %s: %w", vpcType, name, err)
	}
	v := &vpcComponent{name: name, args: args}
	if err := v.build(ctx, options); err != nil {
		return nil, fmt.Errorf("%s %s: %w", vpcType, name, err)
	}
	return provider.NewConstructResult(&v.component)
}

// vpcArgs are the inputs of the component that are modelled: the Auto strategy with
// explicit CIDR blocks, which leaves nothing to an allocator.
type vpcArgs struct {
	AvailabilityZoneNames     []string              `pulumi:"availabilityZoneNames"`
	NumberOfAvailabilityZones *int                  `pulumi:"numberOfAvailabilityZones"`
	CidrBlock                 *string               `pulumi:"cidrBlock"`
	EnableDNSHostnames        pulumi.BoolPtrInput   `pulumi:"enableDnsHostnames"`
	EnableDNSSupport          pulumi.BoolPtrInput   `pulumi:"enableDnsSupport"`
	InstanceTenancy           pulumi.StringPtrInput `pulumi:"instanceTenancy"`
	NatGateways               *natGateways          `pulumi:"natGateways"`
	SubnetSpecs               []subnetSpec          `pulumi:"subnetSpecs"`
	SubnetStrategy            *string               `pulumi:"subnetStrategy"`
	Tags                      map[string]string     `pulumi:"tags"`
}

// natGateways says which zones have a NAT gateway.
type natGateways struct {
	ElasticIPAllocationIDs []string `pulumi:"elasticIpAllocationIds"`
	Strategy               string   `pulumi:"strategy"`
}

// The strategies for NAT gateways.
const (
	natNone     = "None"
	natSingle   = "Single"
	natOnePerAz = "OnePerAz"
)

// subnetSpec is one tier of subnets, with a CIDR block for every zone.
type subnetSpec struct {
	CidrBlocks []string          `pulumi:"cidrBlocks"`
	Name       *string           `pulumi:"name"`
	Tags       map[string]string `pulumi:"tags"`
	Type       string            `pulumi:"type"` // "Public", "Private", "Isolated" or "Unused"
}

// tier returns the type in lower case, as names have it.
func (s subnetSpec) tier() string { return strings.ToLower(s.Type) }

// modelledOfVpc are the component's inputs in vpcArgs.
var modelledOfVpc = modelled.Listing{Modelled: modelled.Fields(reflect.TypeFor[vpcArgs](), "pulumi")}

// check refuses what is not modelled, and fills in the component's defaults.
func (a *vpcArgs) check(region Region) error {
	if a.SubnetStrategy == nil || *a.SubnetStrategy != "Auto" {
		return errors.New("subnetStrategy: the local cloud models Auto, with cidrBlocks in every spec")
	}
	if err := a.chooseZones(region); err != nil {
		return err
	}
	if a.CidrBlock == nil {
		block := "10.0.0.0/16"
		a.CidrBlock = &block
	}
	if a.NatGateways == nil {
		a.NatGateways = &natGateways{Strategy: natOnePerAz}
	}
	if len(a.NatGateways.ElasticIPAllocationIDs) > 0 {
		return errors.New("natGateways.elasticIpAllocationIds is not modelled in the local cloud")
	}
	return a.checkSubnets()
}

func (a *vpcArgs) chooseZones(region Region) error {
	if len(a.AvailabilityZoneNames) > 0 {
		if a.NumberOfAvailabilityZones != nil {
			return errors.New("only one of availabilityZoneNames and numberOfAvailabilityZones can be specified")
		}
		return nil
	}
	zones, count := region.Zones, 3
	if a.NumberOfAvailabilityZones != nil {
		count = *a.NumberOfAvailabilityZones
	}
	if count > len(zones) {
		return fmt.Errorf("numberOfAvailabilityZones %d: %s has %d", count, region.Name, len(zones))
	}
	a.AvailabilityZoneNames = zones[:count]
	return nil
}

func (a *vpcArgs) checkSubnets() error {
	tiers := map[string]bool{}
	for _, spec := range a.SubnetSpecs {
		tiers[spec.tier()] = true
		if len(spec.CidrBlocks) != len(a.AvailabilityZoneNames) {
			return fmt.Errorf("subnetSpecs %s: %d cidrBlocks for %d Availability Zones; the local cloud models one for each",
				spec.tier(), len(spec.CidrBlocks), len(a.AvailabilityZoneNames))
		}
	}
	if a.NatGateways.Strategy != natNone && !(tiers["public"] && tiers["private"]) {
		return fmt.Errorf("natGateways.strategy %s needs both public and private subnets", a.NatGateways.Strategy)
	}
	return nil
}

// vpcComponent is the component while it is being built.
type vpcComponent struct {
	name      string
	args      vpcArgs
	component awsxec2.Vpc

	vpc          *ec2.Vpc
	gateway      *ec2.InternetGateway
	subnets      ec2.SubnetArray
	tables       ec2.RouteTableArray
	associations ec2.RouteTableAssociationArray
	routes       ec2.RouteArray
	addresses    ec2.EipArray
	nats         ec2.NatGatewayArray
	natByZone    []*ec2.NatGateway
	ids          map[string]pulumi.StringArray // of subnets, by tier
}

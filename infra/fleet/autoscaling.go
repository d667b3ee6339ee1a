package fleet

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/autoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
	"myclothes/infra/edge"
	"myclothes/infra/network"
	"myclothes/infra/release"
)

// rootDevice is the root volume's name in Amazon Linux 2023. Another name would add
// a volume and leave the root one unencrypted.
const rootDevice = "/dev/xvda"

// rootVolumeGB is the size of that image.
const rootVolumeGB = 8

// AutoScalingGroupArgs say what fleet to make.
type AutoScalingGroupArgs struct {
	network.Site
	Config

	LoadBalancer *edge.LoadBalancer
	Release      *release.Release
	// Asked is what the other parts ask of instances.
	Asked conventions.Contribution
}

// AutoScalingGroup is the fleet of cart instances.
type AutoScalingGroup struct {
	pulumi.ResourceState

	identity identity
	template *ec2.LaunchTemplate
	group    *autoscaling.Group
}

// NewAutoScalingGroup declares launch template, group and scaling policies.
func NewAutoScalingGroup(ctx *pulumi.Context, name string, args *AutoScalingGroupArgs, opts ...pulumi.ResourceOption) (*AutoScalingGroup, error) {
	g := &AutoScalingGroup{}
	if err := ctx.RegisterComponentResource("myclothes:index:AutoScalingGroup", name, g, opts...); err != nil {
		return nil, err
	}
	for _, step := range []func(*pulumi.Context, string, *AutoScalingGroupArgs) error{
		g.createIdentity, g.createTemplate, g.createGroup, g.trackCPU, g.trackRequests,
	} {
		if err := step(ctx, name, args); err != nil {
			return nil, err
		}
	}
	return g, ctx.RegisterResourceOutputs(g, pulumi.Map{"name": g.group.Name})
}

// Contribution asks nothing: what the other parts need of instances, they say.
func (g *AutoScalingGroup) Contribution() conventions.Contribution {
	return conventions.Contribution{Outputs: pulumi.Map{"autoScalingGroup": g.group.Name, "launchTemplate": g.template.ID()}}
}

func (g *AutoScalingGroup) createIdentity(ctx *pulumi.Context, name string, args *AutoScalingGroupArgs) (err error) {
	g.identity, err = newIdentity(ctx, name, args, g)
	return err
}

func (g *AutoScalingGroup) createTemplate(ctx *pulumi.Context, name string, args *AutoScalingGroupArgs) error {
	image := args.AmiID
	if image == "" {
		image = args.Architecture().AmazonLinux()
	}
	securityGroup, err := args.Groups.ID(ctx, conventions.App)
	if err != nil {
		return err
	}
	tags := args.Tags.Named(name)
	var specifications ec2.LaunchTemplateTagSpecificationArray
	for _, kind := range []string{"instance", "volume", "network-interface"} {
		specifications = append(specifications, ec2.LaunchTemplateTagSpecificationArgs{ResourceType: pulumi.String(kind), Tags: tags})
	}
	g.template, err = ec2.NewLaunchTemplate(ctx, name, &ec2.LaunchTemplateArgs{
		ImageId:              pulumi.String(image),
		InstanceType:         pulumi.String(args.InstanceType),
		IamInstanceProfile:   ec2.LaunchTemplateIamInstanceProfileArgs{Arn: g.identity.profile.Arn},
		VpcSecurityGroupIds:  pulumi.StringArray{securityGroup},
		UserData:             args.userData().ApplyT(encode).(pulumi.StringOutput),
		UpdateDefaultVersion: pulumi.Bool(true),
		MetadataOptions: ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint: pulumi.String("enabled"), HttpTokens: pulumi.String("required"), HttpPutResponseHopLimit: pulumi.Int(1),
		},
		BlockDeviceMappings: ec2.LaunchTemplateBlockDeviceMappingArray{ec2.LaunchTemplateBlockDeviceMappingArgs{
			DeviceName: pulumi.String(rootDevice),
			Ebs: ec2.LaunchTemplateBlockDeviceMappingEbsArgs{
				Encrypted: pulumi.String("true"), VolumeType: pulumi.String("gp3"), VolumeSize: pulumi.Int(rootVolumeGB),
				DeleteOnTermination: pulumi.String("true"),
			},
		}},
		TagSpecifications: specifications,
		Tags:              tags,
	}, pulumi.Parent(g))
	return err
}

func encode(script string) string { return base64.StdEncoding.EncodeToString([]byte(script)) }

func (g *AutoScalingGroup) createGroup(ctx *pulumi.Context, name string, args *AutoScalingGroupArgs) (err error) {
	var tags autoscaling.GroupTagArray
	values := args.Tags.Plain(name)
	for _, key := range slices.Sorted(maps.Keys(values)) { // a list: its order is part of every diff
		tags = append(tags, autoscaling.GroupTagArgs{
			Key: pulumi.String(key), Value: pulumi.String(values[key]), PropagateAtLaunch: pulumi.Bool(true),
		})
	}
	needs := append([]pulumi.Resource{g.identity.policy}, args.Asked.BeforeBoot...)
	g.group, err = autoscaling.NewGroup(ctx, name, &autoscaling.GroupArgs{
		MinSize:            pulumi.Int(args.MinInstances),
		MaxSize:            pulumi.Int(args.MaxInstances), // between the two, scaling decides
		VpcZoneIdentifiers: args.Network.Private,
		TargetGroupArns:    pulumi.StringArray{args.LoadBalancer.TargetGroupArn},
		LaunchTemplate: autoscaling.GroupLaunchTemplateArgs{
			Id: g.template.ID(),
			// A number: with $Latest a new version would start no instance refresh.
			Version: g.template.LatestVersion.ApplyT(strconv.Itoa).(pulumi.StringOutput),
		},
		HealthCheckType:        pulumi.String("ELB"),
		HealthCheckGracePeriod: pulumi.Int(args.GraceSeconds),
		DefaultInstanceWarmup:  pulumi.Int(args.WarmupSeconds),
		WaitForCapacityTimeout: pulumi.String("10m"),
		MinElbCapacity:         pulumi.Int(args.MinInstances), // to start with; scaling may add more
		InstanceRefresh:        refreshArgs(args),
		Tags:                   tags,
	}, pulumi.Parent(g), pulumi.DependsOn(needs))
	return err
}

// refreshArgs roll the fleet on every new launch template version, starting
// instances before ending others. EC2 refuses to roll back by itself where it looks
// the image up ("Undo changes with a rollback").
func refreshArgs(args *AutoScalingGroupArgs) autoscaling.GroupInstanceRefreshArgs {
	return autoscaling.GroupInstanceRefreshArgs{
		Strategy: pulumi.String("Rolling"),
		Preferences: autoscaling.GroupInstanceRefreshPreferencesArgs{
			MinHealthyPercentage: pulumi.Int(100),
			MaxHealthyPercentage: pulumi.Int(150),
			InstanceWarmup:       pulumi.String(strconv.Itoa(args.WarmupSeconds)),
			AutoRollback:         pulumi.Bool(args.AmiID != ""),
		},
	}
}

func (g *AutoScalingGroup) trackCPU(ctx *pulumi.Context, name string, args *AutoScalingGroupArgs) error {
	return g.track(ctx, name+"-cpu", args.CPUPercent, autoscaling.PolicyTargetTrackingConfigurationPredefinedMetricSpecificationArgs{
		PredefinedMetricType: pulumi.String("ASGAverageCPUUtilization"),
	})
}

func (g *AutoScalingGroup) trackRequests(ctx *pulumi.Context, name string, args *AutoScalingGroupArgs) error {
	return g.track(ctx, name+"-requests", args.RequestsMinute, autoscaling.PolicyTargetTrackingConfigurationPredefinedMetricSpecificationArgs{
		PredefinedMetricType: pulumi.String("ALBRequestCountPerTarget"),
		ResourceLabel:        args.LoadBalancer.RequestCountLabel,
	}, pulumi.DependsOn(args.LoadBalancer.Listeners)) // AWS wants the target group routed to
}

func (g *AutoScalingGroup) track(ctx *pulumi.Context, name string, target int,
	metric autoscaling.PolicyTargetTrackingConfigurationPredefinedMetricSpecificationArgs, opts ...pulumi.ResourceOption) error {
	_, err := autoscaling.NewPolicy(ctx, name, &autoscaling.PolicyArgs{
		AutoscalingGroupName: g.group.Name,
		PolicyType:           pulumi.String("TargetTrackingScaling"),
		TargetTrackingConfiguration: autoscaling.PolicyTargetTrackingConfigurationArgs{
			PredefinedMetricSpecification: metric,
			TargetValue:                   pulumi.Float64(target),
		},
	}, append(opts, pulumi.Parent(g))...)
	return err
}

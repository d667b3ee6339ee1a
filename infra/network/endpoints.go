package network

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
)

// NewSecretsEndpoint lets instances that have no NAT gateway reach Secrets Manager,
// under its usual name. It is what an instance calls besides S3 and DynamoDB, whose
// gateway endpoints the network has.
func NewSecretsEndpoint(ctx *pulumi.Context, network *Network, groups *SecurityGroups, region string, tags conventions.Tags) (*ec2.VpcEndpoint, error) {
	return ec2.NewVpcEndpoint(ctx, "network-secretsmanager", &ec2.VpcEndpointArgs{
		VpcId:             network.VpcID,
		ServiceName:       pulumi.String("com.amazonaws." + region + ".secretsmanager"),
		VpcEndpointType:   pulumi.String("Interface"),
		PrivateDnsEnabled: pulumi.Bool(true),
		SubnetIds:         network.Private,
		SecurityGroupIds:  pulumi.StringArray{groups.ID(conventions.Endpoints)},
		Tags:              tags.Named("secretsmanager"),
	}, pulumi.Parent(network))
}

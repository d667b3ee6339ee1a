package conventions

import (
	"maps"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Contribution is what a part of the stack asks of the others, and offers them. The stack
// adds them up and hands them on, so that no part needs to know who asked.
type Contribution struct {
	// Flows are the connections that the part needs. Nothing else is permitted.
	Flows []Flow
	// Services are the AWS services that instances call for the part, by the names of their
	// endpoints, like secretsmanager. Those with a gateway endpoint, S3 and DynamoDB, are
	// flows instead.
	Services []string
	// Statements are what instances may do with the part in AWS.
	Statements []Statement
	// Environment is what the service is told of the part: no secret, only where each is.
	// Its order is that of the boot script, and another order rolls the fleet.
	Environment []Variable
	// BeforeBoot is what an instance uses when it boots and Pulumi cannot see it use.
	BeforeBoot []pulumi.Resource
	// Outputs are what an operator wants to know of the part, by the names of the stack's
	// outputs. None is secret.
	Outputs pulumi.Map
}

// Variable is a variable of the service's environment. Its value may use $INSTANCE_ID,
// $AVAILABILITY_ZONE and $PRIVATE_IP.
type Variable struct {
	Name  string
	Value pulumi.StringInput
}

// Add adds what another part contributes.
func (c *Contribution) Add(other Contribution) {
	c.Flows = append(c.Flows, other.Flows...)
	c.Services = append(c.Services, other.Services...)
	c.Statements = append(c.Statements, other.Statements...)
	c.Environment = append(c.Environment, other.Environment...)
	c.BeforeBoot = append(c.BeforeBoot, other.BeforeBoot...)
	if c.Outputs == nil {
		c.Outputs = pulumi.Map{}
	}
	maps.Copy(c.Outputs, other.Outputs)
}

// Joined returns the values with commas between them.
func Joined(values []pulumi.StringOutput) pulumi.StringOutput {
	all := pulumi.StringArray{}
	for _, v := range values {
		all = append(all, v)
	}
	return all.ToStringArrayOutput().ApplyT(func(v []string) string { return strings.Join(v, ",") }).(pulumi.StringOutput)
}

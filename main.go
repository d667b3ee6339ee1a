// Command myclothes is the Pulumi program: pulumi up runs it.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra"
)

func main() { pulumi.Run(infra.Deploy) }

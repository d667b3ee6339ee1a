// Command program is the Pulumi program of project myclothes-ci: pulumi up runs it in
// infra/ci.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/ci"
)

func main() { pulumi.Run(ci.Deploy) }

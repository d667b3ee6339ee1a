package ec2

import "myclothes/local/cloud/cloudwatch"

// Metrics are the cloud's, for services that publish into them.
func (n *Network) Metrics() *cloudwatch.Metrics { return n.host.Metrics }

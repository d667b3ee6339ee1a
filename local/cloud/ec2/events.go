package ec2

import "myclothes/local/cloud/aws"

// Events is the story of the cloud that the network is in.
func (n *Network) Events() *aws.Events { return n.host.Events }

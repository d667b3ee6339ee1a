package ec2

// VPCOf returns the VPC that a subnet is in.
func (n *Network) VPCOf(subnetID string) string {
	subnet, _ := n.subnets.Get(subnetID)
	return subnet.VpcID
}

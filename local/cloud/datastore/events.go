package datastore

import "myclothes/local/cloud/aws"

// TellStarted tells that the node's process serves.
func (n *Node) TellStarted(story *aws.Events) { story.Add(aws.NodeStarted, n.ID, n.Zone, "") }

// TellLost tells once that the node's process has ended.
func (n *Node) TellLost(story *aws.Events) {
	if n.Process != n.mourned {
		n.mourned = n.Process
		story.Add(aws.NodeLost, n.ID, n.Zone, "its process ended")
	}
}

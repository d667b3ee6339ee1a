package drawing

import (
	"fmt"

	"myclothes/infra/guards"
)

// The types that are drawn here and that no rule looks at.
const natGateway = "aws:ec2/natGateway:NatGateway"

// subnetsOf returns the subnets of subnet groups, in the order in which they are declared.
func subnetsOf(g guards.Graph, groups guards.Graph) (subnets guards.Graph) {
	for _, group := range groups {
		subnets = append(subnets, g.Referenced(group, guards.Subnet, "subnetIds")...)
	}
	return subnets
}

// at puts a node into one zone after the other, as ElastiCache and RDS do when nobody says where.
func (f frame) at(subnets guards.Graph, i int, label string) frame {
	if len(subnets) == 0 {
		return f
	}
	i %= len(subnets)
	return f.in(subnets[i:i+1], label)
}

func caches(g guards.Graph) (frames []frame) {
	for _, r := range g.Of(guards.ReplicationGroup) {
		f := frame{
			name: group(g, r, "securityGroupIds"), title: "ElastiCache", shape: bolt, tier: isolated,
			about: lines(fmt.Sprintf("%s %s, %s", text(r.Input("engine")), text(r.Input("engineVersion")), text(r.Input("nodeType")))),
		}
		subnets := subnetsOf(g, g.Referenced(r, guards.CacheSubnetGroup, "subnetGroupName"))
		nodes, _ := r.Input("numCacheClusters").(float64)
		for i := range int(nodes) {
			label := "primary"
			if i > 0 {
				label = "replica"
			}
			f = f.at(subnets, i, label)
		}
		frames = append(frames, f)
	}
	return frames
}

// databases draws a database and its read replicas as one frame.
func databases(g guards.Graph) (frames []frame) {
	for _, r := range g.Of(guards.DBInstance) {
		if r.Input("replicateSourceDb") != nil {
			continue
		}
		f := frame{
			name: group(g, r, "vpcSecurityGroupIds"), title: "RDS", shape: cylinder, tier: isolated,
			about: lines(fmt.Sprintf("%s %s, %s", text(r.Input("engine")), text(r.Input("engineVersion")), text(r.Input("instanceClass")))),
		}
		subnets := subnetsOf(g, g.Referenced(r, guards.DBSubnetGroup, "dbSubnetGroupName"))
		f = f.place(subnets, r, 0, "primary")
		if r.Input("multiAz") == true {
			f = f.at(subnets, 1, "standby")
		}
		for _, replica := range g.Of(guards.DBInstance) {
			for range g.Referenced(replica, guards.DBInstance, "replicateSourceDb") {
				f = f.place(subnets, replica, len(f.nodes), "read replica")
			}
		}
		frames = append(frames, f)
	}
	return frames
}

// place puts an instance of RDS into the zone that it names, or into the next one.
func (f frame) place(subnets guards.Graph, r *guards.Resource, i int, label string) frame {
	if zone := text(r.Input("availabilityZone")); zone != "" {
		f.nodes = append(f.nodes, node{zone: zone, label: label})
		return f
	}
	return f.at(subnets, i, label)
}

func tables(g guards.Graph) (frames []frame) {
	for _, r := range g.Of(guards.Table) {
		frames = append(frames, frame{name: r.Name, title: "DynamoDB table", about: lines(r.Name), shape: grid, tier: regional, service: "dynamodb"})
	}
	return frames
}

func buckets(g guards.Graph) (frames []frame) {
	for _, r := range g.Of(guards.Bucket) {
		frames = append(frames, frame{name: r.Name, title: "S3 bucket", about: lines(r.Name), shape: bucket, tier: regional, service: "s3"})
	}
	return frames
}

func secrets(g guards.Graph) []frame {
	var names []string
	for _, r := range g.Of(guards.Secret) {
		names = append(names, r.Name)
	}
	if names == nil {
		return nil
	}
	return []frame{{name: "Secrets Manager", title: "Secrets Manager", about: lines(names...), shape: lock, tier: regional, service: "secretsmanager"}}
}

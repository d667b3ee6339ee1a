package drawing

import (
	"fmt"

	"myclothes/infra/guards"
)

// The types that are drawn here and that no rule looks at.
const natGateway = "aws:ec2/natGateway:NatGateway"

// zonesOf returns the zones of a subnet group's subnets, in the order in which they are declared.
func zonesOf(g guards.Graph, groups guards.Graph) (zones []string) {
	for _, group := range groups {
		for _, subnet := range g.Referenced(group, guards.Subnet, "subnetIds") {
			zones = append(zones, zoneOf(subnet))
		}
	}
	return zones
}

// caches puts one node after the other into the zones, as ElastiCache does when nobody says where.
func caches(g guards.Graph) (frames []frame) {
	for _, r := range g.Of(guards.ReplicationGroup) {
		f := frame{
			name: group(g, r, "securityGroupIds"), tier: isolated, title: "ElastiCache",
			about: []string{fmt.Sprintf("%s %s, %s", text(r.Input("engine")), text(r.Input("engineVersion")), text(r.Input("nodeType")))},
		}
		zones := zonesOf(g, g.Referenced(r, guards.CacheSubnetGroup, "subnetGroupName"))
		nodes, _ := r.Input("numCacheClusters").(float64)
		for i := range int(nodes) {
			label := "primary"
			if i > 0 {
				label = "replica"
			}
			if len(zones) > 0 {
				f.nodes = append(f.nodes, node{zones[i%len(zones)], label})
			}
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
			name: group(g, r, "vpcSecurityGroupIds"), tier: isolated, title: "RDS",
			about: []string{fmt.Sprintf("%s %s, %s", text(r.Input("engine")), text(r.Input("engineVersion")), text(r.Input("instanceClass")))},
		}
		zones := zonesOf(g, g.Referenced(r, guards.DBSubnetGroup, "dbSubnetGroupName"))
		place := func(label string, declared any, i int) {
			zone := text(declared)
			if zone == "" && len(zones) > 0 {
				zone = zones[i%len(zones)]
			}
			f.nodes = append(f.nodes, node{zone, label})
		}
		place("primary", r.Input("availabilityZone"), 0)
		if r.Input("multiAz") == true {
			place("standby", nil, 1)
		}
		for _, replica := range g.Of(guards.DBInstance) {
			for range g.Referenced(replica, guards.DBInstance, "replicateSourceDb") {
				place("read replica", replica.Input("availabilityZone"), len(f.nodes))
			}
		}
		frames = append(frames, f)
	}
	return frames
}

func tables(g guards.Graph) (frames []frame) {
	for _, r := range g.Of(guards.Table) {
		frames = append(frames, frame{name: r.Name, title: "DynamoDB table", about: []string{r.Name}, tier: regional})
	}
	return frames
}

func buckets(g guards.Graph) (frames []frame) {
	for _, r := range g.Of(guards.Bucket) {
		frames = append(frames, frame{name: r.Name, title: "S3 bucket", about: []string{r.Name}, tier: regional})
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
	return []frame{{name: "secrets", title: "Secrets Manager", about: names, tier: regional}}
}

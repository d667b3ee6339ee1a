// Package network declares where everything else runs: a VPC with three tiers of subnets
// in every Availability Zone, the security groups with the rules between them, and the
// endpoints through which instances reach AWS without the internet.
package network

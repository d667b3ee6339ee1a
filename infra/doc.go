// Package infra declares MyClothes.com on AWS: a stateless web tier behind a load
// balancer, carts in ElastiCache or DynamoDB, customers in RDS PostgreSQL.
//
// Deploy is the whole declaration, in creation order:
//
//	network          VPC, three tiers of subnets in every Availability Zone
//	security groups  one table of permitted flows, both halves of each
//	cache, database, session table    the state
//	release          the cart binary, content-addressed in S3
//	load balancer    the only thing that the internet can reach
//	servers          launch template and Auto Scaling group
//
// Every component is one noun with the same shape: NewX(ctx, name, *XArgs, opts…)
// registers itself, runs a list of steps, and registers its outputs. Args hold
// plain Go values for what is known when the program runs, and Pulumi inputs only
// for what other resources compute.
//
// A configuration that AWS would refuse half-way, or that cannot keep the promises
// of its rung, is refused by LoadConfig before anything is registered.
package infra

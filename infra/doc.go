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
// Its parts are packages by lifecycle, because what is made, replaced and understood
// together belongs together. Each imports only what stands below it:
//
//	fleet         role, launch template, user data, group, scaling
//	edge          load balancer, target group, listeners
//	release       build, bucket, object
//	data          cache, database, session table, generated secrets
//	network       VPC, subnet plan, security groups, endpoints
//	conventions   tags, policies, the words for flows
//
// Every component is one noun with the same shape: NewX(ctx, name, *XArgs, opts…), which
// is New where the package has the noun's name, registers itself, runs a list of steps,
// and registers its outputs. Args hold plain Go values for what is known when the program
// runs, and Pulumi inputs only for what other resources compute.
//
// A configuration that AWS would refuse half-way, or that cannot keep the promises
// of its rung, is refused by LoadConfig before anything is registered.
package infra

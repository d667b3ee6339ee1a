// Package infra declares MyClothes.com on AWS: a stateless web tier behind a load
// balancer, carts in ElastiCache or DynamoDB, customers in RDS PostgreSQL.
//
// Deploy is the whole declaration, in creation order:
//
//	network   VPC, three tiers of subnets in every Availability Zone
//	release   the cart binary, content-addressed in S3
//	data      cache, database, and the session table or the keys of cookies
//	edge      the load balancer, the only thing that the internet can reach
//	flows     both halves of every connection that these need, and nothing else
//	servers   launch template and Auto Scaling group
//
// Its parts are packages by lifecycle, because what is made, replaced and understood
// together belongs together. Each imports only what stands below it:
//
//	fleet         role, launch template, user data, group, scaling
//	edge          load balancer, target group, listeners
//	release       build, bucket, object
//	data          cache, database, session table, generated secrets
//	network       VPC, subnet plan, security groups, endpoints
//	conventions   tags, policies, what is kept, what parts ask of each other
//	config        how keys are listed, read and described
//
// A part lists what can be configured of it (Keys, Check), declares itself (NewX), and
// returns what it asks of the others (Contribution): flows, permissions, environment of
// the service, what must exist before an instance boots, outputs. The stack adds these up
// and hands them on, so that a new part is a file of its own and a line here.
//
// Every component is one noun with the same shape: NewX(ctx, name, *XArgs, opts…), which
// is New where the package has the noun's name, registers itself, runs a list of steps,
// and registers its outputs. Args hold plain Go values for what is known when the program
// runs, and Pulumi inputs only for what other resources compute.
//
// A configuration that AWS would refuse half-way, or that cannot keep the promises
// of its rung, is refused by LoadConfig before anything is registered.
package infra

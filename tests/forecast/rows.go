package main

import (
	"time"

	"myclothes/tests/scratch"
)

// row is a change that is forecast, and then carried out.
type row struct {
	name          string
	before, after declaration
	// anyway is why people tell nothing about the change; empty: they do.
	anyway string
	// unable is why the local cloud cannot carry the change out; empty: it can.
	unable string
	// late is how long after the update it takes effect at the latest, on this machine.
	late   time.Duration
	sample bool // of the few that show every question answered yes and no
}

var (
	plain  declaration // what Pulumi.dev.yaml says
	strict = plain.with("cacheReplicas=2")

	page     = scratch.Edit{File: "app/server/pages/layout.html", Pattern: `</body>`, Replacement: `<!-- another release --></body>`}
	opened   = scratch.Edit{File: "infra/edge/loadbalancer.go", Pattern: `(?m)^.*To: conventions.App, .*,$`, Replacement: "$0\n\t\t{From: conventions.Internet, To: conventions.App, Port: l.args.TargetPort},"}
	closed   = scratch.Edit{File: "infra/data/cache.go", Pattern: `(?m)^.*To: conventions.Cache, .*$`, Replacement: ""}
	replaced = scratch.Edit{File: "infra/stack.go", Pattern: `NewDatabase\(ctx, "database"`, Replacement: `NewDatabase(ctx, "store"`}
	tagged   = scratch.Edit{File: "infra/conventions/tags.go", Pattern: `"ManagedBy": "pulumi",`, Replacement: `"ManagedBy": "pulumi", "Team": "shop",`}
	comment  = scratch.Edit{File: "infra/conventions/tags.go", Pattern: `(?m)^package conventions$`, Replacement: "package conventions\n"}
	renamed  = scratch.Edit{File: "infra/stack.go", Pattern: `NewLoadBalancer\(ctx, "web"`, Replacement: `NewLoadBalancer(ctx, "edge"`}
	permits  = scratch.Edit{File: "infra/release/release.go", Pattern: `const releasePrefix = "cart/"`, Replacement: `const releasePrefix = "releases/"`}
	unswept  = scratch.Edit{File: "infra/data/cache.go", Pattern: `"noeviction"`, Replacement: `"allkeys-lru"`}
)

// forgetful is why a cart on an instance is no measure.
const forgetful = "without stickiness, carts on instances are lost all the time"

// relearnt is after how long every instance has read its secrets again: a little more than
// maxAge of app/secrets, which no scale makes shorter.
const relearnt = 2*time.Minute + 10*time.Second

// rows is the table of all changes. One that begins as the last one ended needs no stack of
// its own, so they are in the order of a walk.
var rows = []row{
	{name: "nothing", before: plain, after: plain, sample: true},
	{name: "a comment in infra", before: plain, after: plain.edited(comment)},
	{name: "a release: an edit of a page", before: plain, after: plain.edited(page), sample: true},
	{name: "back to the release before", before: plain.edited(page), after: plain},
	{name: "readReplicas 1→2", before: plain, after: plain.with("readReplicas=2"), sample: true},
	{name: "readReplicas 2→1", before: plain.with("readReplicas=2"), after: plain},
	{name: "a group opened to the internet", before: plain, after: plain.edited(opened), sample: true},
	{name: "that group closed again", before: plain.edited(opened), after: plain},
	{name: "minInstances 2→3", before: plain, after: plain.with("minInstances=3")},
	{name: "minInstances 3→2", before: plain.with("minInstances=3"), after: plain},
	{name: "maxInstances 4→5", before: plain, after: plain.with("maxInstances=5")},
	{name: "cartDurability replicated→fast", before: plain.with("maxInstances=5"), after: plain.with("cartDurability=fast")},
	{name: "stickiness none→lb_cookie", before: plain, after: plain.with("stickiness=lb_cookie")},
	{name: "stickiness lb_cookie→app_cookie", before: plain.with("stickiness=lb_cookie"), after: plain.with("stickiness=app_cookie")},
	{name: "stickiness app_cookie→none", before: plain.with("stickiness=app_cookie"), after: plain},
	{name: "cacheReplicas 1→2", before: plain, after: strict},
	{name: "cartDurability replicated→strict", before: strict, after: strict.with("cartDurability=strict")},
	{name: "cacheReplicas 2→1", before: strict, after: plain},
	{name: "cacheNodeType micro→small", before: plain, after: plain.with("cacheNodeType=cache.t4g.small")},
	{name: "cacheNodeType small→micro", before: plain.with("cacheNodeType=cache.t4g.small"), after: plain},
	{name: "cachePort 6379→6380", before: plain, after: plain.with("cachePort=6380"), sample: true},
	{name: "databaseInstanceClass micro→small", before: plain, after: plain.with("databaseInstanceClass=db.t4g.small")},
	{name: "databaseInstanceClass small→micro, in the maintenance window", before: plain.with("databaseInstanceClass=db.t4g.small"), after: plain.with("applyImmediately=false")},
	{name: "databasePort 5432→5433", before: plain, after: plain.with("databasePort=5433"),
		unable: "the port of a running database does not change here"},
	{name: "databaseMultiAz true→false", before: plain, after: plain.with("databaseMultiAz=false")},
	{name: "databaseMultiAz false→true", before: plain.with("databaseMultiAz=false"), after: plain},
	{name: "databaseStorageGb 20→30", before: plain, after: plain.with("databaseStorageGb=30")},
	{name: "backupRetentionDays 1→7", before: plain, after: plain.with("backupRetentionDays=7")},
	{name: "a replaced database", before: plain, after: plain.edited(replaced), sample: true},
	{name: "appPort 8080→8090", before: plain, after: plain.with("appPort=8090")},
	{name: "adminPort 8081→8091", before: plain, after: plain.with("adminPort=8091")},
	{name: "deregistrationSeconds 30→60", before: plain, after: plain.with("deregistrationSeconds=60")},
	{name: "targetCpuPercent 60→50", before: plain.with("deregistrationSeconds=60"), after: plain.with("deregistrationSeconds=60", "targetCpuPercent=50")},
	{name: "natGateways single→onePerAz", before: plain, after: plain.with("natGateways=onePerAz")},
	{name: "natGateways onePerAz→none", before: plain.with("natGateways=onePerAz"), after: plain.with("natGateways=none")},
	{name: "availabilityZones 2→3", before: plain, after: plain.with("availabilityZones=3", "minInstances=3")},
	{name: "deletionProtection false→true", before: plain, after: plain.with("deletionProtection=true")},
	{name: "a tag more", before: plain, after: plain.edited(tagged)},
	{name: "the way to the cache closed", before: plain, after: plain.edited(closed)},
	{name: "the load balancer replaced", before: plain, after: plain.edited(renamed),
		unable: "two load balancers cannot be at one port of this machine"},
	{name: "releases under another prefix", before: plain, after: plain.edited(permits)},
	{name: "the cache forgets when it is full", before: plain, after: plain.edited(unswept)},
	{name: "sessionTtlHours 336→24", before: plain, after: plain.with("sessionTtlHours=24")},
	{name: "vpcCidr 10.0→10.1", before: plain, after: plain.with("vpcCidr=10.1.0.0/16")},
	{name: "cartStore elasticache→cookie", before: plain, after: plain.with("cartStore=cookie")},
	{name: "a cookie key more", before: plain.with("cartStore=cookie"), after: plain.with("cartStore=cookie", "cookieKeys=1,2")},
	{name: "cookie keys 1→2", before: plain.with("cartStore=cookie"), after: plain.with("cartStore=cookie", "cookieKeys=2"), late: relearnt},
	{name: "cartStore elasticache→dynamodb", before: plain, after: plain.with("cartStore=dynamodb")},
	{name: "cartStore dynamodb→elasticache", before: plain.with("cartStore=dynamodb"), after: plain},
	{name: "cartStore elasticache→instance", before: plain, after: plain.with("cartStore=instance"), anyway: forgetful},
	{name: "certificateArn turned on", before: plain, after: plain.with("certificateArn=arn:aws:acm:eu-west-1:000000000000:certificate/1-2-3"), anyway: "the shop moves to https"},
}

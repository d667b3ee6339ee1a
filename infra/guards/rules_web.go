package guards

import (
	"slices"

	"myclothes/infra/guards/policy"
)

// webRules are about the bucket of releases, and the way in: load balancer, targets,
// listeners.
var webRules = []Rule{
	{
		Name: "bucket-closed", Control: "S3.8", Least: 1,
		Promise: "A bucket is closed to the public, whatever its policy and lists of access say.",
		about:   of(Bucket),
		check: aspect(BucketPublicAccessBlock, "a block of public access", func(r, _ *Resource) bool {
			return !slices.ContainsFunc([]string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"},
				func(property string) bool { return r.Input(property) != true })
		}),
	},
	{
		Name: "bucket-encrypted", Control: "SEC08-BP02", Least: 1,
		Promise: "A bucket says how it encrypts.",
		about:   of(Bucket),
		check: aspect(BucketEncryption, "an encryption", func(r, _ *Resource) bool {
			algorithm := r.Input("rules", 0, "applyServerSideEncryptionByDefault", "sseAlgorithm")
			return algorithm == "AES256" || algorithm == "aws:kms"
		}),
	},
	{
		Name: "bucket-over-tls", Control: "S3.5", Least: 1,
		Promise: "A bucket refuses requests without TLS.",
		about:   of(Bucket),
		check: aspect(BucketPolicy, "a policy that denies requests without TLS", func(r, bucket *Resource) bool {
			arn, _ := bucket.Output("arn").(string)
			d, err := policy.Parse(r.Input("policy"))
			return err == nil && (d == nil || slices.ContainsFunc(d.Statements, func(s policy.Statement) bool {
				return s.Denies("Bool", "aws:SecureTransport", "false", "s3:*") && s.Covers(arn)
			}))
		}),
	},
	{
		Name: "invalid-headers-dropped", Control: "ELB.4", Least: 1,
		Promise: "A load balancer drops headers that are none, which servers read in different ways.",
		about:   of(LoadBalancer), check: both(input(true, "dropInvalidHeaderFields")),
	},
	{
		Name: "https-where-there-is-one", Control: "ELB.1", Least: 1,
		Promise: "Where a load balancer speaks HTTPS, HTTP only sends people there.",
		about:   of(Listener), check: redirected,
	},
	{
		Name: "tls-policy", Control: "ELB.17",
		Promise: "HTTPS is TLS 1.2 or 1.3, by a policy that AWS recommends.",
		about:   func(g Graph) Graph { return g.Of(Listener).where(https) },
		check:   both(input("ELBSecurityPolicy-TLS13-1-2-2021-06", "sslPolicy")),
	},
	{
		Name: "stickiness-said", Least: 1,
		Promise: "A target group says whether it is sticky: left out, AWS keeps what it was.",
		about:   of(TargetGroup),
		check: alone(func(r *Resource) []string {
			_, said := r.Input("stickiness", "enabled").(bool)
			return problem(!said || r.Input("stickiness", "type") == nil, "stickiness says neither type nor enabled")
		}),
	},
	{
		Name: "health-check-in-time", Least: 1,
		Promise: "A health check ends before the next one begins, as the API asks for.",
		about:   of(TargetGroup),
		check: alone(func(r *Resource) []string {
			timeout, _ := r.Input("healthCheck", "timeout").(float64)
			interval, _ := r.Input("healthCheck", "interval").(float64)
			return problem(timeout <= 0 || timeout >= interval, "it waits %v s of %v s", timeout, interval)
		}),
	},
}

// aspect wants a resource of another type that is about the bucket and right for it.
func aspect(typ, what string, right func(r, bucket *Resource) bool) func(Graph) judge {
	return func(g Graph) judge {
		return func(bucket *Resource) []string {
			found := g.Of(typ).where(func(r *Resource) bool {
				return slices.Contains(g.Referenced(r, Bucket, "bucket"), bucket) && right(r, bucket)
			})
			return problem(len(found) == 0, "it has not %s", what)
		}
	}
}

func https(listener *Resource) bool { return listener.Input("protocol") == "HTTPS" }

func redirected(g Graph) judge {
	return func(r *Resource) []string {
		secure := g.Of(Listener).where(https)
		if https(r) || len(secure) == 0 {
			return nil
		}
		action := r.Input("defaultActions", 0, "type")
		return problem(action != "redirect" || r.Input("defaultActions", 0, "redirect", "protocol") != "HTTPS", "there is HTTPS, and it does %v", action)
	}
}

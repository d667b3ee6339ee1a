package edge

import "myclothes/infra/config"

// Stickiness is the target group's session affinity.
type Stickiness string

// The kinds of stickiness. app_cookie follows the service's own session cookie.
const (
	StickinessNone      Stickiness = "none"
	StickinessLBCookie  Stickiness = "lb_cookie"
	StickinessAppCookie Stickiness = "app_cookie"
)

// Config is what can be configured of the edge.
type Config struct {
	Stickiness            Stickiness
	StickinessSeconds     int
	CertificateArn        string // empty: plain HTTP
	DeregistrationSeconds int    // in which a leaving instance finishes its requests
}

// Keys are the keys of the edge.
func (c *Config) Keys() []config.Key {
	return []config.Key{
		config.Pattern(&c.CertificateArn, "certificateArn", "", `arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]+`,
			"ARN of an issued ACM certificate in the stack's region; turns on HTTPS and the redirect to it. Empty is plain HTTP"),
		config.OneOf(&c.Stickiness, "stickiness", StickinessNone, []Stickiness{StickinessNone, StickinessLBCookie, StickinessAppCookie},
			"Session affinity of the load balancer: none, lb_cookie, or app_cookie (follows the service's session cookie)"),
		config.Integer(&c.StickinessSeconds, "stickinessSeconds", 86400, 1, 604800, "How long lb_cookie stickiness lasts, {least} to {most}"),
		config.Integer(&c.DeregistrationSeconds, "deregistrationSeconds", 30, 10, 3600,
			"How long a leaving instance may finish requests, {least} to {most}; the service takes 5 seconds less"),
	}
}

// SessionCookie is the name of the cookie that holds the session id. The service
// learns it from its environment, and app_cookie stickiness follows it. Over HTTPS
// it has the prefix with which browsers accept it from this host alone, and only
// for all of it and Secure (RFC 6265bis, 4.1.3.2).
func (c *Config) SessionCookie() string {
	if c.CertificateArn != "" {
		return "__Host-myclothes_session"
	}
	return "myclothes_session"
}

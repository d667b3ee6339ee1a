package fleet

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/config"
	"myclothes/infra/conventions"
)

// ServiceConfig is what can be configured of the service.
type ServiceConfig struct {
	Port, AdminPort      int
	SessionTTLHours      int
	SessionLimitDays     int // 0: no limit
	NewSessionsPerClient int
}

// Keys are the keys of the service.
func (c *ServiceConfig) Keys() []config.Key {
	return []config.Key{
		config.Integer(&c.SessionTTLHours, "sessionTtlHours", 336, 1, 8760, "How long a session and its cart live after their last use, {least} to {most}"),
		config.Integer(&c.SessionLimitDays, "sessionLimitDays", 90, 0, 3650, "After how many days at the latest a customer signs in again, {least} (never) to {most}"),
		config.Integer(&c.NewSessionsPerClient, "newSessionsPerClient", 1000, 0, 1000000,
			"How many sessions one client address may begin in an hour by filling a cart, and how many by signing in, {least} (any number) to {most}"),
		config.Integer(&c.Port, "appPort", 8080, 1024, 65535, "Port of the service on its instance, {least} to {most}"),
		config.Integer(&c.AdminPort, "adminPort", 8081, 1024, 65535,
			"Port of metrics, readiness and profiles on the instance, {least} to {most} and not appPort; nothing else may reach it"),
	}
}

// Check refuses two listeners at one port.
func (c *ServiceConfig) Check(p *config.Problems) {
	p.RefuseIf(c.AdminPort == c.Port, "adminPort", c.AdminPort, fmt.Sprintf("another port than appPort (%d)", c.Port))
}

// Service is what the service on an instance is told, besides where its stores are.
type Service struct {
	ServiceConfig

	Release         string // hash of the binary, by which it names itself
	CartStore       string
	SessionCookie   string // name
	ShutdownSeconds int    // in which it finishes requests
}

// Contribution is the service's environment, by the names that its configuration reads.
func (s Service) Contribution() conventions.Contribution {
	return conventions.Contribution{Environment: []conventions.Variable{
		{Name: "CART_ADDRESS", Value: pulumi.String("${PRIVATE_IP}")},
		{Name: "CART_PORT", Value: pulumi.String(strconv.Itoa(s.Port))},
		{Name: "CART_ADMIN_PORT", Value: pulumi.String(strconv.Itoa(s.AdminPort))},
		{Name: "CART_INSTANCE_ID", Value: pulumi.String("${INSTANCE_ID}")},
		{Name: "CART_AVAILABILITY_ZONE", Value: pulumi.String("${AVAILABILITY_ZONE}")},
		{Name: "CART_RELEASE", Value: pulumi.String(s.Release)},
		{Name: "CART_STORE", Value: pulumi.String(s.CartStore)},
		{Name: "CART_SESSION_COOKIE", Value: pulumi.String(s.SessionCookie)},
		{Name: "CART_SESSION_TTL", Value: pulumi.Sprintf("%dh", s.SessionTTLHours)},
		{Name: "CART_SESSION_LIMIT", Value: pulumi.Sprintf("%dh", 24*s.SessionLimitDays)},
		{Name: "CART_NEW_SESSIONS_PER_CLIENT", Value: pulumi.String(strconv.Itoa(s.NewSessionsPerClient))},
		{Name: "CART_SHUTDOWN_TIMEOUT", Value: pulumi.Sprintf("%ds", s.ShutdownSeconds)},
	}}
}

package fleet

import (
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
)

// Service is what the service on an instance is told, besides where its stores are.
type Service struct {
	Port, AdminPort      int
	Release              string // hash of the binary, by which it names itself
	CartStore            string
	SessionCookie        string // name
	SessionTTLHours      int
	SessionLimitDays     int // 0: no limit
	NewSessionsPerClient int
	ShutdownSeconds      int // in which it finishes requests
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

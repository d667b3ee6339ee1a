package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// ClientOf is the address that a request comes from. The load balancer appends the address it sees to
// X-Forwarded-For; whatever stands before it was made up by the visitor. Nobody but the load balancer can
// reach an instance (see infra/network/securitygroups.go), so its entry is to be trusted. Without one, it is whoever
// connected. One customer has a whole /64 network of IPv6 addresses, so that network is the client.
func ClientOf(r *http.Request) string {
	given := ""
	if chain := r.Header.Values("X-Forwarded-For"); len(chain) > 0 {
		last := chain[len(chain)-1]
		given = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
	}
	address, err := netip.ParseAddr(given)
	if err != nil {
		connected, _ := netip.ParseAddrPort(r.RemoteAddr)
		address = connected.Addr()
	}
	address = address.Unmap().WithZone("")
	if network, err := address.Prefix(64); address.Is6() && err == nil {
		return network.String()
	}
	return address.String()
}

package elb

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// Action is one of a listener's defaultActions.
type Action struct {
	Type           string         `json:"type"` // "forward", "redirect" or "fixed-response"
	TargetGroupARN string         `json:"targetGroupArn"`
	Forward        *Forward       `json:"forward"`
	Redirect       *Redirect      `json:"redirect"`
	FixedResponse  *FixedResponse `json:"fixedResponse"`
}

// Forward spreads requests over target groups by weight.
type Forward struct {
	TargetGroups []WeightedTargetGroup `json:"targetGroups"`
}

// WeightedTargetGroup is a target group of a Forward.
type WeightedTargetGroup struct {
	ARN    string `json:"arn"`
	Weight *int   `json:"weight"` // 1 if not declared
}

// Redirect sends the client elsewhere. Its fields may hold #{protocol}, #{host},
// #{port}, #{path} and #{query}, and default to them.
type Redirect struct {
	Protocol   string `json:"protocol"`
	Host       string `json:"host"`
	Port       string `json:"port"`
	Path       string `json:"path"`
	Query      string `json:"query"`
	StatusCode string `json:"statusCode"` // "HTTP_301" or "HTTP_302"
}

// FixedResponse is an answer of the load balancer's own.
type FixedResponse struct {
	ContentType string `json:"contentType"`
	MessageBody string `json:"messageBody"`
	StatusCode  string `json:"statusCode"`
}

// targetGroups lists where the action forwards to; nothing if it does not.
func (a Action) targetGroups() []WeightedTargetGroup {
	switch {
	case a.Type != "forward":
		return nil
	case a.Forward != nil:
		return a.Forward.TargetGroups
	}
	return []WeightedTargetGroup{{ARN: a.TargetGroupARN}}
}

// route is a target group that gets a share of a listener's requests.
type route struct {
	group  *Targets
	weight int
}

// choose returns a target group with the probability of its weight, or nil.
func choose(routes []route) *Targets {
	total := 0
	for _, r := range routes {
		total += r.weight
	}
	if total == 0 {
		return nil
	}
	draw := rand.N(total)
	for _, r := range routes {
		if draw -= r.weight; draw < 0 {
			return r.group
		}
	}
	return nil
}

// ServeHTTP does what the listener's default action says.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.RLock()
	action, routes := l.spec.DefaultActions[0], l.routes
	l.mu.RUnlock()
	switch {
	case action.Redirect != nil:
		l.redirect(w, r, *action.Redirect)
	case action.FixedResponse != nil:
		l.balancer.traffic.answered(action.FixedResponse.status(), "HTTP_Fixed_Response_Count")
		action.FixedResponse.write(w)
	default:
		l.forward(w, r, choose(routes))
	}
}

func (l *listener) redirect(w http.ResponseWriter, r *http.Request, to Redirect) {
	host := r.Host
	if name, _, err := net.SplitHostPort(r.Host); err == nil {
		host = name
	}
	declared := l.declared()
	fill := strings.NewReplacer(
		"#{protocol}", declared.Protocol, "#{host}", host, "#{port}", strconv.Itoa(declared.Port),
		"#{path}", strings.TrimPrefix(r.URL.EscapedPath(), "/"), "#{query}", r.URL.RawQuery)
	port := fill.Replace(cmp.Or(to.Port, "#{port}"))
	location := fmt.Sprintf("%s://%s:%s%s", strings.ToLower(fill.Replace(cmp.Or(to.Protocol, "#{protocol}"))),
		fill.Replace(cmp.Or(to.Host, "#{host}")), l.balancer.servedPort(port), fill.Replace(cmp.Or(to.Path, "/#{path}")))
	if query := fill.Replace(cmp.Or(to.Query, "#{query}")); query != "" {
		location += "?" + query
	}
	status := http.StatusFound
	if to.StatusCode == "HTTP_301" {
		status = http.StatusMovedPermanently
	}
	w.Header().Set("Location", location)
	l.balancer.traffic.answered(status, "HTTP_Redirect_Count")
	writePage(w, status)
}

// servedPort returns the port on this machine that serves a declared one.
func (b *loadBalancer) servedPort(declared string) string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, l := range b.listeners {
		if strconv.Itoa(l.declared().Port) == declared {
			_, port, _ := net.SplitHostPort(l.socket.Addr().String())
			return port
		}
	}
	return declared
}

func (f FixedResponse) status() int {
	status, err := strconv.Atoi(f.StatusCode)
	if err != nil {
		return http.StatusOK
	}
	return status
}

func (f FixedResponse) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", cmp.Or(f.ContentType, "text/plain"))
	w.Header().Set("Server", serverName)
	w.WriteHeader(f.status())
	_, _ = io.WriteString(w, f.MessageBody)
}

// serverName is how ALB signs the answers that are its own.
const serverName = "awselb/2.0"

// writePage answers as the load balancer itself.
func writePage(w http.ResponseWriter, status int) {
	title := html.EscapeString(strconv.Itoa(status) + " " + http.StatusText(status))
	w.Header().Set("Content-Type", "text/html")
	w.Header().Set("Server", serverName)
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<html>\n<head><title>%[1]s</title></head>\n<body><center><h1>%[1]s</h1></center></body>\n</html>\n", title)
}

package pages

import (
	"net/http"
	"strings"
)

// rung names where on the ladder of the case study a request is served. The load balancer's own cookies
// (AWSALB, AWSALBAPP-0) say whether it is sticky: the service is not told, so that turning stickiness on
// changes nothing about instances.
func (t *Renderer) rung(r *http.Request) string {
	sticky := "none"
	for _, cookie := range r.Cookies() {
		switch {
		case strings.HasPrefix(cookie.Name, "AWSALBAPP-"):
			sticky = "app_cookie"
		case cookie.Name == "AWSALB":
			sticky = "lb_cookie"
		}
	}
	number := map[string]string{"instance": "1", "cookie": "3", "elasticache": "4", "dynamodb": "4"}[t.store]
	if t.store == "instance" && sticky != "none" {
		number = "2"
	}
	return number + " · " + t.store + " · stickiness " + sticky
}

// cookieBytes is the size of the cookies that came with the request: what the browser sends with every one.
func cookieBytes(r *http.Request) (size int) {
	for _, line := range r.Header.Values("Cookie") {
		size += len(line)
	}
	return size
}

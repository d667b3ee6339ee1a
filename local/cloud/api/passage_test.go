package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/api"
	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
)

// shop is a server on the internet, which says hello.
func shop(t *testing.T, start func(http.Handler) *httptest.Server) (server *httptest.Server, port int) {
	t.Helper()
	server = start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "hello"+r.Header.Get("Proxy-Authorization"))
	}))
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	require.NoError(t, err)
	port, err = strconv.Atoi(address.Port())
	require.NoError(t, err)
	return server, port
}

// client goes out as a program does that reads its environment.
func client(t *testing.T, server *httptest.Server, environment []string) *http.Client {
	t.Helper()
	transport := server.Client().Transport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	for _, variable := range environment {
		if text, ok := strings.CutPrefix(variable, "HTTPS_PROXY="); ok {
			proxy, err := url.Parse(text)
			require.NoError(t, err)
			transport.Proxy = http.ProxyURL(proxy)
		}
	}
	require.NotNil(t, transport.Proxy)
	return &http.Client{Transport: transport}
}

// visit returns what a server says, or why it cannot be reached.
func visit(c *http.Client, url string) string {
	response, err := c.Get(url)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return string(text)
}

func TestAnInstanceReachesOfTheInternetWhatItsGroupsAndRoutesLetIt(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(http.Handler) *httptest.Server{"HTTP": httptest.NewServer, "HTTPS": httptest.NewTLSServer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := cloudtest.NewVPC(t)
			a, err := api.Open(v.Host, v.Network)
			require.NoError(t, err)
			t.Cleanup(a.Close)
			server, port := shop(t, start)
			app := client(t, server, a.Environment(v.App, "i-app", "profile"))
			refused := "Forbidden"
			if name == "HTTP" {
				refused = "refused by the security groups"
			}
			require.Contains(t, visit(app, server.URL), refused)
			cloudtest.Declare(t, v.Network.EgressRules(), "shop", ec2.SecurityGroupRule{
				SecurityGroupID: "sg-app", IPProtocol: "tcp", FromPort: port, ToPort: port, CidrIpv4: "0.0.0.0/0"})
			require.Equal(t, "hello", visit(app, server.URL))
			stranger := client(t, server, a.Environment(v.Stranger, "i-stranger", "profile"))
			require.Contains(t, visit(stranger, server.URL), refused)

			require.NoError(t, v.Network.Routes().Delete(t.Context(), cloudtest.Named("internet")))
			if name == "HTTP" {
				refused = "no route"
			}
			require.Contains(t, visit(app, server.URL), refused)
			a.Forget("i-app")
			require.NotContains(t, visit(app, server.URL), "hello", "a terminated instance")
		})
	}
}

func TestTheWayToTheInternetIsNoneAroundTheSecurityGroups(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	a, err := api.Open(v.Host, v.Network)
	require.NoError(t, err)
	t.Cleanup(a.Close)
	server, _ := shop(t, httptest.NewServer)
	v.AllowInternet("sg-app")
	neighbour := v.Attach("i-neighbour", "sg-neighbour")
	app := client(t, server, a.Environment(v.App, "i-app", "profile"))
	require.Contains(t, visit(app, "http://"+neighbour.Local.String()+":443"), "refused by the security groups")
}

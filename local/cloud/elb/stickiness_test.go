package elb

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

func lbCookies(g *TargetGroup) { g.Stickiness = &Stickiness{Type: "lb_cookie", CookieDuration: 600} }

func sessionCookies(g *TargetGroup) {
	g.Stickiness = &Stickiness{Type: "app_cookie", CookieName: "myclothes_session"}
}

// cookies returns those that a browser would send.
func (s *site) cookies(client *http.Client) map[string]string {
	address, err := url.Parse(s.url)
	require.NoError(s, err)
	values := map[string]string{}
	for _, c := range client.Jar.Cookies(address) {
		values[c.Name] = c.Value
	}
	return values
}

func TestTheLoadBalancersCookieKeepsAClientAtOneInstanceWhileItLives(t *testing.T) {
	t.Parallel()
	s := newSite(t, lbCookies).open()
	client := cloudtest.Browser(t)
	a := s.get(client, "/")
	set := (&http.Response{Header: a.Header}).Cookies()
	require.Len(t, set, 2)
	require.Equal(t, "AWSALB", set[0].Name)
	require.Equal(t, 600, set[0].MaxAge)
	require.Equal(t, "AWSALBCORS", set[1].Name)
	require.Equal(t, http.SameSiteNoneMode, set[1].SameSite)
	require.True(t, set[1].Secure)
	require.NotContains(t, set[0].Value, a.Instance)
	require.Equal(t, map[string]int{a.Instance: 9}, s.servedBy(client, 9))

	elsewhere := s.kill(client, a.Instance)
	require.Equal(t, map[string]int{elsewhere: 9}, s.servedBy(client, 9))
}

func TestStickinessIsSwitchedOnAndOffWhileRequestsAreServed(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil).open()
	client := cloudtest.Browser(t)
	require.Len(t, s.servedBy(client, 9), 3)
	require.Empty(t, s.cookies(client))

	s.updateTargetGroup(lbCookies)
	s.get(client, "/")
	require.Contains(t, s.cookies(client), "AWSALB")
	require.Len(t, s.servedBy(client, 9), 1)

	s.updateTargetGroup(func(g *TargetGroup) { g.Stickiness = &Stickiness{Type: "lb_cookie", Enabled: new(false)} })
	require.Len(t, s.servedBy(client, 9), 3)
}

func TestAnAlteredOrForeignStickinessCookieIsIgnored(t *testing.T) {
	t.Parallel()
	s := newSite(t, lbCookies).open()
	address, err := url.Parse(s.url)
	require.NoError(t, err)
	other, err := newTargets(s.Network, TargetGroup{})
	require.NoError(t, err)
	var victim string
	for victim = range s.servers {
	}
	for _, value := range []string{"", "x", victim, other.sealed(binding{target: victim})} {
		served := map[string]bool{}
		for range 9 {
			client := cloudtest.Browser(t)
			client.Jar.SetCookies(address, []*http.Cookie{{Name: "AWSALB", Value: value}})
			served[s.get(client, "/").Instance] = true
		}
		require.Len(t, served, 3, value)
	}
}

func TestTheApplicationsCookieBindsForAsLongAsTheSession(t *testing.T) {
	t.Parallel()
	s := newSite(t, sessionCookies).open()
	client := cloudtest.Browser(t)
	require.Len(t, s.servedBy(client, 9), 3)
	require.Empty(t, s.cookies(client))

	bound := s.get(client, "/sign-in").Instance
	require.Contains(t, s.cookies(client), "AWSALBAPP-0")
	require.Equal(t, map[string]int{bound: 9}, s.servedBy(client, 9))

	elsewhere := s.kill(client, bound)
	require.Equal(t, map[string]int{elsewhere: 9}, s.servedBy(client, 9))

	s.get(client, "/sign-out")
	require.Empty(t, s.cookies(client))
	require.Greater(t, len(s.servedBy(client, 9)), 1)
}

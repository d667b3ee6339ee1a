package elb

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/ec2"
)

// idleGroup is a target group with one target, to which no listener forwards: nothing
// of it touches the network, so that its clock can be a bubble's.
func idleGroup(t *testing.T, spec TargetGroup) *Targets {
	t.Helper()
	group, err := newTargets(nil, spec)
	require.NoError(t, err)
	group.Register("i-0", &ec2.Interface{}, func() {})
	synctest.Wait()
	t.Cleanup(group.stop)
	return group
}

func TestDeregistrationEndsWithTheDeclaredDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		group := idleGroup(t, TargetGroup{Port: 8080, DeregistrationDelay: new(300)})
		busy, err := group.pick("")
		require.NoError(t, err)
		started := time.Now()
		group.Deregister(t.Context(), busy.id)
		require.Equal(t, 300*time.Second, time.Since(started))
		require.Equal(t, unused, group.HealthOf("i-0").State)
		group.release(busy)
	})
}

func TestDeregistrationEndsWithTheLastRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		group := idleGroup(t, TargetGroup{Port: 8080})
		busy, err := group.pick("")
		require.NoError(t, err)
		time.AfterFunc(7*time.Second, func() { group.release(busy) })
		started := time.Now()
		group.Deregister(t.Context(), busy.id)
		require.Equal(t, 7*time.Second, time.Since(started))
	})
}

func TestATargetIsJudgedByTheDeclaredThresholds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		check, failed := HealthCheck{HealthyThreshold: 2, UnhealthyThreshold: 3}, errors.New("503 from /healthz")
		target := &target{Health: Health{State: initial, Since: time.Now()}}
		after := func(checks int, err error) targetState {
			for range checks {
				time.Sleep(10 * time.Second)
				target.learn(check, 10*time.Second, err)
			}
			return target.State
		}
		require.Equal(t, initial, after(2, failed), "it may still boot")
		require.Equal(t, Unhealthy, after(1, failed))
		require.Equal(t, Unhealthy, after(1, nil))
		require.Equal(t, Healthy, after(1, nil))
		require.Equal(t, Healthy, after(2, failed))
		require.Equal(t, Healthy, after(1, nil), "a success in between begins the count anew")
		require.Equal(t, Healthy, after(2, failed))
		require.Equal(t, Unhealthy, after(1, failed))
	})
}

func TestABindingLastsAsLongAsItsCookie(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		group := idleGroup(t, TargetGroup{Stickiness: &Stickiness{Type: "lb_cookie", CookieDuration: 600}})
		response := &http.Response{Header: http.Header{}}
		group.bind(response, binding{}, "i-0")
		request := &http.Request{Header: http.Header{}}
		request.AddCookie(response.Cookies()[0])
		time.Sleep(599 * time.Second)
		require.Equal(t, "i-0", group.bindingOf(request).target)
		time.Sleep(time.Second)
		require.NotEqual(t, "i-0", group.bindingOf(request).target, "the cookie was kept for too long")
	})
}

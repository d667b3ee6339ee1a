package autoscaling

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/cloudwatch"
	"myclothes/local/cloud/ec2"
)

// launchFirst replaces one instance after the other, and has each one's place taken before.
var launchFirst = refresh.Preferences{MinHealthyPercentage: new(100), MaxHealthyPercentage: new(134), InstanceWarmup: "0"}

// desired asks for a version, with launchFirst and what change makes of it.
func desired(version *ec2.LaunchTemplateRef, change func(*refresh.Preferences)) refresh.Request {
	request := refresh.Request{DesiredConfiguration: version, Preferences: launchFirst}
	if change != nil {
		change(&request.Preferences)
	}
	return request
}

// start starts a refresh and fails the test if AWS would not.
func (s *shop) start(request refresh.Request) string {
	s.Helper()
	id, err := s.groups.StartRefresh("group", request)
	require.NoError(s, err)
	return id
}

// replacement terminates an instance and returns what the one answers that takes its place.
func (s *shop) replacement() string {
	s.Helper()
	before := s.instances()
	_, err := s.groups.TerminateInstance(s.anyone(), false)
	require.NoError(s, err)
	var body string
	cloudtest.Eventually(s.T, "the replacement answers", func() bool {
		a := s.get(cloudtest.Browser(s.T), "/")
		_, old := before[a.Instance]
		body = a.Body
		return !old && a.Status == 200
	})
	return body
}

func code(t *testing.T, err error) string {
	t.Helper()
	var problem aws.Error
	require.ErrorAs(t, err, &problem)
	return problem.Code
}

func TestARefreshThatSucceedsSavesItsDesiredConfigurationOnTheGroup(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	two := s.version("version 2")
	id := s.start(desired(two, nil))
	r := s.refreshed()
	require.Equal(t, refresh.Successful, r.Status, r.Reason)
	require.Equal(t, id, r.ID)
	require.Equal(t, []int{100, 3, 3, 0}, []int{r.Percent, r.Replaced, r.Total, r.ToUpdate})
	d, err := s.groups.Describe("group")
	require.NoError(t, err)
	require.Equal(t, *two, d.LaunchTemplate)
	require.Equal(t, "version 2", s.replacement())

	s.group.MaxSize = 7
	s.updateGroup()
	require.Equal(t, "version 2", s.replacement(), "an update of something else leaves the version alone")
}

func TestAFailedRefreshWithADesiredConfigurationGoesBackToWhatWasSaved(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.Host.Timings.Scale = impatient
	s.open()
	stop := s.load(10)
	s.start(desired(s.version("broken"), func(p *refresh.Preferences) { p.AutoRollback = true }))
	r := s.refreshed()
	_, failures := stop()
	require.Empty(t, failures)
	require.Equal(t, refresh.RollbackSuccessful, r.Status)
	require.Contains(t, r.Rollback.Reason, "the release is broken")
	require.Equal(t, "version 1", s.replacement())

	s.release("version 3")
	require.Equal(t, "version 3", s.replacement(), "without a declared refresh only who is launched from now on")
}

// The provider saves the new version on the group before it starts its refresh.
func TestADeclaredRefreshGoesBackToTheVersionThatItRollsOut(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.Host.Timings.Scale = impatient
	s.group.InstanceRefresh = refreshing(launchFirst)
	s.group.InstanceRefresh.Preferences.AutoRollback = true
	s.open()
	before := s.instances()
	s.release("broken")
	require.Equal(t, refresh.RollbackSuccessful, s.refreshed().Status)
	require.Len(t, s.servedBy(9), 3, "what was not replaced serves")
	d, err := s.groups.Describe("group")
	require.NoError(t, err)
	require.Equal(t, "2", d.LaunchTemplate.Version)

	told := s.Host.Events.After(0)
	_, err = s.groups.TerminateInstance(s.anyone(), false)
	require.NoError(t, err)
	cloudtest.Eventually(t, "who is to take its place fails", func() bool {
		return slices.ContainsFunc(s.Host.Events.After(told[len(told)-1].Number), func(e aws.Event) bool { return e.Kind == aws.LaunchFailed })
	})
	require.Contains(t, before, s.get(cloudtest.Browser(t), "/").Instance)
}

func TestARollbackReplacesWhatHasBeenReplaced(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	s.start(desired(s.version("version 2"), func(p *refresh.Preferences) {
		p.CheckpointPercentages, p.CheckpointDelay = []int{34, 100}, "172800"
	}))
	cloudtest.Eventually(t, "two are replaced", func() bool { return s.lastRefresh().Replaced == 2 })
	require.Equal(t, refresh.InProgress, s.lastRefresh().Status, "it waits at its checkpoint")
	id, err := s.groups.RollbackRefresh("group")
	require.NoError(t, err)
	r := s.refreshed()
	require.Equal(t, id, r.ID)
	require.Equal(t, refresh.RollbackSuccessful, r.Status, r.Reason)
	require.Equal(t, []int{66, 1}, []int{r.Rollback.Percent, r.Rollback.ToUpdate})
	for range 9 {
		require.Equal(t, "version 1", s.get(cloudtest.Browser(t), "/").Body)
	}
}

func TestAnAlarmStopsARefreshThatNamesIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rollback bool
		status   refresh.Status
		body     string
	}{
		"and rolls it back":                   {true, refresh.RollbackSuccessful, "version 1"},
		"and leaves what is, if it is not to": {false, refresh.Failed, "version 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			var alarm alarmSwitch
			s.groups.Watch(&alarm, nil)
			s.open()
			s.start(desired(s.version("version 2"), func(p *refresh.Preferences) {
				p.AlarmSpecification = &refresh.AlarmChoice{Alarms: []string{"errors"}}
				p.AutoRollback, p.BakeTime = c.rollback, 172800
			}))
			cloudtest.Eventually(t, "all are replaced", func() bool { return s.lastRefresh().Status == refresh.Baking })
			alarm.Store(true)
			s.groups.Wake()
			r := s.refreshed()
			require.Equal(t, c.status, r.Status)
			require.Equal(t, "CloudWatch alarm errors is in ALARM state", r.Reason)
			require.Equal(t, c.body, s.get(cloudtest.Browser(t), "/").Body)
		})
	}
}

// alarmSwitch puts all alarms into ALARM at once.
type alarmSwitch struct{ atomic.Bool }

func (a *alarmSwitch) State(string) (cloudwatch.State, bool) {
	if a.Load() {
		return cloudwatch.InAlarm, true
	}
	return cloudwatch.OK, true
}

func TestARefreshThatNobodyGatesRollsOutWhatIsBroken(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	s.start(desired(s.version("refuses writes"), nil))
	require.Equal(t, refresh.Successful, s.refreshed().Status)
	a, err := cloudtest.Post(cloudtest.Browser(t), s.url, "a write")
	require.NoError(t, err)
	require.Equal(t, 500, a.Status)
}

func TestRequestsThatAWSRefusesHaveItsCodes(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	two := s.version("version 2")
	_, err := s.groups.StartRefresh("nobody", refresh.Request{})
	require.Equal(t, "ValidationError", code(t, err))
	_, err = s.groups.StartRefresh("group", refresh.Request{Preferences: refresh.Preferences{AutoRollback: true}})
	require.Equal(t, "ValidationError", code(t, err))
	require.ErrorContains(t, err, "The AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty")
	_, err = s.groups.StartRefresh("group", refresh.Request{DesiredConfiguration: &ec2.LaunchTemplateRef{ID: "template", Version: "9"}})
	require.Equal(t, "ValidationError", code(t, err))
	_, err = s.groups.CancelRefresh("group")
	require.Equal(t, "ActiveInstanceRefreshNotFound", code(t, err))
	_, err = s.groups.RollbackRefresh("group")
	require.Equal(t, "ActiveInstanceRefreshNotFound", code(t, err))

	s.start(refresh.Request{Preferences: refresh.Preferences{InstanceWarmup: "172800"}})
	_, err = s.groups.RollbackRefresh("group")
	require.Equal(t, "IrreversibleInstanceRefresh", code(t, err), "it has no desired configuration")
	_, err = s.groups.StartRefresh("group", refresh.Request{DesiredConfiguration: two})
	require.Equal(t, "InstanceRefreshInProgress", code(t, err))
	s.group.LaunchTemplate = two
	s.updateGroup() // which may be: the refresh has none
	_, err = s.groups.CancelRefresh("group")
	require.NoError(t, err)
	require.Equal(t, refresh.Cancelled, s.refreshed().Status)
}

func TestAGroupCannotGoBackToAVersionWithoutANumberOrToAnImageThatIsLookedUp(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*shop){
		"the latest version":  func(s *shop) { s.group.LaunchTemplate.Version = "$Latest" },
		"the default version": func(s *shop) { s.group.LaunchTemplate.Version = "$Default" },
		"an image that is looked up": func(s *shop) {
			lookedUp := template("version 2")
			lookedUp.ImageID = "resolve:ssm:/aws/service/ami"
			_, err := s.templates.Update(s.Context(), cloudtest.Named("template"), lookedUp)
			require.NoError(s, err)
			s.group.LaunchTemplate.Version = "2"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			spoil(s)
			s.open()
			three := s.version("version 3")
			_, err := s.groups.StartRefresh("group", desired(three, func(p *refresh.Preferences) { p.AutoRollback = true }))
			require.Equal(t, "ValidationError", code(t, err))
			s.start(desired(three, func(p *refresh.Preferences) { p.InstanceWarmup = "172800" }))
			_, err = s.groups.RollbackRefresh("group")
			require.Equal(t, "IrreversibleInstanceRefresh", code(t, err))
		})
	}
}

func TestAVersionIsNotDeclaredWhileADesiredConfigurationIsRolledOut(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	s.start(desired(s.version("version 2"), func(p *refresh.Preferences) { p.InstanceWarmup = "172800" }))
	s.group.LaunchTemplate = s.version("version 3")
	_, err := s.groups.Update(t.Context(), cloudtest.Named("group"), s.group)
	require.Equal(t, "ValidationError", code(t, err))
	require.ErrorContains(t, err, "An active instance refresh with a desired configuration exists.")
}

func TestSkipMatchingLeavesAloneWhoIsWhatIsWanted(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	before := s.instances()
	s.start(desired(s.group.LaunchTemplate, func(p *refresh.Preferences) { p.SkipMatching = true }))
	require.Equal(t, refresh.Successful, s.refreshed().Status)
	require.Equal(t, before, s.instances())

	s.start(desired(s.group.LaunchTemplate, nil))
	require.Equal(t, refresh.Successful, s.refreshed().Status)
	for id := range s.instances() {
		require.NotContains(t, before, id, "without it, everybody is replaced")
	}
}

func TestTheLastCheckpointEndsARefresh(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	s.start(desired(s.version("version 2"), func(p *refresh.Preferences) { p.CheckpointPercentages = []int{30} }))
	require.Equal(t, refresh.Successful, s.refreshed().Status)
	bodies := map[string]int{}
	for id := range s.instances() {
		d := s.describe(id)
		bodies[d.LaunchTemplate.Version]++
	}
	require.Equal(t, map[string]int{"1": 2, "2": 1}, bodies)
}

// describe says what the group shows of an instance.
func (s *shop) describe(id string) fleet.Description {
	s.Helper()
	d, err := s.groups.Describe("group")
	require.NoError(s, err)
	for _, i := range d.Instances {
		if i.ID == id {
			return i
		}
	}
	require.Fail(s, "the group has no instance "+id)
	return fleet.Description{}
}

// With a warm-up that is shorter than the grace period, AWS counts instances that never
// answered a health check.
func TestASickReleaseIsRolledOutIfInstancesWarmUpBeforeTheirGracePeriodEnds(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.group.HealthCheckGracePeriod = new(7200)
	s.open()
	s.start(desired(s.version("sick"), func(p *refresh.Preferences) { p.MaxHealthyPercentage = new(200) }))
	require.Equal(t, refresh.Successful, s.refreshed().Status)
	require.Equal(t, 0, s.healthy())
}

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
	"myclothes/local/forecast"
	"myclothes/tests/scratch"
	"myclothes/tests/shoppers"
)

func TestAVerdictAgreesIsFalseOrIsUnknown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		verdict  forecast.Verdict
		happened bool
		want     judgement
	}{
		{forecast.No, false, agrees}, {forecast.Yes, true, agrees},
		{forecast.No, true, falseNo}, {forecast.Yes, false, falseYes},
		{forecast.Unknown, true, unknown}, {forecast.Unknown, false, unknown},
	} {
		require.Equal(t, c.want, judge(c.verdict, c.happened), "%+v", c)
	}
	require.True(t, falseNo.wrong())
	require.False(t, falseYes.wrong(), "who warns for nothing is no danger")
}

func TestSecondsAgreeWithinAFactorOfTwo(t *testing.T) {
	t.Parallel()
	minutes := answer{Verdict: forecast.Yes, Outage: &forecast.Span{Least: 4 * time.Minute, Most: 6 * time.Minute}}
	for outage, want := range map[time.Duration]judgement{
		5 * time.Second: agrees, 12 * time.Second: agrees, 2 * time.Second: agrees,
		13 * time.Second: coarse, 1100 * time.Millisecond: coarse,
		14 * time.Second: offSeconds, 900 * time.Millisecond: offSeconds, 0: falseYes,
	} {
		require.Equal(t, want, judgeOutage(minutes, outage, 1.0/60), "%v", outage)
	}
	endless := answer{Verdict: forecast.Yes, Outage: &forecast.Span{Least: time.Minute}}
	require.Equal(t, agrees, judgeOutage(endless, time.Hour, 1.0/60))
	perhaps := answer{Verdict: forecast.Yes, Outage: &forecast.Span{Most: time.Minute}}
	require.Equal(t, agrees, judgeOutage(perhaps, 0, 1.0/60))
	require.Equal(t, falseNo, judgeOutage(answer{Verdict: forecast.No}, time.Millisecond, 1))
}

func TestWhatWaitsForTheMaintenanceWindowDoesNotHappenWithTheUpdate(t *testing.T) {
	t.Parallel()
	later := reason{Verdict: forecast.Yes, Later: true}
	a := answer{Verdict: forecast.Yes, Outage: &forecast.Span{Least: time.Minute, Most: time.Hour}, Because: []reason{later, {Verdict: forecast.No}}}
	require.Equal(t, agrees, judgeOutage(a, 0, 1))
	require.Equal(t, falseNo, judgeOutage(a, time.Minute, 1))
	a.Because = append(a.Because, reason{Verdict: forecast.Yes})
	require.Equal(t, falseYes, judgeOutage(a, 0, 1))
	require.Equal(t, agrees, judgeOutage(a, time.Minute, 1))
}

func TestWhatHappensMustBeNamed(t *testing.T) {
	t.Parallel()
	require.Equal(t, agrees, judgeList(forecast.Yes, []string{"guests and others"}, []string{"guests"}))
	require.Equal(t, falseNo, judgeList(forecast.Yes, []string{"guests"}, []string{"guests", "customers"}))
	require.Equal(t, falseNo, judgeList(forecast.No, nil, []string{"guests"}))
	require.Equal(t, agrees, judgeList(forecast.No, nil, nil))
}

func TestAnOutageIsFromTheFirstFailureToTheLast(t *testing.T) {
	t.Parallel()
	o, start := &outages{}, time.Now()
	fails := func(from, to time.Duration) { o.note(start.Add(from), start.Add(to), os.ErrDeadlineExceeded) }
	require.Zero(t, o.total())
	fails(4*time.Second, 5*time.Second)
	fails(0, time.Second)
	fails(1500*time.Millisecond, 2*time.Second)
	o.note(start, start.Add(time.Hour), nil)
	require.Equal(t, 3*time.Second, o.total(), "two outages, of two seconds and of one")
}

func TestWhoIsOnlySignedOutMeetsNoOutage(t *testing.T) {
	t.Parallel()
	outage := func(answer int) time.Duration {
		shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/api/products" {
				w.WriteHeader(answer)
				return
			}
			_, _ = io.WriteString(w, `{"products":[{"sku":"tee"}]}`)
		}))
		defer shop.Close()
		clock := &outages{}
		report, err := shoppers.Run(t.Context(), shoppers.Options{URL: shop.URL, Shoppers: 1, Duration: time.Millisecond, Answered: clock.note})
		require.NoError(t, err)
		require.NotEmpty(t, report.Errors)
		return clock.total()
	}
	require.Zero(t, outage(http.StatusUnauthorized), "what they lose is in the report")
	require.Positive(t, outage(http.StatusServiceUnavailable))
}

func TestFlowsMustBeNamedAndPermissionsForeseen(t *testing.T) {
	t.Parallel()
	opens := answer{Verdict: forecast.Yes, Opened: []string{"internet groups-app:8080"}}
	require.Equal(t, agrees, judgeReach(opens, measured{Opened: []string{"internet groups-app:8080"}}))
	require.Equal(t, falseNo, judgeReach(opens, measured{Opened: []string{"internet groups-cache:6379"}}))
	require.Equal(t, falseNo, judgeReach(answer{Verdict: forecast.No}, measured{Permitted: []string{"+servers: s3:*"}}))
	require.Equal(t, agrees, judgeReach(answer{Verdict: forecast.Yes}, measured{Permitted: []string{"+servers: s3:*"}}))
}

func TestAPermissionIsTheSameWhenWhatItNamesIsReplaced(t *testing.T) {
	t.Parallel()
	with := func(arn, action string) guards.Graph {
		secret := held(guards.Secret, "token", "1")
		secret.Outputs = map[string]any{"arn": arn}
		policy := held(guards.RolePolicy, "servers", "2")
		policy.Inputs = map[string]any{"policy": `{"Statement":[{"Action":"` + action + `","Resource":"` + arn + `"}]}`}
		return guards.NewGraph(secret, policy)
	}
	read := "secretsmanager:GetSecretValue"
	require.Equal(t, []string{`servers: {"Action":"` + read + `","Resource":"token"}`}, permissions(with("arn:1", read)))
	require.Equal(t, permissions(with("arn:1", read)), permissions(with("arn:2", read)))
	require.NotEqual(t, permissions(with("arn:1", read)), permissions(with("arn:1", "secretsmanager:*")))
}

func TestWhatCannotBeMeasuredIsNotJudged(t *testing.T) {
	t.Parallel()
	said := forecasted{Answers: []answer{{Question: "interrupted", Verdict: forecast.No}, {Question: "dataLost", Verdict: forecast.No}}}
	happened := measured{Outage: time.Second, Lost: []string{"a database"}}
	judgements := func(r row) (all []judgement) {
		for _, c := range judgeAll(r, said, happened, 1) {
			all = append(all, c.judgement)
		}
		return all
	}
	require.Equal(t, []judgement{falseNo, falseNo, unknown, unknown, unknown, unknown}, judgements(row{}))
	require.Equal(t, []judgement{falseNo, unmeasured, unmeasured, unknown, unknown, unknown}, judgements(row{anyway: "carts are lost all the time"}))
	require.NotContains(t, judgements(row{unable: "nobody can"}), falseNo)
}

func TestFlowsAreMeasuredPortByPort(t *testing.T) {
	t.Parallel()
	group := held(guards.SecurityGroup, "web", "sg-1")
	rule := func(name string, port float64) *guards.Resource {
		r := held(guards.SecurityGroupIngressRule, name, name)
		r.Inputs = map[string]any{"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": port, "toPort": port, "cidrIpv4": "0.0.0.0/0"}
		return r
	}
	require.Equal(t, []string{"internet web:80", "internet web:443"}, reaches(guards.NewGraph(group, rule("http", 80), rule("https", 443))))
}

// held makes a resource that holds data.
func held(typ, name, id string) *guards.Resource {
	return guards.New(map[string]any{"type": typ, "urn": "urn:pulumi:dev::shop::" + typ + "::" + name, "custom": true, "id": id})
}

func TestAChangeIsMeasuredByWhatIsThereBeforeAndAfterIt(t *testing.T) {
	t.Parallel()
	database, cache := held(guards.DBInstance, "database", "db-1"), held(guards.ReplicationGroup, "cache", "cache-1")
	before := snapshot{guards.NewGraph(database, cache), map[string]string{database.URN: "db-1", cache.URN: "cache-1"}, []string{"i-1", "i-2"}}
	same := compare(before, before, seen{})
	require.Empty(t, same.Lost)
	require.Empty(t, same.Whose)
	require.Empty(t, same.reach())
	require.False(t, same.Rolled || same.Costs || same.Outage > 0)

	after := snapshot{before.graph, map[string]string{database.URN: "db-1", cache.URN: "cache-2"}, []string{"i-3", "i-4"}}
	m := compare(before, after, seen{guests: shoppers.Report{Lost: []string{"a cart"}}, outage: time.Second})
	require.Equal(t, []string{cache.String()}, m.Lost)
	require.Equal(t, []string{forecast.Guests}, m.Whose)
	require.True(t, m.Rolled)
	require.Equal(t, time.Second, m.Outage)

	more := snapshot{before.graph, before.holders, []string{"i-1", "i-2", "i-3"}}
	require.False(t, compare(before, more, seen{}).Rolled, "one instance more is no roll")
	orders := compare(before, before, seen{customers: shoppers.Report{WrongOrders: 2}})
	require.Equal(t, []string{"2 orders"}, orders.Lost)
}

func TestEveryRowHasANameOfItsOwnAndEditsThatFitTheProject(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	names, sample := map[string]bool{}, 0
	require.GreaterOrEqual(t, len(rows), 30)
	for _, r := range rows {
		require.False(t, names[r.name], r.name)
		names[r.name] = true
		if r.sample {
			sample++
		}
		for _, edit := range append(append([]scratch.Edit{}, r.before.edits...), r.after.edits...) {
			folder := t.TempDir()
			text, err := os.ReadFile(filepath.Join(root, edit.File))
			require.NoError(t, err)
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(folder, edit.File)), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(folder, edit.File), text, 0o644))
			require.NoError(t, edit.Apply(folder), r.name)
		}
	}
	require.Equal(t, 6, sample, "what CI has time for")
	_, err = choose(options{only: "nothing; no such change"})
	require.ErrorContains(t, err, "readReplicas 1→2")
	chosen, err := choose(options{sample: true})
	require.NoError(t, err)
	require.Len(t, chosen, 6)
}

func TestAStageIsACopyWhoseEditsAreTakenBack(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	s := &stage{root: root, folder: t.TempDir()}
	read := func() string {
		text, err := os.ReadFile(filepath.Join(s.folder, tagged.File))
		require.NoError(t, err)
		return string(text)
	}
	require.NoError(t, s.copyFile(tagged.File))
	original := read()
	require.NoError(t, s.write(plain.edited(tagged)))
	require.NotEqual(t, original, read())
	require.True(t, s.stale)
	require.NoError(t, s.write(plain))
	require.Equal(t, original, read())
	s.stale = false
	require.NoError(t, s.copyFile(page.File))
	require.NoError(t, s.write(plain.edited(page)))
	require.False(t, s.stale, "a release needs no other command")
}

func TestWhatWasMeasuredIsBelievedOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, ".local"), 0o755))
	first, err := openRecord(root, false)
	require.NoError(t, err)
	require.NoError(t, first.keep(rows[0], measured{Outage: time.Second, Lost: []string{"a database"}}))
	_, known := first.known(rows[0])
	require.False(t, known)
	again, err := openRecord(root, true)
	require.NoError(t, err)
	m, known := again.known(rows[0])
	require.True(t, known)
	require.Equal(t, measured{Outage: time.Second, Lost: []string{"a database"}}, m)
	_, known = again.known(rows[1])
	require.False(t, known)
}

func TestRowsThatAreOnlyForecastStandBesideThoseThatBeginAlike(t *testing.T) {
	t.Parallel()
	two := plain.with("readReplicas=2")
	a, b, c, d := row{name: "a", before: plain}, row{name: "b", before: two}, row{name: "c", before: plain}, row{name: "d", before: two}
	r := &record{again: true, rows: map[string]measured{"a": {}, "b": {}, "c": {}}}
	require.Equal(t, []row{a, c, b, d}, r.arrange([]row{a, b, c, d}))
	r.again = false
	require.Equal(t, []row{a, b, c, d}, r.arrange([]row{a, b, c, d}))
}

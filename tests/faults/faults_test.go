package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/aws"
	"myclothes/local/control"
	"myclothes/tests/scratch"
	"myclothes/tests/shoppers"
)

func TestEachPromiseIsBrokenByWhatItExcludes(t *testing.T) {
	t.Parallel()
	fine := shoppers.Report{Requests: 10, Carts: 1, Longest: time.Second}
	failed, lost, doubled, slow, order := fine, fine, fine, fine, fine
	failed.Errors, lost.Lost, doubled.Doubled, slow.Longest = []string{"x"}, []string{"x"}, []string{"x"}, 4*time.Second
	order.Lost, order.WrongOrders = []string{"x"}, 1
	for _, c := range []struct {
		promise promise
		seen    shoppers.Report
		verdict string
	}{
		{nothing, fine, kept}, {nothing, failed, "broken: failed"}, {nothing, lost, "broken: lost"}, {nothing, doubled, "broken: doubled"},
		{nothing, slow, kept}, {aMoment, slow, "broken: slow"},
		{requests, failed, kept}, {requests, lost, "broken: lost"},
		{carts, failed, kept}, {carts, lost, kept}, {carts, doubled, kept}, {carts, order, "broken: an order"},
		{nothing, shoppers.Report{}, "broken: nobody shopped"},
	} {
		require.Equal(t, c.verdict, c.promise.judge(c.seen))
	}
}

func TestARowSaysWhatTheShoppersSawAndHowToSeeItAgain(t *testing.T) {
	t.Parallel()
	report := shoppers.Report{Requests: 1234, Errors: []string{"a"}, Lost: []string{"b", "c"}, Doubled: []string{"d"}, InDoubt: 7, Longest: 1500 * time.Millisecond}
	require.Equal(t,
		"| kill the service of an instance | 20 | 1234 | 1 | 2 | 1 | 7 | 1.50 s | kept | `go run ./tests/faults -only \"kill the service of an instance\" -shoppers 20 -customers 10 -config cartStore=dynamodb` |\n",
		row(fault{name: "kill the service of an instance"}, options{shoppers: 20, customers: 10, config: settings{"cartStore=dynamodb"}}, report, kept))
}

func TestAStackIsNotWholeWhileAnythingIsMissingOrReplaced(t *testing.T) {
	t.Parallel()
	gone := exec.Command("true")
	require.NoError(t, gone.Run())
	well := func() control.Report {
		return control.Report{Components: []aws.Component{
			{Kind: cachePrimary, Healthy: true, PID: os.Getpid()},
			{Kind: cacheReplica, Healthy: true, PID: os.Getpid()},
			{Kind: instance, Healthy: true, PID: os.Getpid()},
		}}
	}
	s := &stack{}
	require.Empty(t, s.missing(well()))
	for name, change := range map[string]func(*control.Report){
		"a replica is not there":       func(r *control.Report) { r.Components = append(r.Components[:1], r.Components[2]) },
		"something is not well":        func(r *control.Report) { r.Components[1].Healthy = false },
		"a process ended a moment ago": func(r *control.Report) { r.Components[0].PID = gone.Process.Pid },
		"a roll is under way":          func(r *control.Report) { r.Refreshes = []refresh.Refresh{{Status: refresh.InProgress}} },
		"a roll that failed is taken back": func(r *control.Report) {
			r.Refreshes = []refresh.Refresh{{Status: refresh.RollbackInProgress}}
		},
	} {
		report := well()
		change(&report)
		require.NotEmpty(t, s.missing(report), name)
	}
	report := well()
	report.Components = report.Components[:2]
	require.Empty(t, s.missing(report), "how many instances there are changes with the load")
}

func TestFaultsAreChosenByTheirNames(t *testing.T) {
	t.Parallel()
	chosen, err := choose("kill the service of an instance; roll an edit")
	require.NoError(t, err)
	require.Len(t, chosen, 2)
	all, err := choose("")
	require.NoError(t, err)
	require.Len(t, all, len(faults)-1, "but for the one that wants a stack made ready by hand")
	_, err = choose("kill everything")
	require.ErrorContains(t, err, "roll an edit")
}

// The edits that faults make must find their places in the service as it is.
func TestTheEditsOfReleasesFitTheService(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, (&stack{root: root}).copyTo(folder))
	for _, e := range []scratch.Edit{anotherPage, alwaysPanics} {
		before, err := os.ReadFile(filepath.Join(folder, e.File))
		require.NoError(t, err)
		require.NoError(t, e.Apply(folder))
		after, err := os.ReadFile(filepath.Join(folder, e.File))
		require.NoError(t, err)
		require.NotEqual(t, before, after)
	}
	build := exec.Command("go", "build", "./app/server")
	build.Dir = folder
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	require.Error(t, scratch.Edit{File: "app/server/cart.go", Pattern: "no such place"}.Apply(folder))
}

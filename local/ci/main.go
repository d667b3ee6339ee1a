// Command ci is what the workflows in .github/workflows do beyond calling make and pulumi.
// Everything in it runs without GitHub, too.
//
//	ci comment -stack STACK -file FILE   shows a preview in the pull request's one comment for the stack
//	ci drift   -stack STACK -file FILE   keeps one issue open while the stack differs from its declaration; an empty file closes it
//	ci rollout -group NAME -since TIME   waits until the fleet runs what was deployed
//	ci smoke   -url URL                  tries the shop as a customer would
//	ci steps   [-fork] [-job NAME] [-plant COMMAND] FILE...   runs the commands of workflows here, with a planted change
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"myclothes/local/ci/github"
	"myclothes/local/ci/rollout"
	"myclothes/local/ci/smoke"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "ci:", err)
		os.Exit(1)
	}
}

// request is what one command is asked to do.
type request struct {
	stack, file, group, url string
	since                   time.Time
	timeout                 time.Duration

	job, plant string // of steps, as files and fork are
	fork       bool
	files      []string

	getenv func(string) string
	out    io.Writer
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	commands := map[string]func(context.Context, request) error{
		"comment": comment, "drift": drift, "rollout": waitForRollout, "smoke": trySmoke, "steps": rehearse,
	}
	if len(args) == 0 || commands[args[0]] == nil {
		return errors.New("usage: ci comment|drift|rollout|smoke|steps [flags]; ci COMMAND -h says which")
	}
	r := request{getenv: getenv, out: out}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.StringVar(&r.stack, "stack", "", "the stack that a text is about")
	flags.StringVar(&r.file, "file", "", "the file that has the text, in Markdown")
	flags.StringVar(&r.group, "group", "", "the Auto Scaling group")
	flags.StringVar(&r.url, "url", "", "where the shop is")
	flags.StringVar(&r.job, "job", "", "the job whose steps run; all if empty")
	flags.StringVar(&r.plant, "plant", "sed -i 's/maxInstances: 4/maxInstances: 5/' Pulumi.dev.yaml", "the command that makes the change of the pull request")
	flags.BoolVar(&r.fork, "fork", false, "the pull request comes from a fork")
	flags.DurationVar(&r.timeout, "timeout", 5*time.Minute, "how long to wait, at most")
	flags.Func("since", "when the deployment began, as date -u +%FT%TZ writes it", func(text string) (err error) {
		r.since, err = time.Parse(time.RFC3339, text)
		return err
	})
	switch err := flags.Parse(args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	}
	r.files = flags.Args()
	return commands[args[0]](ctx, r)
}

// comment tells a pull request what a file says; where there is none, that the preview failed.
func comment(ctx context.Context, r request) error {
	told, err := github.FromEnvironment(r.getenv)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(r.file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return told.Comment(ctx, r.stack, string(text), r.out)
}

func drift(ctx context.Context, r request) error {
	told, err := github.FromEnvironment(r.getenv)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(r.file)
	if err != nil { // what is not known closes nothing
		return err
	}
	return errors.Join(told.Summarize(r.stack, string(text)), told.Issue(ctx, r.stack, string(text)))
}

// betweenAnswers is how often AWS and a shop are asked again.
const betweenAnswers = 10 * time.Second

func waitForRollout(ctx context.Context, r request) error {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	account, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	return rollout.Wait(ctx, autoscaling.NewFromConfig(account), r.group, r.since, betweenAnswers, r.out)
}

func trySmoke(ctx context.Context, r request) error {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	return smoke.Test(ctx, r.url, betweenAnswers, r.out)
}

// Command tour takes the stack through its life in many configurations, one after the other: it is brought up from
// nothing, people shop while every instance is replaced, a second up finds nothing to do, and it goes down. Any two
// options of the declaration meet on the tour; with -all every combination is visited, which takes hours. Exit status 1:
// a command failed, or a request.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"time"

	"myclothes/local/control"
	"myclothes/tests/shoppers"
)

func main() {
	all := flag.Bool("all", false, "visit every combination of options, not only every pair")
	port := flag.Int("port", 8080, "where the shop is, and ten above it over HTTPS")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *port, *all); err != nil {
		fmt.Fprintln(os.Stderr, "tour:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, port int, all bool) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	if _, err := control.Find(ctx, root); !errors.Is(err, control.ErrNotRunning) {
		return errors.New("a stack runs here: make down first")
	}
	visited := pairwise(options)
	if all {
		visited = product(options)
	}
	fmt.Print(tableHead)
	failed := 0
	for _, c := range visited {
		s := stop{root: root, port: port, combination: c}
		err := s.visit(ctx)
		fmt.Print(s.row(err))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d configurations failed", failed, len(visited))
	}
	return nil
}

// stop is one configuration on the tour, and what was seen there.
type stop struct {
	root string
	port int
	combination
	up, replaced, again, down time.Duration
	report                    shoppers.Report
}

// visit takes the stack through its life. It goes down whatever happens.
func (s *stop) visit(ctx context.Context) (err error) {
	defer func() {
		_, downErr := s.command(context.WithoutCancel(ctx), &s.down, "down")
		err = errors.Join(err, downErr)
	}()
	if _, err := s.command(ctx, &s.up, s.upArguments()...); err != nil {
		return err
	}
	if err := s.replaceAmongShoppers(ctx); err != nil {
		return err
	}
	output, err := s.command(ctx, &s.again, s.upArguments()...)
	if err == nil && !strings.Contains(output, "Nothing has changed.") {
		err = fmt.Errorf("a second up changes something:\n%s", output)
	}
	return err
}

func (s *stop) upArguments() []string {
	arguments := []string{"up", "-port", fmt.Sprint(s.port), "-https-port", fmt.Sprint(s.port + 10)}
	for _, setting := range s.settings() {
		arguments = append(arguments, "-config", setting)
	}
	return arguments
}

// command runs a command of the local cloud and notes how long it took.
func (s *stop) command(ctx context.Context, took *time.Duration, arguments ...string) (string, error) {
	started := time.Now()
	command := exec.CommandContext(ctx, ".local/bin/local", arguments...)
	command.Dir = s.root
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	output, err := command.CombinedOutput()
	*took = time.Since(started)
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", arguments[0], err, output)
	}
	return string(output), err
}

// replaceAmongShoppers replaces every instance while people shop.
func (s *stop) replaceAmongShoppers(ctx context.Context) error {
	c, err := control.Find(ctx, s.root)
	if err != nil {
		return err
	}
	over, done := make(chan struct{}), make(chan error, 1)
	begun := func() {
		go func() {
			defer close(over)
			started := time.Now()
			done <- replaceEveryInstance(ctx, c)
			s.replaced = time.Since(started)
		}()
	}
	customers := 10
	if s.forgets() {
		customers = 0 // nobody stays signed in
	}
	s.report, err = shoppers.Run(ctx, shoppers.Options{
		URL: s.url(c), Authority: c.Authority, Shoppers: 20, Customers: customers, Pause: 20 * time.Millisecond,
		Duration: 10 * time.Minute, Until: over, Begun: begun,
	})
	if err != nil {
		return err
	}
	if err := <-done; err != nil {
		return err
	}
	return s.judge()
}

func (s *stop) url(c *control.Cloud) string {
	for _, value := range s.combination {
		if value == certificate {
			return c.Options().Served("https://127.0.0.1")
		}
	}
	return c.Options().Served("http://127.0.0.1")
}

// forgets says whether carts and sessions end with their instance: the first two rungs.
func (s *stop) forgets() bool { return s.combination[0] == "instance" }

// judge is an error when a request failed, or a cart was lost where carts outlive instances.
func (s *stop) judge() error {
	if len(s.report.Errors) > 0 {
		return fmt.Errorf("%d requests failed:\n%s", len(s.report.Errors), strings.Join(s.report.Problems(3), "\n"))
	}
	if !s.forgets() && s.report.Wrong() {
		return fmt.Errorf("carts are wrong:\n%s", strings.Join(s.report.Problems(3), "\n"))
	}
	return nil
}

const tableHead = "| configuration | up | every instance replaced | requests | failed | lost | second up | down |\n|---|---|---|---|---|---|---|---|\n"

func (s *stop) row(err error) string {
	verdict := ""
	if err != nil {
		verdict = " **failed**"
	}
	seconds := func(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
	return fmt.Sprintf("| %s%s | %s | %s | %d | %d | %d | %s | %s |\n", strings.Join(s.settings(), " "), verdict, seconds(s.up), seconds(s.replaced),
		s.report.Requests, len(s.report.Errors), len(s.report.Lost), seconds(s.again), seconds(s.down))
}

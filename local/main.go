// Command local brings the declared stack up on this machine: the Pulumi engine
// runs the declaration of package infra against a local cloud, which stays in the
// background.
//
//	local up|preview|down [-stack dev] [-config key=value]… [-port 8080] [-https-port 8443] [-aws-port 8086] [-scale 0.016]
//	local preview [-format text|markdown|json] [-base REVISION [-base-stack prod] [-base-config key=value]…]
//	local forecast -events FILE [-format text|markdown|json]
//	local status [-json]
//	local events [-after NUMBER] [-follow] [-json]
//	local maintenance
//	local diagram [-stack dev] [-config key=value]…
//	local cost [-stack dev] [-config key=value]… [-usage key=value]… [-format text|markdown|json]
//
// The exit status is 1 for what failed. A preview tells more: see outcome.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"github.com/gofrs/flock"

	"myclothes/local/control"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.As(err, new(outcome)) {
		fmt.Fprintln(os.Stderr, "local:", err)
	}
	os.Exit(int(outcomeOf(err)))
}

// request is what one command is asked to do.
type request struct {
	root   string
	stack  string
	port   int
	https  int // port of the shop with HTTPS
	aws    int // port of the operators' API
	scale  float64
	json   bool // of status and events: for programs
	region string
	config settings
	out    io.Writer
	compared
	priced
	foretold
	told
}

// settings are the values of a flag that may be repeated.
type settings []string

func (s *settings) String() string { return strings.Join(*s, " ") }

func (s *settings) Set(value string) error {
	*s = append(*s, value)
	return nil
}

// awsPortAbove is where the operators' API is if nothing else is said: so that it moves
// with the shop, and a runbook finds it again.
const awsPortAbove = 6

const usage = `usage: local up|preview|forecast|down|status|events|maintenance|diagram|cost [-stack dev] [-config key=value]… [-port 8080] [-https-port 8443] [-aws-port 8086] [-scale SECONDS]
forecast reads what an engine told of a preview: -events FILE [-format text|markdown|json]
status also: [-json], events also: [-after NUMBER] [-follow] [-json]
preview also: [-format text|markdown|json] [-base REVISION [-base-stack STACK] [-base-config key=value]…]
cost also: [-usage key=value]… [-format text|markdown|json]
exit status of preview and forecast: 0 nothing changes, 2 something changes, 3 data is lost, 1 it failed`

func run(ctx context.Context, args []string, out io.Writer) error {
	commands := map[string]func(context.Context, request) error{
		"up": exclusive(up), "preview": exclusive(showPreview), "down": exclusive(down), "status": status, "events": events, "maintenance": exclusive(maintain),
		"forecast": showForecast, "diagram": diagram, "cost": showCost, "cloud": background,
	}
	if len(args) == 0 || commands[args[0]] == nil {
		return errors.New(usage)
	}
	r := request{out: out}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.StringVar(&r.stack, "stack", defaultStack(args[0]), "the stack: its settings are in Pulumi.<stack>.yaml; down stops whichever runs if none is named")
	flags.IntVar(&r.port, "port", 8080, "where the load balancer's port 80 is on 127.0.0.1")
	flags.IntVar(&r.https, "https-port", 8443, "where the load balancer's port 443 is on 127.0.0.1, if the stack declares HTTPS")
	flags.IntVar(&r.aws, "aws-port", 0, fmt.Sprintf("where the operators' API of AWS is on 127.0.0.1; %d above -port if not given", awsPortAbove))
	flags.Func("scale", "how long a second of AWS takes, in seconds: 1 is real time; a sixtieth if not given", r.setScale)
	flags.StringVar(&r.region, "region", "eu-west-1", "the region that the local cloud stands for")
	switch args[0] {
	case "preview":
		r.compared.flags(flags)
	case "cost":
		r.priced.flags(flags)
	case "forecast":
		r.compared.format(flags)
		r.foretold.flags(flags)
	case "events":
		r.told.flags(flags)
		fallthrough
	case "status":
		flags.BoolVar(&r.json, "json", false, "for programs")
	}
	flags.Var(&r.config, "config", "a setting as key=value, over those of the stack; may be repeated")
	switch err := flags.Parse(args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	}
	if r.aws == 0 {
		r.aws = r.port + awsPortAbove
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is not understood: %s", flags.Arg(0), usage)
	}
	if runtime.GOOS != "linux" {
		return fmt.Errorf("the local cloud gives every network interface an address in 127.0.0.0/8, which %s does not allow: run it on Linux, in a virtual machine or a container if need be", runtime.GOOS)
	}
	var err error
	if r.root, err = findRoot(); err != nil {
		return err
	}
	if r.foretold.path != "" { // from where the command runs
		if r.foretold.path, err = filepath.Abs(r.foretold.path); err != nil {
			return err
		}
	}
	if err := os.Chdir(r.root); err != nil { // the declaration names files from there
		return err
	}
	return commands[args[0]](ctx, r)
}

// setScale reads the flag.
func (r *request) setScale(text string) (err error) {
	if r.scale, err = strconv.ParseFloat(text, 64); err != nil || !(r.scale > 0 && r.scale <= 1) {
		return errors.New("a number of more than 0 and at most 1, which is real time")
	}
	return nil
}

// defaultStack is the stack of a command that names none.
func defaultStack(command string) string {
	if command == "down" {
		return "" // whichever runs
	}
	return "dev"
}

// findRoot returns the project's folder: the nearest one upwards with Pulumi.yaml.
func findRoot() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for folder := here; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "Pulumi.yaml")); err == nil {
			return folder, nil
		}
		if folder == filepath.Dir(folder) {
			return "", fmt.Errorf("no Pulumi.yaml in %s or above it", here)
		}
	}
}

// commandLock is held by the one command that may change the stack.
const commandLock = ".local/command.lock"

// exclusive lets one command at a time run in a project.
func exclusive(command func(context.Context, request) error) func(context.Context, request) error {
	return func(ctx context.Context, r request) error {
		path := filepath.Join(r.root, commandLock)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		lock := flock.New(path)
		if locked, err := lock.TryLock(); err != nil || !locked {
			return errors.Join(errors.New("another command is at work on this project: wait until it is done"), err)
		}
		defer lock.Unlock()
		return command(ctx, r)
	}
}

// background is the local cloud itself; control.Start runs it.
func background(ctx context.Context, r request) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	build, err := cloudBuild()
	if err != nil {
		return err
	}
	return control.Run(ctx, control.Options{
		Root: r.root, Stack: r.stack, Region: r.region, Port: r.port, HTTPSPort: r.https, AWSPort: r.aws, Build: build, Scale: r.scale,
	}, log)
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"myclothes/infra"
	"myclothes/local/cloud/aws"
	"myclothes/local/control"
	"myclothes/local/engine"
)

// up makes the stack as declared, and waits until every instance runs it.
func up(ctx context.Context, r request) error {
	started := time.Now()
	settings, c, fresh, err := r.start(ctx)
	if err != nil {
		return err
	}
	if err := checkHTTPSPort(c.Options(), c, settings); err != nil { // one that runs may not have it yet
		return err
	}
	refresh := fresh && engine.HasState(r.root, r.stack)
	if refresh {
		fmt.Fprintln(r.out, "The local cloud was started anew, so what the stack had is made again.")
	}
	e, err := engine.Open(ctx, settings, infra.Deploy, c.Providers(), r.out)
	if err != nil {
		return err
	}
	defer e.Close()
	if err := r.clearUp(ctx, c, e, settings); err != nil {
		return err
	}
	result, err := e.Up(ctx, refresh)
	if err == nil {
		err = c.Follow(ctx, started, r.out)
	}
	url := c.Options().Served(cmp.Or(result.URL, "http://127.0.0.1"))
	if err == nil {
		err = c.Tell(ctx, url)
	}
	if err == nil {
		err = r.awaitShop(ctx, c, url, settings)
	}
	if err != nil {
		return fmt.Errorf("%w\nWhat came up still runs: make status shows it, make up tries again, make down stops it", err)
	}
	if !result.Changed {
		fmt.Fprintln(r.out, "Nothing has changed.")
	}
	r.printPlaces(c, url, time.Since(started))
	return nil
}

// awaitShop returns when the shop is open at its URL.
func (r request) awaitShop(ctx context.Context, c *control.Cloud, url string, settings *engine.Settings) error {
	adminPort, _ := settings.Value("adminPort")
	shop, err := r.opening(c, url, adminPort)
	if err != nil {
		return err
	}
	return shop.await(ctx)
}

// start reads the settings, and starts the local cloud if it is not running. fresh
// says that it was.
func (r request) start(ctx context.Context) (settings *engine.Settings, c *control.Cloud, fresh bool, err error) {
	c, err = control.Find(ctx, r.root)
	fresh = errors.Is(err, control.ErrNotRunning)
	if err != nil && !fresh {
		return nil, nil, false, err
	}
	settings, err = r.settings(!fresh)
	if err != nil {
		return nil, nil, false, err
	}
	r.tellOverrides(settings)
	if fresh {
		if err := checkHTTPSPort(control.Options{HTTPSPort: r.https}, nil, settings); err != nil {
			return nil, nil, false, err
		}
		fmt.Fprintf(r.out, "Starting the local cloud for stack %s (log: .local/cloud.log).\n", r.stack)
		c, err = control.Start(ctx, control.Options{
			Root: r.root, Stack: r.stack, Region: settings.Region, Port: r.port, HTTPSPort: r.https, AWSPort: r.aws, Scale: r.scale})
		return settings, c, true, err
	}
	return settings, c, false, r.accept(c.Options(), settings.Region)
}

// accept is nil when the local cloud that runs is one for what is asked.
func (r request) accept(running control.Options, region string) error {
	build, err := cloudBuild()
	if err != nil {
		return err
	}
	switch {
	case running.Build != build:
		return errors.New("the local cloud that runs was built from other code: make down first")
	case running.Stack != r.stack:
		return fmt.Errorf("stack %s runs here, and one stack can at a time: make down first", running.Stack)
	case running.Region != region:
		return fmt.Errorf("stack %s runs here in %s, not in %s: make down first", running.Stack, running.Region, region)
	case r.scale != 0 && r.scale != running.Scale:
		return fmt.Errorf("a second of AWS takes %g s in the local cloud that runs, not %g: make down first", aws.Timings{Scale: running.Scale}.Scaled(time.Second).Seconds(), r.scale)
	case running.Port != r.port || running.HTTPSPort != r.https:
		fmt.Fprintf(r.out, "The shop stays at port %d, and with HTTPS at %d; make down frees them.\n", running.Port, running.HTTPSPort)
	case running.AWSPort != r.aws:
		fmt.Fprintf(r.out, "The operators' API of AWS stays at port %d; make down frees it.\n", running.AWSPort)
	}
	return nil
}

// checkHTTPSPort says who has the port for HTTPS, if the stack declares that and neither
// is it free nor has the local cloud that runs, if one does, got it.
func checkHTTPSPort(o control.Options, running *control.Cloud, settings *engine.Settings) error {
	if certificate, _ := settings.Value("certificateArn"); certificate == "" {
		return nil
	}
	return o.CheckHTTPSPort(running)
}

// tellOverrides says what is otherwise here than declared.
func (r request) tellOverrides(settings *engine.Settings) {
	for _, o := range settings.Overrides {
		fmt.Fprintf(r.out, "Here %s is %s instead of %s: %s.\n", o.Key, o.Value, o.Declared, o.Why)
	}
}

// printPlaces says where the shop is, how to trust it, and how to go on.
func (r request) printPlaces(c *control.Cloud, url string, took time.Duration) {
	fmt.Fprintf(r.out, "\nShop    %s\n", url)
	if strings.HasPrefix(url, "https:") {
		authority := c.Authority
		if short, err := filepath.Rel(r.root, authority); err == nil {
			authority = short
		}
		fmt.Fprintf(r.out, "Trust   curl --cacert %s %s, or import that file into a browser\n", authority, url)
	}
	fmt.Fprintf(r.out, "Status  make status\nEvents  make events\nLogs    %s\nAWS     %s\nStop    make down\n\nUp in %v.\n",
		filepath.Join(".local", "cloud", "log"), c.Export(), took.Round(100*time.Millisecond))
}

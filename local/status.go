package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"myclothes/local/control"
)

// statusDocument is what status tells a program.
type statusDocument struct {
	Stack   string    `json:"stack"`
	Region  string    `json:"region"`
	Port    int       `json:"port"` // of the shop, on 127.0.0.1
	Started time.Time `json:"started"`
	Healthy bool      `json:"healthy"`
	control.Report
}

// status shows who runs where. It fails when something is not well.
func status(ctx context.Context, r request) error {
	c, err := findRunning(ctx, r.root)
	if err != nil {
		return err
	}
	report, err := c.Report(ctx)
	if err != nil {
		return err
	}
	o := c.Options()
	if r.json {
		document := json.NewEncoder(r.out)
		document.SetIndent("", "  ")
		err = document.Encode(statusDocument{o.Stack, o.Region, o.Port, c.Started, report.Healthy(), report})
	} else {
		fmt.Fprintf(r.out, "Stack %s in %s, for %v, at %s\nAWS: %s\n\n", o.Stack, o.Region, time.Since(c.Started).Round(time.Second),
			cmp.Or(report.URL, o.Served("http://127.0.0.1")), c.Export())
		report.Print(r.out, r.root, time.Now())
	}
	if err == nil && !report.Healthy() {
		err = errors.New("not everything is well")
	}
	return err
}

// findRunning returns the project's local cloud; that none runs is an error.
func findRunning(ctx context.Context, root string) (*control.Cloud, error) {
	c, err := control.Find(ctx, root)
	if errors.Is(err, control.ErrNotRunning) {
		return nil, fmt.Errorf("%w: make up starts it", err)
	}
	return c, err
}

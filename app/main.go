// Command cart is the MyClothes web service: one static binary, one process per instance, configured by
// the environment variables described at Config.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// garbagePercent is how much garbage may pile up, relative to what is in use, before it is collected. The service keeps
// little and allocates much: with Go's default of 100 it would collect every few milliseconds under load, which costs
// a tenth of what it can answer. GOGC in the environment goes before it.
const garbagePercent = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "cart:", err)
		os.Exit(1)
	}
}

// Command load has many people shop at once against a running stack and checks every
// cart and order at the end. Exit status 1: a request failed, or something was lost or
// doubled.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"myclothes/tests/shoppers"
)

func main() {
	var o shoppers.Options
	flag.StringVar(&o.URL, "url", "http://127.0.0.1:8080", "the shop")
	flag.StringVar(&o.Authority, "authority", ".local/cloud/ca.pem", "file with the certificate of who signs the shop's")
	flag.IntVar(&o.Shoppers, "shoppers", 200, "how many shop at once")
	flag.IntVar(&o.Customers, "customers", 100, "how many of them have an account, and order")
	flag.DurationVar(&o.Duration, "for", 30*time.Second, "how long")
	flag.DurationVar(&o.Pause, "pause", 0, "between two requests of one shopper")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	report, err := shoppers.Run(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
	fmt.Print(report)
	if report.Wrong() {
		os.Exit(1)
	}
}

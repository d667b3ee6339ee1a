package main

import (
	"slices"
	"strings"
)

// option is a setting of the declaration, and the values that the tour visits.
type option struct {
	name   string
	values []string
}

// certificate stands for an issued one: the local cloud issues what it serves itself.
const certificate = "arn:aws:acm:{region}:000000000000:certificate/1-2-3"

// manyZones are more than most regions have; a large one has them.
const manyZones = "4"

// options are what people combine: every rung of the ladder and what changes its way through the network.
var options = []option{
	{"cartStore", []string{"elasticache", "dynamodb", "cookie", "instance"}},
	{"stickiness", []string{"none", "lb_cookie", "app_cookie"}},
	{"natGateways", []string{"onePerAz", "single", "none"}},
	{"certificateArn", []string{"", certificate}},
	{"availabilityZones", []string{"2", manyZones}},
}

// combination has one value of every option, in their order.
type combination []string

// settings are what the stack is brought up with. There is an instance in every zone, as the declaration wants it.
func (c combination) settings() []string {
	zones, region := c[slices.IndexFunc(options, func(o option) bool { return o.name == "availabilityZones" })], "eu-west-1"
	if zones == manyZones {
		region = "us-east-1"
	}
	all := []string{"aws:region=" + region, "minInstances=" + zones}
	for i, o := range options {
		if c[i] != "" {
			all = append(all, o.name+"="+strings.ReplaceAll(c[i], "{region}", region))
		}
	}
	return all
}

// legal says whether the declaration accepts a combination: without a session there is no cookie of it to follow.
func (c combination) legal() bool {
	return !slices.Contains(c, "cookie") || !slices.Contains(c, "app_cookie")
}

// product lists all combinations that the declaration accepts.
func product(options []option) []combination {
	all := []combination{{}}
	for _, o := range options {
		var longer []combination
		for _, c := range all {
			for _, value := range o.values {
				longer = append(longer, append(slices.Clone(c), value))
			}
		}
		all = longer
	}
	return slices.DeleteFunc(all, func(c combination) bool { return !c.legal() })
}

// pair is two values of two options.
type pair struct {
	first, second           int // which options
	firstValue, secondValue string
}

func (c combination) pairs() (all []pair) {
	for i := range c {
		for j := range i {
			all = append(all, pair{j, i, c[j], c[i]})
		}
	}
	return all
}

// pairwise returns few combinations in which every value of an option meets every value of every other: again and again
// the one with most pairs that have not met.
func pairwise(options []option) (chosen []combination) {
	all, met := product(options), map[pair]bool{}
	fresh := func(c combination) (n int) {
		for _, p := range c.pairs() {
			if !met[p] {
				n++
			}
		}
		return n
	}
	for {
		best := slices.MaxFunc(all, func(a, b combination) int { return fresh(a) - fresh(b) })
		if fresh(best) == 0 {
			return chosen
		}
		chosen = append(chosen, best)
		for _, p := range best.pairs() {
			met[p] = true
		}
	}
}

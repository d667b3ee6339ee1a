package cost

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Usage is what the shop is assumed to be used like in a month, by the keys of Parameters.
// One that is not given has its default.
type Usage map[string]float64

// Parameter is something that the cost of a stack depends on and its declaration does not
// tell.
type Parameter struct {
	Key     string
	Default float64
	What    string // a month, if it says nothing else
}

// Parameters is the table of all of them.
var Parameters = []Parameter{
	{"requests", 10_000_000, "requests to the load balancer"},
	{"requestsPerConnection", 10, "requests that a browser makes over one connection"},
	{"outGB", 50, "GB that go out to the internet"},
	{"natGB", 10, "GB through NAT gateways, in both directions together"},
	{"endpointGB", 5, "GB through VPC endpoints with interfaces"},
	{"zoneGB", 20, "GB between instances and stores in different Availability Zones"},
	{"instances", 0, "instances that run on average; 0: as few as the group allows"},
	{"backupGB", 5, "GB of database backups beyond what is free, which is as much as the database's storage"},
	{"secretReads", 21_900, "reads of a secret by one instance; the default is every 2 minutes"},
	{"releaseGB", 0.2, "GB of releases in buckets"},
	{"s3Writes", 100, "writes to buckets"},
	{"s3Reads", 1_000, "reads from buckets"},
	{"tableReads", 1, "read request units of a DynamoDB table, for one request of the shop"},
	{"tableWrites", 0.3, "write request units of a DynamoDB table, for one request of the shop"},
	{"tableGB", 1, "GB in a DynamoDB table"},
}

// Set reads one parameter as people write it: requests=5e6.
func (u Usage) Set(setting string) error {
	key, text, _ := strings.Cut(setting, "=")
	if !slices.ContainsFunc(Parameters, func(p Parameter) bool { return p.Key == key }) {
		var keys []string
		for _, p := range Parameters {
			keys = append(keys, p.Key)
		}
		return fmt.Errorf("usage %q is not known; known: %s", key, strings.Join(keys, ", "))
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || !(value >= 0) {
		return fmt.Errorf("usage %s: %q is not accepted; accepted: a number that is not negative", key, text)
	}
	u[key] = value
	return nil
}

// of returns a parameter's value.
func (u Usage) of(key string) float64 {
	if value, given := u[key]; given {
		return value
	}
	return Parameters[slices.IndexFunc(Parameters, func(p Parameter) bool { return p.Key == key })].Default
}

// assumes says in words what some parameters are taken for.
func (u Usage) assumes(keys ...string) string {
	var words []string
	for _, key := range keys {
		words = append(words, key+"="+amount(u.of(key)))
	}
	return strings.Join(words, " ")
}

// amount writes a number without needless digits.
func amount(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

package data

import (
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
)

// Contribution lets instances reach primary and replicas as either user.
func (d *Database) Contribution() conventions.Contribution {
	readers := conventions.Joined(d.readers)
	asked := readable(d.owner, d.service)
	asked.Add(conventions.Contribution{
		Flows: []conventions.Flow{{From: conventions.App, To: conventions.Database, Port: d.port}},
		Environment: []conventions.Variable{
			{Name: "CART_DATABASE_WRITER", Value: d.writer},
			{Name: "CART_DATABASE_READERS", Value: readers},
			{Name: "CART_DATABASE_NAME", Value: pulumi.String(databaseName)},
			{Name: "CART_DATABASE_SECRET", Value: d.service.arn},
			{Name: "CART_DATABASE_OWNER_SECRET", Value: d.owner.arn},
			{Name: "CART_DATABASE_CONNECTIONS", Value: pulumi.String(strconv.Itoa(databaseConnections))},
		},
		BeforeBoot: d.instances,
		Outputs: pulumi.Map{
			"databaseWriter": d.writer, "databaseReaders": readers,
			"databaseSecretArn": d.owner.arn, "databaseServiceSecretArn": d.service.arn,
		},
	})
	return asked
}

// databaseConnections is how many connections an instance keeps to the primary, and
// to each replica, at most.
const databaseConnections = 8

// An instance that starts migrates over one more. A roll runs half as many instances
// again (refreshArgs), and operators and RDS itself want a few connections as well.
const (
	connectionsPerInstance = databaseConnections + 1
	spareConnections       = 15
)

// bytesPerConnection is RDS' divisor: max_connections of PostgreSQL is
// LEAST({DBInstanceClassMemory/9531392}, 5000) unless a parameter group says otherwise
// ("Quotas and constraints for Amazon RDS", maximum number of database connections).
const bytesPerConnection = 9531392

// mostConnections is the 5000 of that formula.
const mostConnections = 5000

// largeMemoryGiB is the memory of size large by the first letter of the class ("Hardware
// specifications for DB instance classes", Amazon RDS User Guide).
var largeMemoryGiB = map[string]int{"t": 8, "m": 8, "r": 16}

// eighths is the memory of the other sizes, in eighths of large.
var eighths = map[string]int{
	"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32, "4xlarge": 64,
	"8xlarge": 128, "12xlarge": 192, "16xlarge": 256, "24xlarge": 384, "32xlarge": 512,
}

// unlimited is what a class that is not in the table allows: it is not judged.
const unlimited = 1 << 30

// MostInstances is how many instances a database of the class has connections for,
// while all of them are replaced. RDS keeps a part of the memory for itself and its
// operating system, of which a tenth is left here.
func MostInstances(class string) int {
	family, size, _ := strings.Cut(strings.TrimPrefix(class, "db."), ".")
	large, part := largeMemoryGiB[family[:min(1, len(family))]], eighths[size]
	if large == 0 || part == 0 {
		return unlimited
	}
	memory := large << 30 / 8 * part
	connections := min(memory/10*9/bytesPerConnection, mostConnections) - spareConnections
	return connections / connectionsPerInstance * 2 / 3
}

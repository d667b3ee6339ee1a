package infra

import "strings"

const (
	// spareConnections are kept free: for operators, and for those that PostgreSQL and
	// RDS reserve for themselves.
	spareConnections = 10
	// connectionMemory is how much memory RDS counts for a connection ("Quotas and
	// constraints for Amazon RDS", maximum number of database connections:
	// LEAST({DBInstanceClassMemory/9531392}, 5000)).
	connectionMemory = 9531392
	mostConnections  = 5000
)

// memoryGiB is the memory of an instance class by its family's letter and its size
// ("Hardware specifications for DB instance classes", Amazon RDS User Guide).
var memoryGiB = map[byte]map[string]float64{
	't': {"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32},
	'm': {"large": 8, "xlarge": 16, "2xlarge": 32, "4xlarge": 64, "8xlarge": 128, "12xlarge": 192, "16xlarge": 256, "24xlarge": 384},
	'r': {"large": 16, "xlarge": 32, "2xlarge": 64, "4xlarge": 128, "8xlarge": 256, "12xlarge": 384, "16xlarge": 512, "24xlarge": 768},
}

// maxConnections is how many connections a class certainly takes; 0 if it is not known.
// DBInstanceClassMemory is what is left when the operating system and RDS have theirs,
// which AWS does not say: some 2 % and 300 MiB stay below what is reported of classes.
func maxConnections(class string) int {
	parts := strings.Split(class, ".")
	if len(parts) != 3 || parts[1] == "" {
		return 0
	}
	gib := memoryGiB[parts[1][0]][parts[2]]
	if gib == 0 {
		return 0
	}
	return min(int((0.98*gib-0.3)*(1<<30)/connectionMemory), mostConnections)
}

// wantedConnections is how many connections the fleet opens to each database server at
// most: during a roll there are more instances than otherwise, and each new one has a
// connection of its own to migrate.
func wantedConnections(c Config) int {
	instances := (c.MaxInstances*maxHealthyPercentage + 99) / 100
	return instances*(c.DatabaseConnections+1) + spareConnections
}

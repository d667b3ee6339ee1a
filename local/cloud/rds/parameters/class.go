package parameters

import (
	"fmt"
	"slices"
	"strings"

	"myclothes/local/cloud/aws"
)

// families are those of DB instance classes by the memory of their size large, in GiB.
// They were written from memory. AWS's table is "Hardware specifications for DB instance
// classes",
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html;
// t3, t4g, r5 and r5b, and the sizes below, were compared with an undated copy of it.
var families = map[string]int64{
	"t3": 8, "t4g": 8,
	"m5": 8, "m5d": 8, "m6g": 8, "m6gd": 8, "m6i": 8, "m6id": 8, "m6idn": 8, "m6in": 8, "m7g": 8, "m7i": 8, "m8g": 8, "m8gd": 8,
	"r5": 16, "r5b": 16, "r5d": 16, "r6g": 16, "r6gd": 16, "r6i": 16, "r6id": 16, "r6idn": 16, "r6in": 16, "r7g": 16, "r7i": 16, "r8g": 16, "r8gd": 16,
	"x2g": 32,
}

// eighths are the memory of a size, in eighths of large.
var eighths = map[string]int64{
	"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32, "4xlarge": 64,
	"8xlarge": 128, "12xlarge": 192, "16xlarge": 256, "24xlarge": 384, "32xlarge": 512, "48xlarge": 768,
}

// Memory is RDS' DBInstanceClassMemory: the memory of a class in bytes, less what RDS
// and its operating system take. AWS does not say how much that is; here it is a tenth.
func Memory(class string) (int64, error) {
	family, size, _ := strings.Cut(strings.TrimPrefix(class, "db."), ".")
	if !strings.HasPrefix(class, "db.") || families[family] == 0 || eighths[size] == 0 {
		return 0, aws.Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("Invalid DB Instance class: %s, or one that the local cloud does not know the memory of: then add it to class.go", class)}
	}
	return families[family] << 30 / 8 * eighths[size] / 10 * 9, nil
}

// DefaultConnections is RDS' max_connections of PostgreSQL, unless a parameter group says
// otherwise: "Quotas and constraints for Amazon RDS", maximum number of database connections.
const DefaultConnections = "LEAST({DBInstanceClassMemory/9531392},5000)"

// IsFormula says whether a parameter's value is one, and not a text.
func IsFormula(value string) bool {
	return strings.Contains(value, "{") || slices.ContainsFunc([]string{"LEAST(", "GREATEST(", "SUM("}, func(f string) bool {
		return strings.HasPrefix(value, f)
	})
}

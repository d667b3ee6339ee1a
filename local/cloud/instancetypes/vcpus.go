// Package instancetypes is what the name of an instance type says.
package instancetypes

import (
	"regexp"
	"strconv"
	"strings"
)

// instanceTypes matches those of EC2, and those of ElastiCache and RDS, which begin with
// "cache." and "db.".
var instanceTypes = regexp.MustCompile(`^(?:cache\.|db\.)?([a-z0-9-]+)\.(\d*)([a-z]+)$`)

// VCPUs returns how many virtual processors an instance type has, 0 if that is not known.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-type-specifications.html
func VCPUs(instanceType string) int {
	parts := instanceTypes.FindStringSubmatch(instanceType)
	if parts == nil {
		return 0
	}
	family, times, size := parts[1], parts[2], parts[3]
	switch size {
	case "nano", "micro", "small", "medium":
		switch {
		case strings.HasPrefix(family, "t3"), strings.HasPrefix(family, "t4"), family+size == "t2medium":
			return 2
		}
		return 1
	case "large":
		return 2
	case "xlarge":
		if times == "" {
			return 4
		}
		n, _ := strconv.Atoi(times)
		return 4 * n
	}
	return 0 // metal: as many as the machine has
}

package elasticache

import (
	"fmt"
	"strconv"
	"strings"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/datastore"
)

// sizes are the names of the sizes in a family's list of maximal memory, in their order.
var (
	burstable = []string{"micro", "small", "medium"}
	graviton  = []string{"large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"}
	intel     = []string{"large", "xlarge", "2xlarge", "4xlarge", "12xlarge", "24xlarge"}
)

// maxMemory is how much a node can store, in bytes, by family and size, without the older
// ones: "Valkey node-type specific parameters" in
// https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html, as
// an undated copy of that page has them.
var maxMemory = map[string]struct {
	sizes []string
	bytes []int64
}{
	"t2":   {burstable, []int64{581959680, 1665138688, 3461349376}},
	"t3":   {burstable, []int64{536870912, 1471026299, 3317862236}},
	"t4g":  {burstable, []int64{536870912, 1471026299, 3317862236}},
	"m5":   {intel, []int64{6854542746, 13891921715, 27966669210, 56116178125, 168715971994, 337500562842}},
	"m6g":  {graviton, []int64{6854542746, 13891921715, 27966669210, 56116178125, 111325552312, 168715971994, 225000375228}},
	"m7g":  {graviton, []int64{6854542746, 13891921715, 27966669210, 56116178125, 111325552312, 168715971994, 225000375228}},
	"m8g":  {graviton, []int64{7294178820, 15222495510, 31866224640, 65856864256, 133838143488, 201819422720, 269800701952}},
	"r5":   {intel, []int64{14037181030, 28261849702, 56711183565, 113609865216, 341206346547, 682485973811}},
	"r6g":  {graviton, []int64{14037181030, 28261849702, 56711183565, 113609865216, 225000375228, 341206346547, 450000750456}},
	"r6gd": {graviton[1:], []int64{28261849702, 56711183565, 113609865216, 225000375228, 341206346547, 450000750456}},
	"r7g":  {graviton, []int64{14037181030, 28261849702, 56711183565, 113609865216, 225000375228, 341206346547, 450000750456}},
	"r8g":  {graviton, []int64{15222495510, 31866224640, 65856864256, 133838143488, 269800701952, 405763260416, 541725818880}},
	"c7gn": {graviton, []int64{3317862236, 6854542746, 13891921715, 27966669210, 56116178125, 84357985997, 113609865216}},
	"c8gn": {graviton, []int64{3330020474, 7294178820, 15222495510, 31866224640, 65856864256, 99847503872, 133838143488}},
}

// memoryOf returns how much a node of a type can store, in bytes.
func memoryOf(nodeType string) (int64, error) {
	family, size, _ := strings.Cut(strings.TrimPrefix(nodeType, "cache."), ".")
	for i, name := range maxMemory[family].sizes {
		if name == size && strings.HasPrefix(nodeType, "cache.") {
			return maxMemory[family].bytes[i], nil
		}
	}
	return 0, aws.Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("nodeType %q is not a node type that the local cloud knows the memory of: add it to nodetype.go", nodeType)}
}

// The parameters that say how much of the memory is not for data: reserved-memory is in
// bytes and older, reserved-memory-percent is 25 unless declared. AWS takes one of them
// ("Managing reserved memory").
const (
	reservedMemory        = "reserved-memory"
	reservedMemoryPercent = "reserved-memory-percent"
	defaultReserved       = 25
)

// maxmemory returns the bytes that a node of the declared type has for data. A declaration
// that names no type is not limited.
func maxmemory(nodeType string, parameters []datastore.Parameter) (int64, error) {
	if nodeType == "" {
		return 0, nil
	}
	memory, err := memoryOf(nodeType)
	if err != nil {
		return 0, err
	}
	percent := int64(defaultReserved)
	for _, p := range parameters {
		value, err := strconv.ParseInt(p.Value, 10, 64)
		switch {
		case p.Name != reservedMemory && p.Name != reservedMemoryPercent:
		case err != nil || value < 0 || p.Name == reservedMemoryPercent && value > 100 || value > memory:
			return 0, aws.Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("%s=%s on %s", p.Name, p.Value, nodeType)}
		case p.Name == reservedMemory:
			return memory - value, nil
		default:
			percent = value
		}
	}
	return memory * (100 - percent) / 100, nil
}

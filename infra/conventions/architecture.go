package conventions

import (
	"errors"
	"regexp"
	"strings"
)

// Architecture is a processor architecture by its Go name.
type Architecture string

// The architectures that instances have.
const (
	ARM64 Architecture = "arm64"
	AMD64 Architecture = "amd64"
)

// instanceFamily splits an instance type: letters, generation, attributes.
var instanceFamily = regexp.MustCompile(`^([a-z-]+)(\d+)([a-z0-9-]*)\.`)

// ArchitectureOf tells the architecture from an instance type's name: a "g" after
// the generation is a Graviton processor (AWS, "Instance type naming conventions"). A type that runs no Linux is an error that names some that do.
func ArchitectureOf(instanceType string) (Architecture, error) {
	parts := instanceFamily.FindStringSubmatch(instanceType)
	if parts == nil || parts[1] == "mac" {
		return "", errors.New("a Linux instance type like t4g.small or m7i.large")
	}
	if strings.HasPrefix(parts[3], "g") || parts[1]+parts[2] == "a1" {
		return ARM64, nil
	}
	return AMD64, nil
}

// AmazonLinux returns the image that runs on the architecture: Amazon Linux 2023,
// looked up by EC2 when an instance starts.
func (a Architecture) AmazonLinux() string {
	machine := map[Architecture]string{ARM64: "arm64", AMD64: "x86_64"}[a]
	return "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-" + machine
}

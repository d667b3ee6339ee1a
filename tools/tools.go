//go:build tools

// Package tools names the commands this module pins: the Pulumi CLI, built only
// where no usable one is on PATH (see setup).
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"

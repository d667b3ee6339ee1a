// Package config reads a stack's configuration into the fields of its parts.
//
// Each part lists its keys as package flag lists flags: a row binds a field to a name, and
// says its type, default, what is accepted, and what it is for. The rows of all parts are
// the one table from which the configuration is read and checked, and from which the
// config section of Pulumi.yaml and the table for readers are written.
//
// It is plain Go and imports no SDK.
package config

// Package fleet declares the instances that serve: what they may do, how they boot, how
// many there are, and how they are replaced.
package fleet

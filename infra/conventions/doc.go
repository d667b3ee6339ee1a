// Package conventions is what all parts of the declaration agree on: how resources are
// tagged, how policies are written, what is kept when something goes, what parts ask of
// each other, and what follows from an instance type's name. It declares nothing, and
// imports no other part.
package conventions

package network

import "myclothes/infra/conventions"

// Site is where a part is declared and by which conventions: what every part needs of
// what was declared before it.
type Site struct {
	Location  Location
	Network   *Network
	Groups    *SecurityGroups
	Tags      conventions.Tags
	Retention conventions.Retention
}

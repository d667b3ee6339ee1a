package main

import (
	"embed"

	"myclothes/local/fingerprint"
)

// sources is the code that a local cloud runs. The declaration and the engine are not
// in it: they run in the commands, which are new every time.
//
//go:embed boot cloud control fingerprint provider
var sources embed.FS

// cloudBuild names the code that a local cloud of this program runs.
func cloudBuild() (string, error) { return fingerprint.Of(sources) }

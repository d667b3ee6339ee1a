package engine

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// protections are what an engine refuses because of the option protect, and whether it
// refuses anything else.
type protections struct {
	refused map[string]bool // by URN
	cut     bool            // the engine ended the preview there
	others  string          // the first error of another cause
}

// The engine's words, of version 3.220.0. In a preview it goes on after it has refused to
// replace a resource (pkg/resource/deploy/step_generator.go), and no longer where the
// resource has to be replaced with another one, or is deleted (step.go).
const (
	refusesReplacement = "as it is currently marked for protection"
	refusesWithAnother = "as part of replacing"
	refusesDeletion    = "because it is protected"
	onlySaysThatFailed = "preview failed"
)

func (p *protections) see(event apitype.EngineEvent) {
	var text string
	switch {
	case !isError(event):
		return
	case event.ErrorEvent != nil:
		text = event.ErrorEvent.Error
	default:
		text = event.DiagnosticEvent.Message
	}
	deletion := strings.Contains(text, refusesDeletion)
	switch {
	case deletion, strings.Contains(text, refusesReplacement):
		if p.refused == nil {
			p.refused = map[string]bool{}
		}
		p.refused[strings.Split(text+`""`, `"`)[1]] = true // the URN stands first in quotes
		p.cut = p.cut || deletion || strings.Contains(text, refusesWithAnother)
	case len(p.refused) == 0 || !strings.Contains(text, onlySaysThatFailed):
		p.others = cmp.Or(p.others, text)
	}
}

// onlyProtected says whether nothing but protect makes a preview fail.
func (p *protections) onlyProtected() bool { return len(p.refused) > 0 && p.others == "" }

func (p *protections) blocked() []string { return slices.Sorted(maps.Keys(p.refused)) }

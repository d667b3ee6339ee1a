package forecast

import (
	"myclothes/infra/guards"
	"myclothes/local/engine"
)

// change is what is asked about.
type change struct {
	plan          *engine.Plan
	before, after guards.Graph
}

// answerers answer the questions. Whoever has no reason says no.
var answerers = [len(questions)]func(*change) Answer{
	DataLost: notYet, Interrupted: notYet, CartsLost: notYet, Reach: notYet, Rolls: notYet, Cost: notYet,
}

func notYet(c *change) Answer {
	if c.plan.Empty() {
		return Answer{}
	}
	return Answer{Because: []Reason{{Verdict: Unknown, Text: "Nobody has looked."}}}
}

// conclude draws the verdict from the reasons.
func conclude(question Question, answer Answer) Answer {
	answer.Question, answer.Verdict = question, No
	for _, reason := range answer.Because {
		if reason.Verdict == Yes || answer.Verdict == No {
			answer.Verdict = reason.Verdict
		}
	}
	return answer
}

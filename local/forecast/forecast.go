// Package forecast says what a change of the declaration would do on AWS, in answers to
// the six questions that people ask before they deploy: see Question. It is computed from
// a plan of the engine and from what is declared before and after it, and starts nothing.
//
// An answer is no only where everything that changes is known not to do it. What only an
// update will tell, and kinds of resources that no table here knows, are unknown.
package forecast

import (
	"time"

	"myclothes/infra/guards"
	"myclothes/local/engine"
)

// Question is what people ask.
type Question int

// The questions, in the order in which they are answered.
const (
	DataLost    Question = iota // Is data lost?
	Interrupted                 // Is the shop interrupted, and for how long?
	CartsLost                   // Are carts or sessions lost, and whose?
	Reach                       // Who can reach what that could not before, and the reverse?
	Rolls                       // Does the fleet roll, and because of what?
	Cost                        // What does it cost a month, before and after?
)

// questions is the table of them: their keys are for programs.
var questions = [...]struct{ key, text string }{
	DataLost:    {"dataLost", "Is data lost?"},
	Interrupted: {"interrupted", "Is the shop interrupted?"},
	CartsLost:   {"cartsLost", "Are carts or sessions lost?"},
	Reach:       {"reach", "Does anybody reach more, or less?"},
	Rolls:       {"rolls", "Does the fleet roll?"},
	Cost:        {"cost", "Does it cost more, or less?"},
}

// String is the question as people read it.
func (q Question) String() string { return questions[q].text }

// MarshalText is the question's key, which is the same for life.
func (q Question) MarshalText() ([]byte, error) { return []byte(questions[q].key), nil }

// Verdict is an answer in one word.
type Verdict string

// The verdicts.
const (
	No      Verdict = "no"
	Yes     Verdict = "yes"
	Unknown Verdict = "unknown"
)

// Reason is one thing that an answer follows from.
type Reason struct {
	Verdict Verdict `json:"verdict"` // what would be the answer if there were nothing else
	Text    string  `json:"text"`    // a sentence
	// URN is the resource that it is about, "" if it is about several, or none.
	URN string `json:"urn,omitempty"`
	// Later says that it happens in the next maintenance window, and not with the update.
	Later bool `json:"later,omitempty"`
}

// Span is how long something takes on AWS. A cloud of another scale takes that share of
// it (aws.Timings.Scaled).
type Span struct {
	Least time.Duration `json:"least"`
	Most  time.Duration `json:"most"` // 0 if there is no end that anybody knows
}

// Whose carts are lost, and who must sign in again.
const (
	Guests    = "guests"
	Customers = "customers"
)

// Answer answers one question.
type Answer struct {
	Question Question `json:"question"`
	Verdict  Verdict  `json:"verdict"` // yes if one reason says so, else unknown if one does
	Because  []Reason `json:"because"`

	// Outage is how long requests fail, for those whom it meets: of Interrupted alone, nil
	// if it is not yes.
	Outage *Span `json:"outage,omitempty"`
	// Whose carts or sessions are lost, Guests or Customers or both: of CartsLost alone.
	Whose []string `json:"whose,omitempty"`
	// Opened and Closed are who reaches what, in the words of guards.Flow and of the
	// permissions: of Reach alone.
	Opened []string `json:"opened,omitempty"`
	Closed []string `json:"closed,omitempty"`
}

// Forecast is what a change would do.
type Forecast struct {
	Answers [len(questions)]Answer `json:"answers"` // by Question: all of them, always
	// Refused is why the update would not be carried out, or not to its end: what AWS and
	// the engine are known to refuse.
	Refused []string `json:"refused,omitempty"`
	// Broken and Kept are rules of infra/guards that would be broken and are kept now, and
	// the reverse.
	Broken []string `json:"broken,omitempty"`
	Kept   []string `json:"kept,omitempty"`

	*engine.Plan
}

// Of forecasts what a plan does to a stack that is as before says, and would be as after
// says. Both may be incomplete where the plan was made from what AWS's provider knows:
// what is not known there is plain.Unknown.
func Of(plan *engine.Plan, before, after guards.Graph) *Forecast {
	c := &change{plan: plan, before: before, after: after}
	f := &Forecast{Plan: plan}
	for question, answer := range answerers {
		a := answer(c)
		c.block(&a)
		f.Answers[question] = conclude(Question(question), a)
	}
	f.Refused = c.refused
	broken, kept := findings(before), findings(after)
	if c.fresh() {
		broken = kept
	}
	f.Broken, f.Kept = without(kept, broken), without(broken, kept)
	return f
}

// findings are the rules that a graph breaks.
func findings(g guards.Graph) (all []string) {
	for _, finding := range guards.Check(g) {
		all = append(all, finding.String())
	}
	return all
}

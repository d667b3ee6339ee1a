package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/forecast"
)

// forecasted is a forecast as a preview prints it for programs.
type forecasted struct {
	Answers []answer `json:"answers"`
	Refused []string `json:"refused"`
}

// answer is what was forecast to one question, by its key.
type answer struct {
	Question string           `json:"question"`
	Verdict  forecast.Verdict `json:"verdict"`
	Because  []reason         `json:"because"`
	Outage   *forecast.Span   `json:"outage"`
	Whose    []string         `json:"whose"`
	Opened   []string         `json:"opened"`
	Closed   []string         `json:"closed"`
}

// reason is what an answer follows from.
type reason struct {
	Verdict forecast.Verdict `json:"verdict"`
	Text    string           `json:"text"`
	Later   bool             `json:"later"`
}

// later says whether all that was forecast waits for the maintenance window, and must not
// happen with the update.
func (a answer) later() bool {
	return a.Verdict == forecast.Yes && len(a.Because) > 0 && !slices.ContainsFunc(a.Because, func(r reason) bool {
		return r.Verdict == forecast.Yes && !r.Later
	})
}

// to is the answer to a question; without a forecast it is unknown.
func (f forecasted) to(question forecast.Question) answer {
	key, _ := question.MarshalText() // which never fails
	for _, a := range f.Answers {
		if a.Question == string(key) {
			return a
		}
	}
	return answer{Question: string(key), Verdict: forecast.Unknown}
}

// judgement is how forecast and measurement compare.
type judgement string

// The judgements.
const (
	agrees     judgement = "agree"
	falseNo    judgement = "**false no**"
	falseYes   judgement = "false yes"
	coarse     judgement = "agree within the resolution" // a larger -scale tells seconds more exactly
	offSeconds judgement = "**off**"                     // both say yes, and the seconds are more than twice apart
	unknown    judgement = "unknown"
	unmeasured judgement = "not measured"
)

// wrong says whether a judgement is a defect of the forecast that nobody may meet.
func (j judgement) wrong() bool { return j == falseNo || j == offSeconds }

// judge compares a verdict with whether it happened.
func judge(verdict forecast.Verdict, happened bool) judgement {
	switch {
	case verdict == forecast.Unknown:
		return unknown
	case verdict == forecast.No && happened:
		return falseNo
	case verdict == forecast.Yes && !happened:
		return falseYes
	}
	return agrees
}

// resolution is how exactly an outage is measured here, in which people try again only
// after half a second.
const resolution = time.Second

// judgeOutage compares seconds, too: an outage is within the span, and twice of it, and
// what cannot be measured.
func judgeOutage(a answer, outage time.Duration, scale float64) judgement {
	if a.later() {
		return judge(forecast.No, outage > 0)
	}
	verdict := judge(a.Verdict, outage > 0)
	if outage == 0 && a.Outage != nil && a.Outage.Least == 0 {
		return agrees // it was forecast that nobody may notice
	}
	if verdict != agrees || a.Outage == nil || outage == 0 {
		return verdict
	}
	here := aws.Timings{Scale: scale}
	least, most := here.Scaled(a.Outage.Least)/2, 2*here.Scaled(a.Outage.Most)
	apart := least - outage
	if a.Outage.Most > 0 {
		apart = max(apart, outage-most)
	}
	switch {
	case apart > resolution:
		return offSeconds
	case apart > 0:
		return coarse
	}
	return agrees
}

// judgeList is judge for an answer that lists what happens: all that happened must be in it.
func judgeList(verdict forecast.Verdict, listed, happened []string) judgement {
	j := judge(verdict, len(happened) > 0)
	if j == agrees && !names(listed, happened) {
		return falseNo
	}
	return j
}

// names says whether a list mentions everything.
func names(listed, everything []string) bool {
	return !slices.ContainsFunc(everything, func(what string) bool {
		return !slices.ContainsFunc(listed, func(said string) bool { return strings.Contains(said, what) })
	})
}

// judgeReach is judgeList for flows. Permissions have words of their own in a forecast, so
// that only the verdict counts for them.
func judgeReach(a answer, m measured) judgement {
	flows := append(slices.Clone(m.Opened), m.Closed...)
	j := judge(a.Verdict, len(flows)+len(m.Permitted) > 0)
	if j == agrees && !names(append(slices.Clone(a.Opened), a.Closed...), flows) {
		return falseNo
	}
	return j
}

// cell is one comparison as the table shows it.
type cell struct {
	forecast forecast.Verdict
	measured string
	judgement
}

func (c cell) String() string {
	if c.judgement == unmeasured {
		return string(c.forecast) + " · –"
	}
	return fmt.Sprintf("%s · %s · %s", c.forecast, c.measured, c.judgement)
}

// judgeAll compares a forecast with what came of it, question by question.
func judgeAll(r row, f forecasted, m measured, scale float64) []cell {
	lost, interrupted, carts, reach, rolls, costs := f.to(forecast.DataLost), f.to(forecast.Interrupted), f.to(forecast.CartsLost),
		f.to(forecast.Reach), f.to(forecast.Rolls), f.to(forecast.Cost)
	outage := "no"
	if m.Outage > 0 {
		outage = fmt.Sprintf("%.0f s", m.Outage.Seconds()/onAWS(scale))
	}
	switch said := interrupted.Outage; {
	case said == nil:
	case said.Most == 0:
		outage += fmt.Sprintf(" of %.0f or more", said.Least.Seconds())
	default:
		outage += fmt.Sprintf(" of %.0f to %.0f", said.Least.Seconds(), said.Most.Seconds())
	}
	if interrupted.later() {
		outage += ", later"
	}
	cells := []cell{
		{lost.Verdict, words(m.Lost), judge(lost.Verdict, len(m.Lost) > 0)},
		{interrupted.Verdict, outage, judgeOutage(interrupted, m.Outage, scale)},
		{carts.Verdict, words(m.Whose), judgeList(carts.Verdict, carts.Whose, m.Whose)},
		{reach.Verdict, words(m.reach()), judgeReach(reach, m)},
		{rolls.Verdict, yes(m.Rolled), judge(rolls.Verdict, m.Rolled)},
		{costs.Verdict, fmt.Sprintf("%+.2f USD", m.Delta), judge(costs.Verdict, m.Costs)},
	}
	for question := range cells {
		people := question == int(forecast.Interrupted) || question == int(forecast.CartsLost)
		if r.unable != "" || r.anyway != "" && people {
			cells[question].judgement = unmeasured
		}
	}
	return cells
}

// reach says who reaches what that could not before, and the reverse.
func (m measured) reach() []string {
	all := append(signed("+", m.Opened), signed("−", m.Closed)...)
	if len(m.Permitted) > 0 {
		all = append(all, fmt.Sprintf("%d permissions", len(m.Permitted)))
	}
	return all
}

// onAWS is how long a second of AWS takes here.
func onAWS(scale float64) float64 {
	return aws.Timings{Scale: scale}.Scaled(time.Second).Seconds()
}

func yes(happened bool) string {
	if happened {
		return "yes"
	}
	return "no"
}

func words(list []string) string {
	if len(list) == 0 {
		return "no"
	}
	return strings.Join(list, ", ")
}

func signed(sign string, list []string) (all []string) {
	for _, element := range list {
		all = append(all, sign+element)
	}
	return all
}

package provider

import (
	"errors"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"myclothes/local/cloud/aws"
)

func (p *resources) remember(typ string, r aws.Resource, inputs map[string]any) {
	p.liveMu.Lock()
	defer p.liveMu.Unlock()
	key := liveResource{typ, r.ID}
	before, had := p.live[key]
	if !had {
		p.turns++
		before.turn = p.turns
	}
	p.live[key] = made{r, inputs, before.turn}
}

// keep adds to inputs those that a resource has and keeps although nobody declares them
// any more.
func (p *resources) keep(k kind, typ, id string, inputs map[string]any) {
	p.liveMu.Lock()
	defer p.liveMu.Unlock()
	has := p.live[liveResource{typ, id}].inputs
	for _, name := range k.keep {
		if value, kept := has[name]; kept && inputs[name] == nil {
			inputs[name] = value
		}
	}
}

func (p *resources) forget(typ, id string) {
	p.liveMu.Lock()
	defer p.liveMu.Unlock()
	delete(p.live, liveResource{typ, id})
}

// refuse notes whether AWS would delete a resource. An error that is not AWS's is none of
// its refusals.
func (p *resources) refuse(urn string, err error) {
	p.liveMu.Lock()
	defer p.liveMu.Unlock()
	delete(p.refused, urn)
	if refusal, ok := errors.AsType[aws.Error](err); ok {
		p.refused[urn] = refusal
	}
}

// refusals lists what is not deleted, and why, in the order of the URNs.
func (p *resources) refusals() []string {
	p.liveMu.Lock()
	defer p.liveMu.Unlock()
	var all []string
	for _, urn := range slices.Sorted(maps.Keys(p.refused)) {
		all = append(all, resource.URN(urn).Name()+": "+p.refused[urn].Error())
	}
	return all
}

func (p *resources) knows(typ, id string) bool {
	p.liveMu.Lock()
	defer p.liveMu.Unlock()
	_, ok := p.live[liveResource{typ, id}]
	return ok
}

// isRecorded says whether nothing stands for the resources of a type.
func (p *resources) isRecorded(typ string) bool {
	return p.services[typ] == nil && !p.kinds[typ].implied
}

// recorded counts the live resources that nothing stands for.
func (p *resources) recorded() map[string]int {
	p.liveMu.Lock()
	defer p.liveMu.Unlock()
	count := map[string]int{}
	for r := range p.live {
		if p.isRecorded(r.kind) {
			count[r.kind]++
		}
	}
	return count
}

// ineffective lists, by type, the inputs of live resources that change nothing here. Of
// those that are only recorded nothing has an effect, so they are left out.
func (p *resources) ineffective() map[string][]string {
	p.liveMu.Lock()
	defer p.liveMu.Unlock()
	found := map[string][]string{}
	for r, made := range p.live {
		l, _ := listingOf(r.kind)
		if without := l.Ineffective(made.inputs); len(without) > 0 && !p.isRecorded(r.kind) {
			found[r.kind] = append(found[r.kind], without...)
		}
	}
	for typ, inputs := range found {
		slices.Sort(inputs)
		found[typ] = slices.Compact(inputs)
	}
	return found
}

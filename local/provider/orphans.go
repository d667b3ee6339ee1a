package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// orphan is a live resource that the engine knows nothing of.
type orphan struct {
	kind string
	made
}

// RemoveOrphans removes what an engine that was ended in the middle of an update leaves:
// resources that it asked for, and whose answer it did not get. That is all but what known
// names, by type and id. The last that was made goes first. RemoveOrphans returns what it
// removed, for people. It is for when no engine is attached, and waits for operations that
// still end. What AWS would refuse to delete stays, and is an error.
func (s *Server) RemoveOrphans(ctx context.Context, known func(typ, id string) bool) (removed []string, err error) {
	return s.aws.removeOrphans(ctx, known)
}

func (p *resources) removeOrphans(ctx context.Context, known func(typ, id string) bool) (removed []string, err error) {
	p.underWay.Lock()
	defer p.underWay.Unlock()
	for _, o := range p.orphans(known) {
		name := o.kind + " " + o.Name
		if s := p.services[o.kind]; s != nil {
			if problem := s.remove(ctx, o.Resource); problem != nil {
				err = errors.Join(err, fmt.Errorf("%s: %w", name, problem))
				continue
			}
		}
		p.forget(o.kind, o.ID)
		removed = append(removed, name)
	}
	return removed, err
}

// orphans lists the resources that are not known, the last that was made first.
func (p *resources) orphans(known func(typ, id string) bool) []orphan {
	p.liveMu.Lock()
	defer p.liveMu.Unlock()
	var all []orphan
	for r, made := range p.live {
		if !known(r.kind, r.id) {
			all = append(all, orphan{r.kind, made})
		}
	}
	slices.SortFunc(all, func(a, b orphan) int { return cmp.Compare(b.turn, a.turn) })
	return all
}

package fleet

import (
	"maps"
	"slices"
	"sync"
)

// Zones knows which Availability Zones are lost.
type Zones struct {
	mu   sync.Mutex
	lost map[string]bool
}

// Set says whether a zone is lost.
func (z *Zones) Set(zone string, lost bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.lost == nil {
		z.lost = map[string]bool{}
	}
	z.lost[zone] = lost
}

// IsLost says whether a zone is.
func (z *Zones) IsLost(zone string) bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.lost[zone]
}

// Imbalance returns how many instances must move so that no zone has two more than
// another. It counts those that a zone has; who is where no zone is, must move too.
func Imbalance(members map[string]int, elsewhere int) int {
	if len(members) == 0 {
		return 0
	}
	counts := slices.Sorted(maps.Values(members))
	moves := elsewhere
	for counts[len(counts)-1]-counts[0] > 1 {
		counts[0]++
		counts[len(counts)-1]--
		moves++
		slices.Sort(counts)
	}
	return moves
}

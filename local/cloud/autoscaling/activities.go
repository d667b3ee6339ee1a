package autoscaling

import (
	"fmt"

	"myclothes/local/cloud/autoscaling/fleet"
)

// Activities lists what has been launched and terminated in a group, the last first.
func (s *Groups) Activities(name string) ([]fleet.Activity, error) {
	g, err := s.find(name)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.activities.Latest(), nil
}

func (g *group) begin(description, cause string) *fleet.Activity {
	return g.activities.Begin(g.name, description, cause)
}

// causeOfLaunch says in AWS's words why an instance is launched.
func (g *group) causeOfLaunch() string {
	if g.refreshing() != nil {
		return "an instance was launched in response to an instance refresh"
	}
	return fmt.Sprintf("an instance was started in response to a difference between desired and actual capacity, increasing the capacity from %d to %d",
		g.count(), g.count()+1)
}

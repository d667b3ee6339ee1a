package refresh

// Counts are how many instances a group has during a refresh, without those that leave.
type Counts struct {
	Desired  int
	Fresh    int // that stay
	Warm     int // of these, those in service, healthy and warm
	Old      int // that are to be replaced
	OldReady int // of these, those in service and healthy
	Keep     int // of the old ones, how many a checkpoint keeps for now
}

// pace is how far from the desired capacity a refresh may go, in percent of it.
type pace struct{ least, most int }

// step returns what to do next within the percentages that must be in service and may
// exist. With all of them in service it launches before it terminates, one more at
// least. If less are enough but there is no room, one instance is replaced after the
// other, and capacity is short by one meanwhile.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
func (p pace) step(f Counts) (launches, dismissals int) {
	least, most := percentOf(f.Desired, p.least), percentOf(f.Desired, p.most)
	switch {
	case p.least >= 100:
		most = max(most, f.Desired+1)
	case most <= f.Desired:
		least = min(least, f.Desired-1)
	}
	spare := max(0, f.Warm+f.OldReady-least)
	dismissals = min(f.Old-f.Keep, f.Old-f.OldReady+spare)
	if f.Old == 0 {
		dismissals = f.Fresh - f.Desired // a smaller capacity is wanted
	}
	dismissals = max(0, dismissals)
	launches = max(0, min(f.Desired-f.Fresh-f.Keep, most-f.Fresh-(f.Old-dismissals)))
	return launches, dismissals
}

// percentOf rounds up.
func percentOf(number, percent int) int { return (number*percent + 99) / 100 }

// checkpoint returns how many of total may be replaced until the one that comes next, and
// which one that is. One that has been passed already is skipped, as AWS does.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-adding-checkpoints-instance-refresh.html
func checkpoint(percentages []int, passed, total, replaced int) (limit, next int) {
	for next = passed; next < len(percentages); next++ {
		limit = percentOf(total, percentages[next])
		later := next+1 < len(percentages) && replaced >= percentOf(total, percentages[next+1])
		if !later {
			return limit, next
		}
	}
	return total, next
}

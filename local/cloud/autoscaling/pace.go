package autoscaling

// fleet counts a group's instances during a refresh, without those that leave.
type fleet struct {
	desired  int
	fresh    int // that stay
	warm     int // of these, those in service, healthy and warm
	old      int // that are to be replaced
	oldReady int // of these, those in service and healthy
	keep     int // of the old ones, how many a checkpoint keeps for now
}

// pace is how far from the desired capacity a refresh may go, in percent of it.
type pace struct{ least, most int }

// step returns what to do next within the percentages that must be in service and may
// exist. With all of them in service it launches before it terminates, one more at
// least. If less are enough but there is no room, one instance is replaced after the
// other, and capacity is short by one meanwhile.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
func (p pace) step(f fleet) (launches, dismissals int) {
	least, most := percentOf(f.desired, p.least), percentOf(f.desired, p.most)
	switch {
	case p.least >= 100:
		most = max(most, f.desired+1)
	case most <= f.desired:
		least = min(least, f.desired-1)
	}
	spare := max(0, f.warm+f.oldReady-least)
	dismissals = min(f.old-f.keep, f.old-f.oldReady+spare)
	if f.old == 0 {
		dismissals = f.fresh - f.desired // a smaller capacity is wanted
	}
	dismissals = max(0, dismissals)
	launches = max(0, min(f.desired-f.fresh-f.keep, most-f.fresh-(f.old-dismissals)))
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

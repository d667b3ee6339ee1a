package operate

import (
	"context"
	"slices"

	"myclothes/local/cloud/cloudwatch"
	"myclothes/local/cloud/operate/wire"
)

type describeAlarmHistory struct {
	AlarmName  string
	MaxRecords int
	NextToken  string
}

type alarmHistory struct {
	AlarmHistoryItems []alarmHistoryItem `xml:"AlarmHistoryItems>member"`
	NextToken         string             `xml:",omitempty" cbor:",omitempty"`
}

type alarmHistoryItem struct {
	AlarmName, AlarmType, HistoryItemType, HistorySummary string
	Timestamp                                             wire.Moment
}

// describeAlarmHistory tells the changes of states, the last first.
func (s watching) describeAlarmHistory(_ context.Context, in describeAlarmHistory) (out alarmHistory, err error) {
	var names []string
	if in.AlarmName != "" {
		names = append(names, in.AlarmName)
	}
	var changes []cloudwatch.Change
	for _, a := range s.alarms.Describe(names...) {
		changes = append(changes, a.History...)
	}
	slices.SortFunc(changes, func(a, b cloudwatch.Change) int { return b.Time.Compare(a.Time) })
	changes, out.NextToken, err = page(changes, in.NextToken, in.MaxRecords)
	for _, c := range changes {
		out.AlarmHistoryItems = append(out.AlarmHistoryItems, alarmHistoryItem{
			c.Alarm, "MetricAlarm", "StateUpdate", "Alarm updated from " + string(c.From) + " to " + string(c.To) + ": " + c.Reason, wire.At(c.Time)})
	}
	return out, err
}

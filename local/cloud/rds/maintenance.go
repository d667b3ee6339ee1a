package rds

import (
	"context"

	"myclothes/local/cloud/datastore"
)

// deferred are the properties whose change waits for the maintenance window: "Settings for
// DB instances",
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html.
// Others are changed at once whatever is declared: the password, security groups, the
// parameter group, deletion protection.
var deferred = []datastore.Deferred[Instance]{
	datastore.Defer("instanceClass", func(d *Instance) *string { return &d.InstanceClass }),
	datastore.Defer("engineVersion", func(d *Instance) *string { return &d.EngineVersion }),
	datastore.Defer("allocatedStorage", func(d *Instance) *int { return &d.AllocatedStorage }),
	datastore.Defer("multiAz", func(d *Instance) *bool { return &d.MultiAZ }),
	datastore.Defer("dbSubnetGroupName", func(d *Instance) *string { return &d.DBSubnetGroupName }),
	datastore.DeferIf("backupRetentionPeriod", func(d *Instance) *int { return &d.BackupRetentionPeriod },
		func(now, next int) bool { return (now == 0) != (next == 0) }),
}

// Maintain applies what waits for the maintenance window, and returns what that was.
func (i *instance) Maintain(ctx context.Context) ([]string, error) {
	return i.Apply(ctx, i.change)
}

package data

import (
	"fmt"

	"myclothes/infra/config"
)

// DatabaseConfig is what can be configured of the database.
type DatabaseConfig struct {
	Port                int
	InstanceClass       string // of primary and replicas
	EngineVersion       string // a major version, which follows minor ones, or a full one
	StorageGB           int
	MaxStorageGB        int // storage grows up to it
	MultiAZ             bool
	ReadReplicas        int
	BackupRetentionDays int
}

// Keys are the keys of the database.
func (c *DatabaseConfig) Keys() []config.Key {
	return []config.Key{
		config.Integer(&c.Port, "databasePort", 5432, 1150, 65535, "Port of the database, {least} to {most}"),
		config.Pattern(&c.InstanceClass, "databaseInstanceClass", "db.t4g.medium", `db\.[a-z0-9]+\.[a-z0-9]+`, "RDS instance class of primary and replicas"),
		config.Pattern(&c.EngineVersion, "databaseEngineVersion", "17", `1[4-9](\.\d+)?`,
			"PostgreSQL version: a major one (17), which follows minor upgrades, or a full one (17.4)"),
		config.Integer(&c.StorageGB, "databaseStorageGb", 20, 20, 65536, "Storage of the database in GiB, at least {least}"),
		config.Integer(&c.MaxStorageGB, "databaseMaxStorageGb", 100, 20, 65536, "Up to how many GiB storage grows by itself, at least databaseStorageGb"),
		config.Boolean(&c.MultiAZ, "databaseMultiAz", true, "Keep a synchronous standby of the database in another zone"),
		config.Integer(&c.ReadReplicas, "readReplicas", 1, 0, 15, "Read replicas of the database, {least} to {most}; they need backups"),
		config.Integer(&c.BackupRetentionDays, "backupRetentionDays", 7, 0, 35,
			"How many days of point-in-time recovery the database keeps, {least} to {most}"),
	}
}

// Check refuses what RDS would refuse half-way.
func (c *DatabaseConfig) Check(p *config.Problems) {
	p.RefuseIf(c.ReadReplicas > 0 && c.BackupRetentionDays == 0, "backupRetentionDays", c.BackupRetentionDays,
		fmt.Sprintf("1 to 35 with readReplicas %d: RDS makes replicas from backups", c.ReadReplicas))
	p.RefuseIf(c.MaxStorageGB < c.StorageGB, "databaseMaxStorageGb", c.MaxStorageGB,
		fmt.Sprintf("at least databaseStorageGb (%d)", c.StorageGB))
}

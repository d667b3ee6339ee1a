package infra

import (
	"myclothes/infra/data"
	"myclothes/infra/edge"
	"myclothes/infra/fleet"
)

func (s *stack) cacheArgs() *data.CacheArgs {
	return &data.CacheArgs{
		Site:             s.site,
		NodeType:         s.config.CacheNodeType,
		Port:             s.config.CachePort,
		Replicas:         s.config.CacheReplicas,
		Durability:       s.config.CartDurability,
		ApplyImmediately: s.config.ApplyImmediately,
	}
}

func (s *stack) databaseArgs() *data.DatabaseArgs {
	return &data.DatabaseArgs{
		Site:                s.site,
		InstanceClass:       s.config.DatabaseInstanceClass,
		EngineVersion:       s.config.DatabaseEngineVersion,
		Port:                s.config.DatabasePort,
		StorageGB:           s.config.DatabaseStorageGB,
		MaxStorageGB:        s.config.DatabaseMaxStorageGB,
		MultiAZ:             s.config.DatabaseMultiAZ,
		ReadReplicas:        s.config.ReadReplicas,
		BackupRetentionDays: s.config.BackupRetentionDays,
		ApplyImmediately:    s.config.ApplyImmediately,
	}
}

// service is what the service is told, besides where its stores are. It has less time to
// finish requests than the load balancer waits for it, which has stopped sending new ones.
func (s *stack) service() fleet.Service {
	return fleet.Service{
		Port:                 s.config.AppPort,
		AdminPort:            s.config.AdminPort,
		Release:              s.binary.SHA256,
		CartStore:            string(s.config.CartStore),
		SessionCookie:        edge.SessionCookie(s.config.CertificateArn),
		SessionTTLHours:      s.config.SessionTTLHours,
		SessionLimitDays:     s.config.SessionLimitDays,
		NewSessionsPerClient: s.config.NewSessionsPerClient,
		ShutdownSeconds:      s.config.DeregistrationSeconds - 5,
	}
}

package forecast

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"myclothes/infra/guards"
	"myclothes/local/cloud/aws"
	"myclothes/local/engine"
)

// interrupted asks every change whether requests fail because of it.
func interrupted(c *change) (a Answer) {
	if c.fresh() {
		return Answer{Because: nothing(c, "there is no shop yet")}
	}
	var all []finding
	for _, ch := range c.changes() {
		for _, f := range c.outage(ch) {
			f.URN = ch.URN
			all = append(all, f)
		}
	}
	all = append(all, c.rollOutage()...)
	all = append(all, c.lockedOut()...)
	all = append(all, c.movedOut()...)
	all = append(all, c.forbidden()...)
	all = append(all, c.newKeys()...)
	endless := false
	for _, f := range all {
		a.Because = append(a.Because, f.Reason)
		if f.Verdict != Yes {
			continue
		}
		if a.Outage == nil {
			a.Outage = &Span{}
		}
		a.Outage.Least = max(a.Outage.Least, f.Least)
		a.Outage.Most = max(a.Outage.Most, f.Most) // they run beside each other
		endless = endless || f.Most == 0
	}
	if endless && a.Outage != nil {
		a.Outage.Most = 0
	}
	return a
}

// nothing is the reason for a no, if there is anything to explain.
func nothing(c *change, text string) []Reason {
	if c.plan.Empty() {
		return nil
	}
	return []Reason{{Verdict: No, Text: text}}
}

func (c *change) outage(ch engine.Change) []finding {
	if moved := c.moved(); moved.URN != "" && moved.URN != ch.URN && ofNetwork[ch.Type] {
		return nil // told once, with the network
	}
	switch {
	case !known(ch.Type):
		return []finding{{Reason: Reason{Verdict: Unknown, Text: fate(ch) + ", and no table here knows what that does to requests"}}}
	case ch.Operation == engine.Create:
		return nil
	case ch.Operation == engine.Update:
		return c.inPlace(ch)
	}
	if row := replaced[ch.Type]; row != nil {
		return row(c, ch)
	}
	return nil
}

func (c *change) inPlace(ch engine.Change) (all []finding) {
	told := map[string]bool{}
	for _, p := range ch.Properties {
		name := root(p.Path)
		does := effects[ch.Type][name]
		switch {
		case told[name] || isGuard(p) || byGraph[ch.Type]:
		case does != nil:
			all = append(all, does(c, ch, p)...)
		case !isHarmless(ch.Type, name):
			all = append(all, finding{Reason: Reason{Verdict: Unknown, Text: fmt.Sprintf("%s: %s: no table here knows what that does to requests", ch.Title(), turn(p))}})
		}
		told[name] = true
	}
	return all
}

// byGraph are the types whose changes in place are judged by what follows from them: a
// roll, flows, or grants.
var byGraph = map[string]bool{
	guards.LaunchTemplate: true, guards.SecurityGroupIngressRule: true, guards.SecurityGroupEgressRule: true, guards.RolePolicy: true, guards.BucketPolicy: true,
}

// replaced are, by type, what it does to requests that a resource is replaced or deleted.
// A type of the table harmless that is not here fails none.
var replaced = map[string]func(*change, engine.Change) []finding{
	guards.DBInstance: storeGoes, guards.ReplicationGroup: storeGoes, guards.Table: storeGoes,
	guards.LoadBalancer: balancerGoes, guards.TargetGroup: targetsGo, guards.Listener: listenerGoes,
	guards.AutoScalingGroup: fleetGoes, guards.SecurityGroup: groupGoes,
	guards.VpcResource: networkGoes, guards.Subnet: networkGoes, "aws:ec2/internetGateway:InternetGateway": networkGoes,
	guards.CacheSubnetGroup: networkGoes, guards.DBSubnetGroup: networkGoes,
	guards.Route: routeGoes, guards.RouteTableAssociation: routeGoes, "aws:ec2/routeTable:RouteTable": routeGoes,
	guards.Role: identityGoes, guards.InstanceProfile: identityGoes, guards.RolePolicy: identityGoes, guards.RandomPassword: passwordGoes, guards.SecretVersion: secretGoes,
	guards.VpcEndpoint: endpointGoes,
}

// storeGoes is a store that instances use until they are replaced themselves.
func storeGoes(c *change, ch engine.Change) []finding {
	roll := c.rollTime()
	used := map[string]bool{"elasticache": ch.Type == guards.ReplicationGroup, "dynamodb": ch.Type == guards.Table}
	from, _ := c.stores()
	switch {
	case c.was(ch).Input("replicateSourceDb") != nil:
		return []finding{{Reason: Reason{Verdict: No, Text: fate(ch) + ": reads go to the other replicas or the primary"}}}
	case ch.Type == guards.Table && from.known && !used[from.name]:
		return nil
	case ch.Operation == engine.Delete && ch.Type != guards.Table && !c.succeeded(ch):
		return []finding{{Reason{Verdict: Yes, Text: fate(ch) + ", and the shop cannot do without"}, Span{roll.first, 0}}}
	case ch.Order == engine.DeleteFirst:
		return []finding{{Reason{Verdict: Yes, Text: fate(ch) + ": there is none until the new one is made, and every instance was replaced"}, Span{5 * time.Minute, time.Hour + roll.whole}}}
	}
	return []finding{{Reason{Verdict: Yes, Text: fate(ch) + ": the old one goes before the last instance that uses it"}, Span{roll.first, roll.whole}}}
}

// succeeded says whether another store of the kind is made in place of one that is deleted,
// as it is when what declares it has another name. The fleet rolls to that.
func (c *change) succeeded(ch engine.Change) bool {
	return c.roll().yes && slices.ContainsFunc(c.changes(ch.Type), func(other engine.Change) bool {
		return other.Operation == engine.Create && c.is(other).Input("replicateSourceDb") == nil
	})
}

func balancerGoes(c *change, ch engine.Change) []finding {
	if c.was(ch).Input("enableDeletionProtection") == true {
		c.refuse("AWS refuses to delete %s while its enableDeletionProtection is on", ch.Title())
	}
	return []finding{{Reason{Verdict: Yes, Text: fate(ch) + ": the shop has another address, and is closed to whoever has the old one"}, Span{onAWS(aws.DNSLifetime), 0}}}
}

// targetsGo is a target group that is replaced: until instances are healthy in the new
// one, nobody answers.
func targetsGo(c *change, ch engine.Change) []finding {
	if ch.Operation == engine.Delete {
		return []finding{{Reason{Verdict: Yes, Text: fate(ch) + ": nobody answers"}, Span{time.Second, 0}}}
	}
	roll := c.rollTime()
	if c.was(ch).Input("port") == c.is(ch).Input("port") {
		return []finding{{Reason{Verdict: Yes, Text: fate(ch) + ": the listener forwards to it before instances are healthy in it"}, Span{healthy, time.Minute}}}
	}
	return []finding{{Reason{Verdict: Yes, Text: fate(ch) + ": the listener forwards to it, and only instances that are launched anew answer at its port"},
		Span{onAWS(aws.InstanceBoot), onAWS(aws.InstanceBoot) + roll.first + 2*time.Minute}}}
}

// healthy is how long the load balancer takes to believe in a target: two checks, five
// seconds apart.
const healthy = 10 * time.Second

func listenerGoes(c *change, ch engine.Change) []finding {
	if ch.Operation == engine.Delete {
		text := fate(ch) + ": its port no longer answers"
		if c.was(ch).Input("protocol") == "HTTPS" {
			text += ", and browsers that were here use HTTPS alone, for up to a year"
		}
		return []finding{{Reason{Verdict: Yes, Text: text}, Span{time.Second, 0}}}
	}
	return []finding{{Reason{Verdict: Yes, Text: fate(ch) + ": its port is closed between the two"}, Span{0, 30 * time.Second}}}
}

func fleetGoes(c *change, ch engine.Change) []finding {
	roll := c.rollTime()
	switch {
	case ch.Operation == engine.Delete:
		return []finding{{Reason{Verdict: Yes, Text: fate(ch) + ": nobody answers"}, Span{time.Second, 0}}}
	case ch.Order == engine.CreateFirst:
		return []finding{{Reason: Reason{Verdict: No, Text: fate(ch) + ": the new group is in service before the old one goes"}}}
	}
	return []finding{{Reason{Verdict: Yes, Text: fate(ch) + ": nobody answers in between"}, Span{roll.first, 15 * time.Minute}}}
}

// groupGoes is a security group whose members change it at different times.
func groupGoes(c *change, ch engine.Change) []finding {
	members, _ := guards.Members(c.before)
	worn := slices.ContainsFunc(members, func(m string) bool { return strings.HasSuffix(m, " in "+ch.Name) })
	if !worn {
		return nil
	}
	roll := c.rollTime()
	if strings.HasSuffix(ch.Name, "-endpoints") {
		return []finding{{Reason: Reason{Verdict: No, Text: fate(ch) + ": instances use it when they boot and for secrets that they remember"}}}
	}
	return []finding{{Reason{Verdict: Yes, Text: fate(ch) + ": the rules name the new group while instances that are not replaced yet are in the old one"}, Span{roll.first, roll.whole}}}
}

func identityGoes(_ *change, ch engine.Change) []finding {
	return []finding{{Reason: Reason{Verdict: Unknown, Text: fate(ch) + ": instances that are not replaced yet may lose their permissions"}}}
}

func passwordGoes(c *change, ch engine.Change) []finding {
	if ch.Operation == engine.Delete {
		return nil
	}
	return []finding{{Reason: Reason{Verdict: Unknown, Text: fate(ch) + ": instances learn a new password within minutes, and the store may have it before"}}}
}

// secretGoes is another content of a secret, or none.
func secretGoes(_ *change, ch engine.Change) []finding {
	return []finding{{Reason: Reason{Verdict: Unknown, Text: fate(ch) + ": instances read it again within minutes, and nothing here knows what they make of it"}}}
}

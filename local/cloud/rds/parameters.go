package rds

import (
	"errors"
	"strconv"
	"strings"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/rds/parameters"
)

// checkParameters refuses what is no parameter of RDS for PostgreSQL.
func (s *RDS) checkParameters(group datastore.ParameterGroup) error {
	p, err := s.Instances.installation()
	if err != nil {
		return err
	}
	for _, parameter := range group.Parameters {
		if !p.Parameters[parameter.Name] && !parameters.OfRDS(parameter.Name) {
			return aws.Error{Code: "InvalidParameterValue", Message: "Could not find parameter with name: " + parameter.Name}
		}
	}
	return nil
}

// forcesTLS is what the parameter group says; RDS's default is yes since version 15.
func (i *instance) forcesTLS() bool {
	applied, _, _ := i.parameters()
	for _, p := range applied {
		if p.Name == parameters.ForceTLS {
			return p.Value == "1"
		}
	}
	number, err := strconv.Atoi(major(i.Spec().EngineVersion))
	return err != nil || number >= 15
}

// major is the part of PostgreSQL's version whose change is an upgrade.
func major(version string) string {
	number, _, _ := strings.Cut(version, ".")
	return number
}

// parameters returns those of the declared group that have an effect here, with formulas
// computed, and the names of the others, which PostgreSQL does not know.
func (i *instance) parameters() (applied []datastore.Parameter, ignored []string, err error) {
	declared, err := i.service.ParameterGroups.Parameters(i.Spec().ParameterGroupName)
	if err != nil {
		return nil, nil, err
	}
	variables, err := i.Spec().formulaVariables()
	for _, p := range declared {
		extension := strings.Contains(p.Name, ".") && !strings.HasPrefix(p.Name, "rds.")
		switch {
		case p.Name != parameters.ForceTLS && !i.postgres.Parameters[p.Name] && !extension, parameters.IsFormula(p.Value) && variables == nil:
			ignored = append(ignored, p.Name)
			continue
		case parameters.IsFormula(p.Value):
			value, problem := parameters.Evaluate(p.Value, variables)
			err = errors.Join(err, problem)
			p.Value = strconv.FormatInt(value, 10)
		}
		applied = append(applied, p)
	}
	return applied, ignored, err
}

// connections is how many the server takes: what the parameter group says, or RDS' default
// for the instance class. Who follows takes as many as its primary does at least: with
// fewer PostgreSQL does not follow.
func (n *dbNode) connections() (int64, error) {
	own, err := n.instance.declaredConnections()
	switch {
	case n.follows == nil:
	case n.instance.source != nil:
		own = max(own, n.instance.source.connections.Load())
	default:
		own = max(own, n.instance.connections.Load())
	}
	return own, err
}

func (i *instance) declaredConnections() (int64, error) {
	applied, _, err := i.parameters()
	if err != nil {
		return 0, err
	}
	text := parameters.DefaultConnections
	for _, p := range applied {
		if p.Name == "max_connections" {
			text = p.Value
		}
	}
	variables, err := i.Spec().formulaVariables()
	if err != nil || variables == nil && parameters.IsFormula(text) {
		return postgresConnections, err
	}
	return parameters.Evaluate(text, variables)
}

// postgresConnections is PostgreSQL's own default, for a declaration without a class.
const postgresConnections = 100

// formulaVariables are what the formulas of a parameter group may name: "Specifying DB
// parameters", https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html.
func (d Instance) formulaVariables() (map[string]int64, error) {
	if d.InstanceClass == "" {
		return nil, nil
	}
	memory, err := parameters.Memory(d.InstanceClass)
	return map[string]int64{
		"DBInstanceClassMemory": memory,
		"AllocatedStorage":      int64(d.AllocatedStorage) << 30,
		"EndPointPort":          int64(d.Port),
	}, err
}

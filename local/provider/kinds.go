package provider

import "maps"

// kind is what the engine must know of a resource type.
type kind struct {
	// name is the input that holds the physical name, made up if not declared.
	name string
	// maxName is how long AWS lets that name be, 0 for long enough.
	maxName int
	// id and outputs are templates of what AWS computes: see expansion. The
	// id is a random one and the ARN ends in it if not said otherwise.
	id      string
	outputs map[string]string
	// computed are the outputs that the service of the kind computes, and sometimes
	// those that it does for some resources only, as AWS does. Nobody computes others.
	computed, sometimes []string
	// replace are the inputs whose change makes AWS replace the resource.
	replace []string
	// replaceIf are the inputs of which some changes replace the resource, and which.
	replaceIf map[string]replacing
	// keep are the inputs that stay what they were when they are no longer declared: AWS
	// chooses their value, and the provider leaves alone what nobody declares.
	keep []string
	// defaults are the values of inputs that are not declared, where it is not false.
	defaults map[string]any
	// alternatives are the inputs that exclude each other: changing the value is an
	// update, changing from one to another a replacement.
	alternatives []string
	// volatile are the outputs that an update may change.
	volatile []string
	// secret are the outputs that nobody may see.
	secret []string
	// implied is a type that has no service of its own because other services act
	// on what names it.
	implied bool
	// durable is a type that lives in the engine's state alone, and so outlives the
	// processes of a cloud.
	durable bool
}

// outputs are templates by output name.
type outputs = map[string]string

// outputNames are outputs that no template makes.
type outputNames = []string

// inputs are input names.
type inputs = []string

// ec2ARN is the ARN of something that EC2 names by its id.
func ec2ARN(thing string) string { return "arn:aws:ec2:{region}:{account}:" + thing + "/{id}" }

// awsKinds are the types of package aws. One whose row says nothing gets a random id and
// an ARN, and changes in place.
var awsKinds = union(networkKinds, webKinds, dataKinds)

func union[V any](tables ...map[string]V) map[string]V {
	all := map[string]V{}
	for _, table := range tables {
		maps.Copy(all, table)
	}
	return all
}

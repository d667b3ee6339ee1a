package fleet

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

//go:embed userdata.sh.tmpl
var userDataSource string

var userDataTemplate = template.Must(template.New("user data").Parse(userDataSource))

// userDataLimit is what EC2 accepts, in bytes before encoding.
const userDataLimit = 16 << 10

// userData is what the boot script of an instance says.
type userData struct {
	Bucket, Key, SHA256 string // the release
	Region              string
	StopSeconds         int // how long systemd waits for the service to finish
	Environment         []variable
}

// variable is one line of the service's environment file.
type variable struct{ Name, Value string }

// userData renders the boot script when AWS has named everything in it.
func (a *AutoScalingGroupArgs) userData() pulumi.StringOutput {
	values := pulumi.StringArray{a.Release.Bucket, a.Release.Key}
	for _, v := range a.Asked.Environment {
		values = append(values, v.Value)
	}
	return values.ToStringArrayOutput().ApplyT(func(known []string) (string, error) {
		u := userData{
			Bucket: known[0], Key: known[1], SHA256: a.Release.SHA256,
			Region: a.Location.Region, StopSeconds: a.LoadBalancer.DrainSeconds(),
		}
		for i, v := range a.Asked.Environment {
			u.Environment = append(u.Environment, variable{v.Name, known[i+2]})
		}
		return u.render()
	}).(pulumi.StringOutput)
}

// render returns the script. Values come from the configuration and from AWS, and
// none may end the line or the quotes it is written in.
func (u userData) render() (string, error) {
	for _, v := range append(u.Environment, variable{"bucket", u.Bucket}, variable{"key", u.Key}, variable{"region", u.Region}) {
		if strings.ContainsAny(v.Value, "\n'`\\") {
			return "", fmt.Errorf("user data: %s has a character that the shell would interpret: %q", v.Name, v.Value)
		}
	}
	var script strings.Builder
	if err := userDataTemplate.Execute(&script, u); err != nil {
		return "", fmt.Errorf("user data: %w", err)
	}
	if script.Len() > userDataLimit {
		return "", fmt.Errorf("user data: %d bytes, EC2 accepts %d", script.Len(), userDataLimit)
	}
	return script.String(), nil
}

package fleet

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
)

//go:embed userdata.sh.tmpl
var userDataSource string

var userDataTemplate = template.Must(template.New("user data").Parse(userDataSource))

// userDataLimit is what EC2 accepts, in bytes before encoding.
const userDataLimit = 16 << 10

// UserData is what the boot script of an instance says.
type UserData struct {
	Bucket, Key, SHA256 string // the release
	Region              string
	StopSeconds         int // how long systemd waits for the service to finish
	Environment         []Variable
}

// Variable is one line of the service's environment file. Its value may use
// $INSTANCE_ID, $AVAILABILITY_ZONE and $PRIVATE_IP.
type Variable struct{ Name, Value string }

// Render returns the script. Values come from the configuration and from AWS, and
// none may end the line or the quotes it is written in.
func (u UserData) Render() (string, error) {
	for _, v := range append(u.Environment, Variable{"bucket", u.Bucket}, Variable{"key", u.Key}, Variable{"region", u.Region}) {
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

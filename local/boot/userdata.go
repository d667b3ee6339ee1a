package boot

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"strings"

	"myclothes/local/cloud/ec2/systemd"
)

// Where user data writes the service's environment, and its unit for systemd.
const (
	environmentFile = "/etc/myclothes/cart.env"
	unitFile        = "/etc/systemd/system/cart.service"
)

// bootstrap is what the declared user data makes of an instance.
type bootstrap struct {
	bucket, key, sha256 string       // the release
	environment         []string     // KEY=VALUE, as written to environmentFile
	unit                systemd.Unit // when the service is started again, as written to unitFile
}

var (
	assignment = regexp.MustCompile(`^(?:(?:readonly|export|declare -r)\s+)?([A-Za-z_]\w*)=(?:'([^']*)'|"([^"$` + "`" + `\\]*)"|([\w./:@%+,-]*))\s*(?:#.*)?$`)
	heredoc    = regexp.MustCompile(`<<\s*(['"]?)(\w+)['"]?`)
)

// readUserData finds in the user data, a bash script, what it would do on AWS,
// without running it: the constants at the start of lines, and the here
// documents written to environmentFile and, if it is, unitFile. instance holds what a script asks the
// instance's metadata for: INSTANCE_ID, AVAILABILITY_ZONE and PRIVATE_IP.
func readUserData(script string, instance map[string]string) (bootstrap, error) {
	lines := strings.Split(script, "\n")
	variables := constants(lines)
	maps.Copy(variables, instance)

	boot := bootstrap{bucket: variables["RELEASE_BUCKET"], key: variables["RELEASE_KEY"], sha256: variables["RELEASE_SHA256"]}
	for name, value := range map[string]string{"RELEASE_BUCKET": boot.bucket, "RELEASE_KEY": boot.key, "RELEASE_SHA256": boot.sha256} {
		if value == "" {
			return boot, fmt.Errorf("user data: no line %s='…' says what to run", name)
		}
	}
	text, err := writtenTo(environmentFile, lines, variables)
	if err != nil {
		return boot, err
	}
	if boot.environment, err = parseEnvironment(text); err != nil {
		return boot, err
	}
	text, err = writtenTo(unitFile, lines, variables)
	if errors.Is(err, errNotWritten) {
		return boot, nil
	}
	if err == nil {
		boot.unit, err = parseUnit(text)
	}
	return boot, err
}

// errNotWritten says that the user data does not write a file.
var errNotWritten = errors.New("no here document (cat >FILE <<EOF) writes it")

// writtenTo returns what the user data writes to a file.
func writtenTo(file string, lines []string, variables map[string]string) (string, error) {
	text, literal, err := hereDocument(file, lines)
	if err == nil && !literal {
		text, err = expand(text, variables)
	}
	if err != nil {
		return "", fmt.Errorf("user data: %s: %w", file, err)
	}
	return text, nil
}

// constants are the variables that lines outside of everything assign text to.
func constants(lines []string) map[string]string {
	variables := map[string]string{}
	for _, line := range lines {
		if m := assignment.FindStringSubmatch(line); m != nil {
			variables[m[1]] = m[2] + m[3] + m[4]
		}
	}
	return variables
}

// hereDocument returns the here document that goes to a file, and whether bash would leave
// it as it is, because its delimiter is quoted.
func hereDocument(file string, lines []string) (text string, literal bool, err error) {
	for i, line := range lines {
		m := heredoc.FindStringSubmatch(line)
		if m == nil || !strings.Contains(line, file) {
			continue
		}
		for j := i + 1; j < len(lines); j++ {
			if lines[j] == m[2] {
				return strings.Join(lines[i+1:j], "\n"), m[1] != "", nil
			}
		}
		return "", false, fmt.Errorf("the here document does not end with %s", m[2])
	}
	return "", false, errNotWritten
}

// expand replaces ${NAME}; what else bash expands in a here document is refused.
func expand(text string, variables map[string]string) (string, error) {
	if i := strings.IndexAny(text, "`\\"); i >= 0 || strings.Contains(text, "$(") {
		return "", errors.New("command substitution and backslashes are not supported here: set a variable before")
	}
	var undefined []string
	expanded := os.Expand(text, func(name string) string {
		value, ok := variables[name]
		if !ok {
			undefined = append(undefined, name)
		}
		return value
	})
	if undefined != nil {
		return "", fmt.Errorf("undefined variable %s: known are constants (NAME='value' at the start of a line), INSTANCE_ID, AVAILABILITY_ZONE and PRIVATE_IP", strings.Join(undefined, ", "))
	}
	return expanded, nil
}

// parseEnvironment reads an environment file as systemd does.
func parseEnvironment(text string) ([]string, error) {
	var environment []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("user data: %s: %q is not KEY=VALUE", environmentFile, line)
		}
		if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
			value = value[1 : n-1]
		}
		environment = append(environment, key+"="+value)
	}
	return environment, nil
}

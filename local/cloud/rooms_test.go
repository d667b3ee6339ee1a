package cloud_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mayImport says which packages of the local cloud a service may use besides its own: what is
// on top of others is not used by them. Who wires services, or shows them to operators, uses
// all.
var mayImport = map[string]string{
	"aws":            "",
	"instancetypes":  "",
	"cloudwatch":     "aws",
	"host":           "aws cloudwatch",
	"iam":            "aws",
	"ec2":            "aws cloudwatch host instancetypes",
	"elb":            "aws cloudwatch ec2 host",
	"autoscaling":    "aws cloudwatch ec2 elb host",
	"datastore":      "aws ec2 host",
	"elasticache":    "aws cloudwatch datastore ec2 host instancetypes",
	"rds":            "aws cloudwatch datastore ec2 host instancetypes",
	"secretsmanager": "aws iam",
	"s3":             "aws ec2 host iam",
	"dynamodb":       "aws cloudwatch host iam",
	"api":            "aws ec2 host iam",
	"cloudtest":      "aws ec2 host",
}

const cloudPath = "myclothes/local/cloud/"

// imports returns what the program imports, by folder below a root, without tests.
func imports(t *testing.T, root string) map[string]map[string]bool {
	t.Helper()
	by := map[string]map[string]bool{}
	err := fs.WalkDir(os.DirFS(root), ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path.Join(root, file))
		require.NoError(t, err)
		parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ImportsOnly)
		require.NoError(t, err)
		folder := path.Dir(file)
		if by[folder] == nil {
			by[folder] = map[string]bool{}
		}
		for _, imported := range parsed.Imports {
			name, err := strconv.Unquote(imported.Path.Value)
			require.NoError(t, err)
			by[folder][name] = true
		}
		return nil
	})
	require.NoError(t, err)
	return by
}

func TestServicesImportNoSiblingsInsidesAndNothingAboveThem(t *testing.T) {
	t.Parallel()
	for folder, imported := range imports(t, ".") {
		service, _, _ := strings.Cut(folder, "/")
		if service == "." || service == "operate" {
			continue
		}
		allowed, known := mayImport[service]
		require.True(t, known, "%s is in no layer: add it to mayImport", folder)
		for name := range imported {
			within, ok := strings.CutPrefix(name, cloudPath)
			if own := within == service || strings.HasPrefix(within, service+"/"); !ok || own {
				require.False(t, strings.HasPrefix(name, "myclothes/") && !ok, "%s imports %s", folder, name)
				continue
			}
			require.Contains(t, strings.Fields(allowed), within, "%s imports %s", folder, name)
		}
	}
}

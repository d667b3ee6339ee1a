package engine

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/dynamodb"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"myclothes/local/provider"
)

// update writes anew what the engine says and what is made of it:
// go test ./local/engine -update.
var update = flag.Bool("update", false, "record the engine's events and write the golden files")

// revision is one of two versions of a declaration, one that is refused, or one of
// which a resource cannot be made.
type revision int

const (
	first revision = iota
	second
	refused
	impossible
)

// choose returns the value for a revision.
func choose[T any](r revision, before, after T) T {
	if r == second {
		return after
	}
	return before
}

// declare is a declaration whose second revision changes a text, a guard and an output,
// replaces one resource that holds data and one whose name must be free first, makes
// one and drops one.
func (r revision) declare(ctx *pulumi.Context) error {
	if r == refused {
		return errors.New("configuration:\nsize: \"-1\" is not accepted")
	}
	if r == impossible {
		return errorOf(random.NewRandomPassword(ctx, "short", &random.RandomPasswordArgs{Length: pulumi.Int(1), MinLower: pulumi.Int(2)}))
	}
	var shop struct{ pulumi.ResourceState }
	if err := ctx.RegisterComponentResource("small:index:Shop", "shop", &shop); err != nil {
		return err
	}
	parent := pulumi.Parent(&shop)
	password, err := random.NewRandomPassword(ctx, "password", &random.RandomPasswordArgs{Length: pulumi.Int(32)}, parent)
	if err != nil {
		return err
	}
	script := base64.StdEncoding.EncodeToString([]byte("#!/bin/bash\nset -e\n" + strings.Repeat("# boot\n", 9) + choose(r, "STORE=memory\n", "STORE=table\n") + "start\n"))
	policy := `{"Statement":[{"Effect":"Allow","Action":"` + choose(r, "s3:GetObject", "s3:*") + `"}]}`
	for _, err := range []error{
		ctx.RegisterResourceOutputs(&shop, pulumi.Map{}),
		errorOf(ec2.NewLaunchTemplate(ctx, "servers", &ec2.LaunchTemplateArgs{UserData: pulumi.String(script)}, parent)),
		errorOf(iam.NewRolePolicy(ctx, "servers", &iam.RolePolicyArgs{Role: pulumi.String("servers"), Policy: pulumi.String(policy)}, parent)),
		errorOf(dynamodb.NewTable(ctx, "carts", &dynamodb.TableArgs{HashKey: pulumi.String(choose(r, "session", "customer"))}, parent)),
		errorOf(lb.NewTargetGroup(ctx, "web", &lb.TargetGroupArgs{Name: pulumi.String("web"), Port: pulumi.Int(choose(r, 80, 81))}, parent)),
		errorOf(ec2.NewVpc(ctx, "net", &ec2.VpcArgs{CidrBlock: pulumi.String("10.0.0.0/16")}, pulumi.RetainOnDelete(r == second))),
	} {
		if err != nil {
			return err
		}
	}
	secret, err := secretsmanager.NewSecret(ctx, choose(r, "old", "new"), nil, parent)
	if err != nil {
		return err
	}
	ctx.Export("secret", secret.Name)
	ctx.Export("password", password.Result)
	ctx.Export("port", pulumi.Int(choose(r, 80, 81)))
	_, err = secretsmanager.NewSecretVersion(ctx, "version", &secretsmanager.SecretVersionArgs{
		SecretId: pulumi.String("shared"), SecretString: pulumi.Sprintf(choose(r, "%s", "%s!"), password.Result),
	}, parent)
	return err
}

// errorOf leaves the resource aside.
func errorOf[T any](_ T, err error) error { return err }

// project is a project whose declaration is recorded.
type project struct {
	*testing.T
	root string
	out  bytes.Buffer
}

func newProject(t *testing.T) *project {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the Pulumi engine")
	}
	if built, err := filepath.Abs("../../.local/bin/pulumi"); err == nil && os.Getenv("PULUMI") == "" {
		if _, err := os.Stat(built); err == nil {
			t.Setenv("PULUMI", built)
		}
	}
	p := &project{T: t, root: t.TempDir()}
	require.NoError(t, os.WriteFile(filepath.Join(p.root, "Pulumi.yaml"), []byte("name: small\nruntime: go\n"), 0o644))
	return p
}

// The streams of testdata, in the order in which the engine is asked for them.
func TestTheEngineSaysWhatWasRecordedOfIt(t *testing.T) {
	p := newProject(t)
	providers := record(t)
	open := func(r revision) *Engine {
		settings, err := LoadSettings(p.root, "dev", nil)
		require.NoError(t, err)
		p.out.Reset()
		e, err := Open(t.Context(), settings, r.declare, providers.Ports, &p.out)
		require.NoError(t, err)
		return e
	}
	for _, step := range []step{
		{"fresh", first, "preview"}, {"up", first, "up"}, {"nothing", first, "preview"},
		{"failure", refused, "up"}, {"changes", second, "preview"}, {"change", second, "up"}, {"destroy", second, "destroy"}, {"broken", impossible, "up"},
	} {
		e := open(step.revision)
		if *update {
			p.record(e, step)
			continue
		}
		switch step.run {
		case "preview":
			plan, err := e.Preview(t.Context(), false, provider.Held)
			require.NoError(t, err)
			var text bytes.Buffer
			require.NoError(t, plan.WriteText(&text))
			requireGolden(t, step.name+".txt", text.Bytes())
		case "up":
			_, err := e.Up(t.Context(), false)
			require.Equal(t, step.fails(), err != nil, "%v", err)
			require.Equal(t, untimed(golden(t, step.name+".progress")), untimed(p.out.String()))
		default:
			require.NoError(t, e.Destroy(t.Context()))
			require.Equal(t, untimed(golden(t, step.name+".progress")), untimed(p.out.String()))
		}
	}
}

// step is a run of the engine.
type step struct {
	name string
	revision
	run string
}

func (s step) fails() bool { return s.name == "failure" || s.name == "broken" }

// record starts providers that record.
func record(t *testing.T) *provider.Server {
	t.Helper()
	providers, err := provider.Record("eu-west-1", "test")
	require.NoError(t, err)
	t.Cleanup(providers.Close)
	return providers
}

// unversioned begins a warning of the engine: the binary of a test does not know the
// versions of its modules.
const unversioned = "resource plugin "

// untimed is what people read without the seconds and in one order: resources are made
// at the same time.
func untimed(text string) []string {
	lines := strings.Split(regexp.MustCompile(`\(\d+\.\d\ds\)`).ReplaceAllString(text, "(…s)"), "\n")
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "warning: "+unversioned) })
	slices.Sort(lines)
	return lines
}

// record writes what the engine says while it runs.
func (p *project) record(e *Engine, s step) {
	file, err := os.Create(filepath.Join("testdata", s.name+".events"))
	require.NoError(p, err)
	defer file.Close()
	encoder := json.NewEncoder(file)
	encoder.SetEscapeHTML(false)
	err = watch(p.Context(), func(event apitype.EngineEvent) {
		if d := event.DiagnosticEvent; d != nil && strings.HasPrefix(d.Message, unversioned) {
			return
		}
		event.Timestamp = 0
		_ = encoder.Encode(event)
	}, func(stream chan<- events.EngineEvent, problems io.Writer) (err error) {
		switch s.run {
		case "preview":
			_, err = e.stack.Preview(p.Context(), optpreview.EventStreams(stream), optpreview.ErrorProgressStreams(problems))
		case "up":
			_, err = e.stack.Up(p.Context(), optup.EventStreams(stream), optup.ErrorProgressStreams(problems))
		default:
			_, err = e.stack.Destroy(p.Context(), optdestroy.EventStreams(stream), optdestroy.ErrorProgressStreams(problems))
		}
		return err
	})
	require.Equal(p, s.fails(), err != nil, "%v", err)
}

// recordedEvents are those of a stream in testdata.
func recordedEvents(t *testing.T, name string) []apitype.EngineEvent {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name+".events"))
	require.NoError(t, err)
	defer file.Close()
	var list []apitype.EngineEvent
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var event apitype.EngineEvent
		require.NoError(t, json.Unmarshal(lines.Bytes(), &event))
		list = append(list, event)
	}
	require.NoError(t, lines.Err())
	require.NotEmpty(t, list)
	return list
}

func golden(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return string(text)
}

// requireGolden compares a text with a file of testdata.
func requireGolden(t *testing.T, name string, text []byte) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(filepath.Join("testdata", name), text, 0o644))
	}
	require.Equal(t, golden(t, name), string(text))
}

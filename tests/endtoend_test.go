package tests

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/control"
	"myclothes/tests/shoppers"
)

// site is a copy of the project, whose local cloud is its own.
type site struct {
	root, url, port string
	awsPort         string
	local           string // the command
}

// newSite copies the sources to a folder that a test may change.
func newSite(t *testing.T) *site {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the local cloud needs Linux")
	}
	local, err := filepath.Abs("../.local/bin/local")
	require.NoError(t, err)
	require.FileExists(t, local, "make test builds it")
	root, err := os.MkdirTemp("", "myclothes-*")
	require.NoError(t, err)
	for _, name := range []string{"Pulumi.yaml", "Pulumi.dev.yaml", "go.mod", "go.sum"} {
		text, err := os.ReadFile("../" + name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(root, name), text, 0o644))
	}
	require.NoError(t, os.CopyFS(filepath.Join(root, "app"), os.DirFS("../app")))
	require.NoError(t, os.MkdirAll(filepath.Join(root, ".local"), 0o755))
	require.NoError(t, os.Symlink(filepath.Dir(local), filepath.Join(root, ".local/bin")))
	port := freePort(t)
	s := &site{root: root, url: "http://127.0.0.1:" + port, port: port, awsPort: freePort(t), local: local}
	t.Cleanup(func() {
		output, err := s.run("down")
		require.NoError(t, err, output)
		require.NoError(t, os.RemoveAll(root))
	})
	return s
}

// run runs one command of the local cloud and returns what it printed.
func (s *site) run(args ...string) (string, error) {
	command := exec.Command(s.local, append(args, "-port", s.port, "-aws-port", s.awsPort)...)
	command.Dir = s.root
	// A terminal's ^C is for the test, which takes the site down.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	err := command.Run()
	return output.String(), err
}

func (s *site) mustRun(t *testing.T, args ...string) string {
	t.Helper()
	output, err := s.run(args...)
	require.NoError(t, err, output)
	return output
}

// edit replaces text in a file of the copy.
func (s *site) edit(t *testing.T, path, before, after string) {
	t.Helper()
	path = filepath.Join(s.root, path)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(text), before)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), before, after, 1)), 0o644))
}

// processes lists what runs out of the copy: pid by command line.
func (s *site) processes(t *testing.T) map[string]string {
	t.Helper()
	running := map[string]string{}
	entries, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, entry := range entries {
		text, err := os.ReadFile(entry)
		if err == nil && bytes.Contains(text, []byte(s.root)) {
			running[strings.Split(entry, "/")[2]] = string(bytes.ReplaceAll(text, []byte{0}, []byte{' '}))
		}
	}
	return running
}

// browser is a visitor with a cookie jar.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true}}
}

// ask sends a request and returns the answer with its body.
func (s *site) ask(t *testing.T, b *http.Client, method, path, body string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := b.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(text)
}

const oneTee = `{"sku":"tee-ecru","quantity":1}`

// One site, used in order as a person would: each step needs the one before it.
func TestTheStackComesUpAndServesAndChangesAndGoes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	require.Contains(t, s.mustRun(t, "up"), s.url)
	for _, step := range []struct {
		name string
		run  func(*testing.T, *site)
	}{
		{"a cart is the same at every instance", cartIsTheSameAtEveryInstance},
		{"no secret is in outputs or plain state", noSecretIsInPlainState},
		{"up without changes touches nothing", upWithoutChangesTouchesNothing},
		{"an edit rolls the fleet without a failed request", editRollsTheFleet},
		{"a service that is killed is started again on its instance and carts stay", killedServiceIsStartedAgain},
		{"a machine that is lost is replaced and carts stay", lostMachineIsReplaced},
		{"programs read the status and the story", programsReadTheStory},
		{"the runbooks operate the stack by the line that is printed", runbooksAreFollowed},
		{"stickiness comes and goes with configuration", stickinessComesAndGoes},
		{"down leaves nothing", downLeavesNothing},
	} {
		if !t.Run(step.name, func(t *testing.T) { step.run(t, s) }) {
			return
		}
	}
}

// hurried is a cloud in which an instance refresh is given up after 6 seconds instead of a minute. Declared times are ten
// times as long, and so take what they do elsewhere; nobody scales out, which would be decided ten times as fast.
var hurried = []string{"up", "-scale", fmt.Sprint(1.0 / 600), "-config", "healthCheckGraceSeconds=1800",
	"-config", "instanceWarmupSeconds=3000", "-config", "maxInstances=2"}

// A site to which nobody rolls out what works, so that it need not be waited for.
func TestAReleaseThatDoesNotWorkIsNotRolledOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(t, hurried...)
	t.Run("one that panics in a cart handler is seen by no shopper", func(t *testing.T) { panickingReleaseIsNotSeen(t, s) })
	t.Run("one that does not start is reported", func(t *testing.T) { brokenReleaseIsReported(t, s) })
}

func cartIsTheSameAtEveryInstance(t *testing.T, s *site) {
	b, instances := browser(t), map[string]bool{}
	for added := 1; len(instances) < 2; added++ {
		require.LessOrEqual(t, added, 50, "all requests went to %v", instances)
		response, text := s.ask(t, b, http.MethodPost, "/api/cart/items", oneTee)
		require.Equal(t, http.StatusOK, response.StatusCode, text)
		require.Contains(t, text, fmt.Sprintf(`"quantity":%d`, added))
		instances[response.Header.Get("X-Instance-Id")] = true
	}
}

// secretMarkInState is how Pulumi marks an encrypted value in its state.
const secretMarkInState = `"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270"`

func noSecretIsInPlainState(t *testing.T, s *site) {
	states, err := filepath.Glob(filepath.Join(s.root, ".local/pulumi/state/.pulumi/stacks/*/*.json"))
	require.NoError(t, err)
	require.Len(t, states, 1)
	text, err := os.ReadFile(states[0])
	require.NoError(t, err)
	var state any
	require.NoError(t, json.Unmarshal(text, &state))
	found := 0
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch value := value.(type) {
		case map[string]any:
			delete(value, "propertyDependencies") // names, no values
			for key, element := range value {
				if key == "password" || key == "authToken" || key == "secretString" || key == "result" {
					text, err := json.Marshal(element)
					require.NoError(t, err)
					require.Contains(t, string(text), secretMarkInState, "%s.%s", path, key)
					found++
				}
				walk(path+"."+key, element)
			}
		case []any:
			for _, element := range value {
				walk(path, element)
			}
		}
	}
	walk("", state)
	require.GreaterOrEqual(t, found, 6)
}

func upWithoutChangesTouchesNothing(t *testing.T, s *site) {
	before := s.processes(t)
	require.Contains(t, s.mustRun(t, "up"), "Nothing has changed.")
	require.Equal(t, before, s.processes(t))
}

// upAmongShoppers brings the site up while people shop, who must not notice. They are enough for a request at any moment,
// and leave most of the processors to what comes up.
func (s *site) upAmongShoppers(t *testing.T, up ...string) (report shoppers.Report, output string, err error) {
	t.Helper()
	rolled := make(chan struct{})
	type result struct {
		report shoppers.Report
		err    error
	}
	reported := make(chan result, 1)
	go func() {
		report, err := shoppers.Run(context.Background(), shoppers.Options{
			URL: s.url, Shoppers: 50, Customers: 20, Duration: 5 * time.Minute, Pause: 100 * time.Millisecond, Until: rolled,
		})
		reported <- result{report, err}
	}()
	output, err = s.run(up...)
	close(rolled)
	r := <-reported
	require.NoError(t, r.err)
	require.Empty(t, r.report.Errors)
	require.Empty(t, r.report.Lost)
	require.Empty(t, r.report.Doubled)
	require.Equal(t, 50, r.report.Carts)
	return r.report, output, err
}

func editRollsTheFleet(t *testing.T, s *site) {
	s.edit(t, "app/server/pages/layout.html", "MyClothes</a>", "MyClothes, rolled</a>")
	report, output, err := s.upAmongShoppers(t, "up")
	require.NoError(t, err, output)
	require.Contains(t, output, "Successful")
	require.Greater(t, len(report.Instances), 2, "old and new ones")
	_, page := s.ask(t, browser(t), http.MethodGet, "/", "")
	require.Contains(t, page, "MyClothes, rolled")
}

func killedServiceIsStartedAgain(t *testing.T, s *site) {
	b := browser(t)
	response, _ := s.ask(t, b, http.MethodPost, "/api/cart/items", oneTee)
	victim := response.Header.Get("X-Instance-Id")
	pids := func() (pids []string) {
		for pid, command := range s.processes(t) {
			if strings.Contains(command, "/"+victim+"/") {
				pids = append(pids, pid)
			}
		}
		return pids
	}
	killed := pids()
	require.Len(t, killed, 1)
	require.NoError(t, exec.Command("kill", "-9", killed[0]).Run())
	cloudtest.Eventually(t, "it is started again", func() bool {
		output, err := s.run("status")
		again := pids()
		return err == nil && strings.Contains(output, "2 of 2 in service") && len(again) == 1 && again[0] != killed[0]
	})
	s.awaitCartAt(t, b, func(instance string) bool { return instance == victim })
}

func lostMachineIsReplaced(t *testing.T, s *site) {
	b := browser(t)
	response, _ := s.ask(t, b, http.MethodPost, "/api/cart/items", oneTee)
	victim := response.Header.Get("X-Instance-Id")
	c, err := control.Find(t.Context(), s.root)
	require.NoError(t, err)
	require.NoError(t, c.LoseInstance(t.Context(), victim))
	cloudtest.Eventually(t, "it is replaced", func() bool {
		output, err := s.run("status")
		return err == nil && !strings.Contains(output, victim) && strings.Contains(output, "2 of 2 in service")
	})
	s.awaitCartAt(t, b, func(instance string) bool { return instance != victim })
}

// awaitCartAt waits until such an instance shows the browser's cart, in which one tee is.
func (s *site) awaitCartAt(t *testing.T, b *http.Client, wanted func(instance string) bool) {
	t.Helper()
	cloudtest.Eventually(t, "the cart is there", func() bool {
		response, text := s.ask(t, b, http.MethodGet, "/api/cart", "")
		return strings.Contains(text, `"quantity":1`) && wanted(response.Header.Get("X-Instance-Id"))
	})
}

func stickinessComesAndGoes(t *testing.T, s *site) {
	s.mustRun(t, "up", "-config", "stickiness=lb_cookie")
	b := browser(t)
	first, _ := s.ask(t, b, http.MethodGet, "/api/products", "")
	require.Contains(t, strings.Join(first.Header.Values("Set-Cookie"), "\n"), "AWSALB=")
	for range 10 {
		again, _ := s.ask(t, b, http.MethodGet, "/api/products", "")
		require.Equal(t, first.Header.Get("X-Instance-Id"), again.Header.Get("X-Instance-Id"))
	}
	s.mustRun(t, "up")
	last, _ := s.ask(t, browser(t), http.MethodGet, "/api/products", "")
	require.Empty(t, last.Header.Values("Set-Cookie"))
}

// panickingReleaseIsNotSeen rolls out a release that starts, connects and answers, and panics when somebody buys. With
// a pinned image, what is launched is taken back.
func panickingReleaseIsNotSeen(t *testing.T, s *site) {
	const sound = "func (s *server) addItem(r *http.Request, session *shop.Session) (response, error) {"
	const panics = sound + "\n\tpanic(\"it always panics\")"
	before := s.instances(t)
	s.edit(t, "app/server/cart.go", sound, panics)
	report, output, err := s.upAmongShoppers(t, append(slices.Clone(hurried), "-config", "amiId=ami-0123456789abcdef0")...)
	require.Error(t, err, output)
	require.Contains(t, output, "RollbackSuccessful")
	require.Contains(t, output, "this release does not work")
	for instance := range report.Instances {
		require.Contains(t, before, instance, "a shopper was served by the new release")
	}
	s.edit(t, "app/server/cart.go", panics, sound)
}

func brokenReleaseIsReported(t *testing.T, s *site) {
	s.edit(t, "app/main.go", "func main() {", "func main() {\n\tfmt.Fprintln(os.Stderr, \"cannot start today\")\n\tos.Exit(3)")
	output, err := s.run(hurried...)
	require.Error(t, err, output)
	require.Contains(t, output, "cannot start today")
	response, text := s.ask(t, browser(t), http.MethodPost, "/api/cart/items", oneTee)
	require.Equal(t, http.StatusOK, response.StatusCode, text)
}

func downLeavesNothing(t *testing.T, s *site) {
	s.mustRun(t, "down")
	require.Empty(t, s.processes(t))
	_, err := http.Get(s.url)
	require.Error(t, err)
	left, err := os.ReadDir(filepath.Join(s.root, ".local"))
	require.NoError(t, err)
	require.Len(t, left, 1, left)
	require.Equal(t, "bin", left[0].Name())
}

// instances are the cart instances in service.
func (s *site) instances(t *testing.T) []string {
	t.Helper()
	return instanceID.FindAllString(s.mustRun(t, "status"), -1)
}

var instanceID = regexp.MustCompile(`\bi-[0-9a-f]{17}\b`)

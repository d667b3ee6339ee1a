package release

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"myclothes/infra/conventions"
)

// releaseToolchain is the Go that compiles releases, wherever that happens: another
// one would make another binary, and so a roll of the fleet for nothing.
const releaseToolchain = "go1.26.8"

// buildFolder keeps built releases, below the project's root.
const buildFolder = ".build"

// artifact is a built cart binary.
type artifact struct {
	path   string
	sha256 string // hex
}

// buildCart compiles the service for Linux on the given architecture, once in the
// life of the process. The same sources give the same bytes on every machine.
func buildCart(architecture conventions.Architecture) (artifact, error) {
	once, _ := builds.LoadOrStore(architecture, sync.OnceValues(func() (artifact, error) { return compile(architecture) }))
	return once.(func() (artifact, error))()
}

var builds sync.Map // from conventions.Architecture to func() (artifact, error)

func compile(architecture conventions.Architecture) (artifact, error) {
	root, err := projectRoot()
	if err != nil {
		return artifact{}, err
	}
	folder := filepath.Join(root, buildFolder)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return artifact{}, err
	}
	output, err := os.MkdirTemp(folder, "cart-*.tmp")
	if err != nil {
		return artifact{}, err
	}
	defer os.RemoveAll(output)
	binary := filepath.Join(output, "cart")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", binary, "./app")
	build.Dir = root
	build.Env = append(withoutGoSettings(os.Environ()), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+string(architecture),
		"GOTOOLCHAIN="+releaseToolchain, "GOWORK=off", "GOFLAGS=-mod=readonly")
	if text, err := build.CombinedOutput(); err != nil {
		return artifact{}, fmt.Errorf("build the cart service: %w\n%s", err, text)
	}
	return keep(binary, folder)
}

// keep moves a binary to its content-addressed place, so that no other build can
// change what this run is going to upload.
func keep(binary, folder string) (artifact, error) {
	f, err := os.Open(binary)
	if err != nil {
		return artifact{}, err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return artifact{}, err
	}
	sum := hex.EncodeToString(hash.Sum(nil))
	path := filepath.Join(folder, "cart-"+sum)
	return artifact{path: path, sha256: sum}, os.Rename(binary, path)
}

// withoutGoSettings drops what would make one machine's binary differ from
// another's: GOAMD64, GOEXPERIMENT and the like. Paths, caches and proxies stay.
func withoutGoSettings(environment []string) []string {
	var kept []string
	for _, entry := range environment {
		name, _, _ := strings.Cut(entry, "=")
		switch name {
		case "GOFLAGS", "GOOS", "GOARCH", "GOAMD64", "GOARM64", "GOEXPERIMENT", "GOTOOLCHAIN", "GOFIPS140", "CGO_ENABLED":
		default:
			kept = append(kept, entry)
		}
	}
	return kept
}

// projectRoot is the nearest folder above the working directory with a go.mod.
func projectRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", errors.New("build the cart service: no go.mod at or above the working directory")
		}
		folder = parent
	}
}

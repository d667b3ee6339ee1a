package main

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"strings"
)

// sources is the code that a local cloud runs. The declaration and the engine are not
// in it: they run in the commands, which are new every time.
//
//go:embed boot cloud control provider
var sources embed.FS

// cloudBuild names the code that a local cloud of this program runs: it is another one
// when that code, the toolchain or a library changes.
func cloudBuild() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(sources, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := sources.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("this program's sources: %w", err)
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", errors.New("this program was not built from Go modules")
	}
	fmt.Fprintln(sum, info.GoVersion)
	for _, library := range info.Deps {
		fmt.Fprintln(sum, library.Path, library.Version, library.Sum)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// Package fingerprint names code by what it was built from.
package fingerprint

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"strings"
)

// Of returns the name of the code with these sources in this program: 16 hexadecimal
// digits, others when a source, the toolchain or a library changes. Tests do not count.
func Of(sources fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(sources, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(sources, path)
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

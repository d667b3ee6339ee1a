package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"myclothes/infra/drawing"
	"myclothes/infra/guards"
	"myclothes/local/engine"
)

// picture is where a preview puts the drawings of before and after, below the project's
// root.
const picture = ".local/preview.svg"

// drawPreview draws what a plan does to the architecture, if it changes, and says where.
// Otherwise it removes the picture of an earlier preview, which would be taken for this
// one's.
func (r request) drawPreview(account *engine.Account, out io.Writer) error {
	path := filepath.Join(r.root, picture)
	svg := pictureOf(drawing.Title(r.stack, r.config), graphOf(account.Before), graphOf(account.After))
	if svg == nil {
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if err := os.WriteFile(path, svg, 0o644); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "\nThe architecture before and after is drawn in %s.\n", picture)
	return err
}

// pictureOf compares two architectures. Where there was none, all is new, and the one that
// will be is drawn without marks.
func pictureOf(title string, before, after guards.Graph) []byte {
	if len(before) == 0 && len(after) > 0 {
		return drawing.Draw(title, after)
	}
	return drawing.Compare(title, before, after)
}

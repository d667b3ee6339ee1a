package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
)

// findViolations has axe judge the document, and names each rule that is broken with what breaks it.
const findViolations = `axe.run(document, {resultTypes: ["violations"]}).then(found =>
	found.violations.flatMap(v => v.nodes.map(n => v.id + " (" + v.help + "): " + n.html)))`

// violations are what axe-core finds on the page, which it may run scripts on meanwhile.
func (b *browser) violations() []string {
	b.Helper()
	axe, err := os.ReadFile(apptest.NPM(b.T, "axe-core", "axe.min.js"))
	require.NoError(b, err)
	b.allowScripts(true)
	defer b.allowScripts(false)
	found, err := chromedp.Run(b.tab, chromedp.Evaluate[[]string](string(axe)+";\n"+findViolations, chromedp.EvalAwaitPromise))
	require.NoError(b, err)
	return found
}

func (b *browser) allowScripts(allowed bool) {
	b.Helper()
	_, err := chromedp.Call(b.tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !allowed})
	require.NoError(b, err)
}

// Axe is believed when it finds nothing, so it must find what is there.
func TestAxeFindsWhatIsPlanted(t *testing.T) {
	t.Parallel()
	const good = `<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><main><h1>x</h1><label>Name <input></label></main></body></html>`
	planted := map[string]string{
		"/label":          strings.Replace(good, "<label>Name <input></label>", "<input>", 1),
		"/image-alt":      strings.Replace(good, "<h1>", `<img src="data:,"><h1>`, 1),
		"/color-contrast": strings.Replace(good, "<h1>", `<p style="color: #ccc; background: #fff">pale</p><h1>`, 1),
		"/html-has-lang":  strings.Replace(good, ` lang="en"`, "", 1),
		"/good":           good,
	}
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:")
		w.Write([]byte(planted[r.URL.Path]))
	}))
	t.Cleanup(pages.Close)
	b := newBrowser(t, pages.URL, desk)
	for path := range planted {
		b.open(path)
		found := strings.Join(b.violations(), "\n")
		if path == "/good" {
			require.Empty(t, found)
			continue
		}
		require.Contains(t, found, strings.TrimPrefix(path, "/")+" (")
	}
}

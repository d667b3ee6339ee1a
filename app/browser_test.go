package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// Widths of the windows that people shop with, in CSS pixels.
const (
	desk  = 1280
	phone = 390
)

// browser is a window of Chromium without JavaScript: the shop has none, and nothing may depend on it.
type browser struct {
	*testing.T
	tab   context.Context
	base  string // of addresses
	width int64
}

// chromium is the one browser of all tests, without a window. stopChromium ends it.
var (
	chromium = sync.OnceValues(func() (context.Context, error) {
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.IgnoreCertErrors)
		if os.Geteuid() == 0 {
			options = append(options, chromedp.NoSandbox) // which Chromium does not offer to root
		}
		allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
		stopChromium = stop
		first, _ := chromedp.NewContext(allocator) // ends with the allocator
		return first, chromedp.Do(first)
	})
	stopChromium = func() {}
)

func TestMain(m *testing.M) {
	code := m.Run()
	stopChromium()
	os.Exit(code)
}

// newBrowser opens a window that lives as long as the test and shares nothing with others, as if it had a browser of its
// own. The test fails if the browser finds something to complain about, such as what the content security policy forbids.
func newBrowser(t *testing.T, base string, width int64) *browser {
	t.Helper()
	parent, err := chromium()
	require.NoError(t, err, "a Chromium cannot be started: make test installs one")
	tab, leave := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	t.Cleanup(leave)
	b := &browser{T: t, tab: tab, base: base, width: width}
	require.NoError(t, chromedp.Do(tab))
	bounded, cancel := context.WithTimeout(tab, 8*time.Minute) // axe takes a second or so for a page, more on a busy machine
	t.Cleanup(cancel)
	b.tab = bounded
	require.NoError(t, chromedp.Listen(tab, b.hear))
	var kind []chromedp.EmulateViewportOption
	if width == phone {
		kind = append(kind, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.do(chromedp.EmulateViewport(width, 844, kind...))
	b.allowScripts(false)
	return b
}

// hear takes what the browser would show in its console. That a page was answered with an error is none of its business.
func (b *browser) hear(event any) {
	if entry, ok := event.(*cdplog.EventEntryAdded); ok && entry.Entry.Source != cdplog.EntrySourceNetwork {
		b.Errorf("the browser complains: %s", entry.Entry.Text)
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	require.NoError(b, chromedp.Do(b.tab, steps...))
}

// open goes to a path and returns the status of the answer.
func (b *browser) open(path string) int64 {
	b.Helper()
	answer, err := chromedp.Run(b.tab, chromedp.NavigateResponse(b.base+path))
	require.NoError(b, err)
	return answer.Status
}

// press clicks and returns the status of the page that this leads to.
func (b *browser) press(selector string) int64 {
	b.Helper()
	return b.leadsOn(chromedp.Click(chromedp.CSS(selector)))
}

func (b *browser) leadsOn(step chromedp.Action[chromedp.Void]) int64 {
	b.Helper()
	answer, err := chromedp.RunResponse(b.tab, step)
	require.NoError(b, err)
	return answer.Status
}

// fill types into fields; pairs are selector, text, selector, text ….
func (b *browser) fill(pairs ...string) {
	b.Helper()
	for i := 0; i < len(pairs); i += 2 {
		b.do(chromedp.Clear(chromedp.CSS(pairs[i])), chromedp.SendKeys(chromedp.CSS(pairs[i]), pairs[i+1]))
	}
}

func (b *browser) text(selector string) string {
	b.Helper()
	text, err := chromedp.Run(b.tab, chromedp.Text(chromedp.CSS(selector)))
	require.NoError(b, err)
	return text
}

func (b *browser) title() string {
	b.Helper()
	title, err := chromedp.Run(b.tab, chromedp.Evaluate[string]("document.title"))
	require.NoError(b, err)
	return title
}

// href is where a link leads to.
func (b *browser) href(selector string) string {
	b.Helper()
	to, err := chromedp.Run(b.tab, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q).getAttribute('href')", selector)))
	require.NoError(b, err)
	return to
}

func (b *browser) path() string {
	b.Helper()
	address, err := chromedp.Run(b.tab, chromedp.Location())
	require.NoError(b, err)
	return address[len(b.base):]
}

func (b *browser) cookies() []*network.Cookie {
	b.Helper()
	answer, err := chromedp.Call(b.tab, network.GetCookies, network.GetCookiesParams{})
	require.NoError(b, err)
	return answer.Cookies
}

// look holds the page to what every page must be, and keeps a picture of it for people to judge.
func (b *browser) look(name string) {
	b.Helper()
	for expression, why := range map[string]string{
		`document.documentElement.scrollWidth > innerWidth ? ["page"] : []`: "is wider than the window",
		`document.querySelectorAll("h1").length == 1 ? [] : ["h1"]`:         "must be there once",
		`[...document.querySelectorAll("button, nav a, a.button, input:not([type=hidden])")].filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)`: "is too small for a finger (44 pixels)",
	} {
		culprits, err := chromedp.Run(b.tab, chromedp.Evaluate[[]string](expression))
		require.NoError(b, err)
		require.Empty(b, culprits, "%s at %d pixels: %s", name, b.width, why)
	}
	require.Empty(b, b.violations(), "%s at %d pixels: axe finds what keeps people from using it", name, b.width)
	b.requireNames()
	picture, err := chromedp.Run(b.tab, chromedp.FullScreenshot(100))
	require.NoError(b, err)
	directory := os.Getenv("SCREENSHOTS")
	if directory == "" {
		directory = filepath.Join("..", ".local", "screenshots")
	}
	require.NoError(b, os.MkdirAll(directory, 0o755))
	require.NoError(b, os.WriteFile(filepath.Join(directory, fmt.Sprintf("%s-%d.png", name, b.width)), picture, 0o644))
}

// requireNames asks for a name of all that can be operated, and of pictures: what a screen reader says.
func (b *browser) requireNames() {
	b.Helper()
	tree, err := chromedp.Call(b.tab, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	require.NoError(b, err)
	named := 0
	for _, node := range tree.Nodes {
		if node.Ignored || node.Role == nil {
			continue
		}
		switch string(node.Role.Value) {
		case `"link"`, `"button"`, `"textbox"`, `"searchbox"`, `"spinbutton"`, `"image"`, `"img"`:
			require.NotNil(b, node.Name)
			require.NotEqual(b, `""`, string(node.Name.Value), "a %s has no name", node.Role.Value)
			named++
		}
	}
	require.Positive(b, named)
}

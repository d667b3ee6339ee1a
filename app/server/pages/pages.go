// Package pages is the shop as people see it: the templates of its pages, what stands around each of them, and their style
// sheet. What is on a page, its caller says.
package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"

	"myclothes/app/shop"
)

//go:embed *.html
var pageFiles embed.FS

// contentSecurity allows pages nothing but their own style sheet and forms.
const contentSecurity = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Page is a document for people.
type Page struct {
	Status     int
	Name       string // of the template
	Title      string
	Message    string   // what went wrong with the form, if anything
	AtFault    []string // fields that the message is about
	RetryAfter string   // seconds until the form may be sent again, if it may not now
	Content    any
	Pieces     *int // in the cart, for the header; nil: nobody has looked
}

// Renderer writes pages, and in the foot of each which instance did. Safe for concurrent use.
type Renderer struct {
	instance, zone, store string
	templates             map[string]*template.Template
}

// NewRenderer returns the Renderer of an instance, whose carts are in the store of this name.
func NewRenderer(instanceID, availabilityZone, storeName string) *Renderer {
	return &Renderer{instanceID, availabilityZone, storeName, parse()}
}

// view is what templates are given: the page, and what stands around every page.
type view struct {
	Title, Message       string
	Content              any
	Pieces               int
	Path, Style          string
	Instance, Zone, Rung string
	CookieBytes          int
	atFault              []string
}

// Fault marks a field that the message is about, for those who cannot see where the message stands.
func (v view) Fault(field string) template.HTMLAttr {
	if !slices.Contains(v.atFault, field) {
		return ""
	}
	return `aria-invalid="true" aria-describedby="message"`
}

// parse parses each page together with the layout, so that every page may define "main".
func parse() map[string]*template.Template {
	shared := template.New("layout.html").Funcs(template.FuncMap{"euros": euros, "limits": limitsOfForms})
	shared = template.Must(shared.ParseFS(pageFiles, "layout.html", "picture.html"))
	pages := map[string]*template.Template{}
	for _, name := range []string{"shop", "cart", "signin", "signup", "account", "password", "delete", "deleted", "checkout", "order", "orders", "error"} {
		pages[name] = template.Must(template.Must(shared.Clone()).ParseFS(pageFiles, name+".html"))
	}
	return pages
}

// Write answers with the page, which nobody keeps.
func (t *Renderer) Write(w http.ResponseWriter, r *http.Request, p Page) {
	v := view{
		Title: p.Title, Message: p.Message, Content: p.Content, Path: r.URL.Path, Style: stylePath, atFault: p.AtFault,
		Instance: t.instance, Zone: t.zone, Rung: t.rung(r), CookieBytes: cookieBytes(r),
	}
	if p.Pieces != nil {
		v.Pieces = *p.Pieces
	}
	var document bytes.Buffer
	if err := t.templates[p.Name].Execute(&document, v); err != nil {
		panic(err) // a template of ours; observe answers and logs it
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", contentSecurity)
	w.Header().Set("Referrer-Policy", "same-origin")
	if p.RetryAfter != "" {
		w.Header().Set("Retry-After", p.RetryAfter)
	}
	w.WriteHeader(p.Status)
	w.Write(document.Bytes())
}

// errorContent says whether it helps to ask for the page again.
type errorContent struct{ MayPass bool }

// Error is the page that answers with a failure.
func Error(r *http.Request, status int, detail string) Page {
	content := errorContent{r.Method == http.MethodGet && status >= http.StatusInternalServerError}
	return Page{Status: status, Name: "error", Title: http.StatusText(status), Message: detail, Content: content}
}

// euros formats a price.
func euros(cents int) string { return fmt.Sprintf("€ %d.%02d", cents/100, cents%100) }

// limitsOfForms are what the server accepts, for browsers to say before a form is sent.
func limitsOfForms() map[string]int {
	return map[string]int{"Quantity": shop.MaxQuantity, "Text": shop.MaxText, "MinPassword": shop.MinPassword, "MaxPassword": shop.MaxPassword}
}

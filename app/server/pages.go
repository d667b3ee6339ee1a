package server

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"time"

	"myclothes/app/shop"
)

//go:embed pages/*.html
var pageFiles embed.FS

// contentSecurity allows pages nothing but their own style sheet and forms.
const contentSecurity = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// page is a document for people.
type page struct {
	status     int
	name       string // of the template
	title      string
	message    string   // what went wrong with the form, if anything
	atFault    []string // fields that the message is about
	retryAfter string   // seconds until the form may be sent again, if it may not now
	content    any
	pieces     *int // in the cart, for the header; nil: nobody has looked
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

// parsePages parses each page together with the layout, so that every page may define "main".
func parsePages() map[string]*template.Template {
	shared := template.New("layout.html").Funcs(template.FuncMap{"euros": euros, "limits": limitsOfForms})
	shared = template.Must(shared.ParseFS(pageFiles, "pages/layout.html", "pages/picture.html"))
	pages := map[string]*template.Template{}
	for _, name := range []string{"shop", "cart", "signin", "signup", "account", "password", "delete", "deleted", "checkout", "order", "orders", "error"} {
		pages[name] = template.Must(template.Must(shared.Clone()).ParseFS(pageFiles, "pages/"+name+".html"))
	}
	return pages
}

func (p page) write(s *server, w http.ResponseWriter, r *http.Request) {
	v := view{
		Title: p.title, Message: p.message, Content: p.content, Path: r.URL.Path, Style: stylePath, atFault: p.atFault,
		Instance: s.InstanceID, Zone: s.AvailabilityZone, Rung: s.rung(r), CookieBytes: cookieBytes(r),
	}
	if p.pieces != nil {
		v.Pieces = *p.pieces
	}
	var document bytes.Buffer
	if err := s.pages[p.name].Execute(&document, v); err != nil {
		panic(err) // a template of ours; observe answers and logs it
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", contentSecurity)
	w.Header().Set("Referrer-Policy", "same-origin")
	if p.retryAfter != "" {
		w.Header().Set("Retry-After", p.retryAfter)
	}
	w.WriteHeader(p.status)
	w.Write(document.Bytes())
}

func (s *server) writeErrorPage(w http.ResponseWriter, r *http.Request, err error) {
	status, detail := explain(err)
	s.prepareFailure(w, r, status, err)
	errorPage(r, status, detail).write(s, w, r)
}

// headerPatience is how long a page waits for what is in the cart, only to say in its header how much that is.
const headerPatience = 150 * time.Millisecond

// counting has pages say in their header how many pieces are in the cart, and makes pages of errors that are the
// visitor's. What is in the cart is looked up unless the page knows; a page is worth showing while the carts are away.
func (s *server) counting(a action) action {
	return func(r *http.Request, session *shop.Session) (response, error) {
		answer, err := a(r, session)
		if err != nil {
			status, detail := explain(err)
			if status >= http.StatusInternalServerError {
				return nil, err
			}
			failure := errorPage(r, status, detail)
			failure.retryAfter = retryAfter(status, err)
			answer = failure
		}
		if p, ok := answer.(page); ok && p.pieces == nil {
			p.pieces = s.pieces(r.Context(), session)
			answer = p
		}
		return answer, nil
	}
}

// pieces is how many pieces are in the cart; nil if that cannot be told soon.
func (s *server) pieces(ctx context.Context, session *shop.Session) *int {
	ctx, cancel := context.WithTimeout(ctx, headerPatience)
	defer cancel()
	cart, err := s.Store.Cart(ctx, session)
	if err != nil {
		return nil
	}
	count := cart.Count()
	return &count
}

// errorContent says whether it helps to ask for the page again.
type errorContent struct{ MayPass bool }

func errorPage(r *http.Request, status int, detail string) page {
	content := errorContent{r.Method == http.MethodGet && status >= http.StatusInternalServerError}
	return page{status: status, name: "error", title: http.StatusText(status), message: detail, content: content}
}

// euros formats a price.
func euros(cents int) string { return fmt.Sprintf("€ %d.%02d", cents/100, cents%100) }

// limitsOfForms are what the server accepts, for browsers to say before a form is sent.
func limitsOfForms() map[string]int {
	return map[string]int{"Quantity": shop.MaxQuantity, "Text": shop.MaxText, "MinPassword": shop.MinPassword, "MaxPassword": shop.MaxPassword}
}

package server

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"

	"myclothes/app/shop"
)

//go:embed pages
var pageFiles embed.FS

// contentSecurity allows pages nothing but their own style sheet and forms.
const contentSecurity = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// page is a document for people.
type page struct {
	status     int
	name       string // of the template
	title      string
	message    string // what went wrong with the form, if anything
	retryAfter string // seconds until the form may be sent again, if it may not now
	content    any
}

// parsePages parses each page together with the layout, so that every page may define "main".
func parsePages() map[string]*template.Template {
	shared := template.New("layout.html").Funcs(template.FuncMap{"euros": euros, "limits": limitsOfForms})
	shared = template.Must(shared.ParseFS(pageFiles, "pages/layout.html", "pages/picture.html"))
	pages := map[string]*template.Template{}
	for _, name := range []string{"shop", "cart", "signin", "signup", "account", "checkout", "order", "orders", "error"} {
		pages[name] = template.Must(template.Must(shared.Clone()).ParseFS(pageFiles, "pages/"+name+".html"))
	}
	return pages
}

func (p page) write(s *server, w http.ResponseWriter, r *http.Request) {
	var document bytes.Buffer
	err := s.pages[p.name].Execute(&document, map[string]any{
		"Title": p.title, "Message": p.message, "Content": p.content, "Path": r.URL.Path,
		"Instance": s.InstanceID, "Zone": s.AvailabilityZone, "Rung": s.rung(r), "CookieBytes": cookieBytes(r),
	})
	if err != nil {
		panic(err) // a template of ours; observe answers and logs it
	}
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

// errorContent says whether it helps to ask for the page again.
type errorContent struct{ MayPass bool }

func errorPage(r *http.Request, status int, detail string) page {
	content := errorContent{r.Method == http.MethodGet && status >= http.StatusInternalServerError}
	return page{status: status, name: "error", title: http.StatusText(status), message: detail, content: content}
}

func serveStyle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=300")
	http.ServeFileFS(w, r, pageFiles, "pages/style.css")
}

// euros formats a price.
func euros(cents int) string { return fmt.Sprintf("€ %d.%02d", cents/100, cents%100) }

// limitsOfForms are what the server accepts, for browsers to say before a form is sent.
func limitsOfForms() map[string]int {
	return map[string]int{"Quantity": shop.MaxQuantity, "Text": shop.MaxText, "MinPassword": shop.MinPassword, "MaxPassword": shop.MaxPassword}
}

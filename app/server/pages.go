package server

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"

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
	shared := template.New("layout.html").Funcs(template.FuncMap{"euros": euros})
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
		"Instance": s.InstanceID, "Zone": s.AvailabilityZone, "Rung": s.rung(r),
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
	page{status: status, name: "error", title: http.StatusText(status), message: detail}.write(s, w, r)
}

func serveStyle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=300")
	http.ServeFileFS(w, r, pageFiles, "pages/style.css")
}

type shopContent struct {
	Products   []shop.Product
	Categories []string
	Category   string // shown; empty for all
	Added      string // SKU just put into the cart
	CartCount  int
}

func (s *server) shopPage(r *http.Request, session *shop.Session) (response, error) {
	sold, err := s.Catalog.Range(r.Context())
	if err != nil {
		return nil, err
	}
	content := shopContent{Category: r.FormValue("category"), Added: r.FormValue("added")}
	for _, product := range sold.Products {
		if !slices.Contains(content.Categories, product.Category) {
			content.Categories = append(content.Categories, product.Category)
		}
		if content.Category == "" || content.Category == product.Category {
			content.Products = append(content.Products, product)
		}
	}
	// The window is worth showing while the carts are away.
	if cart, err := s.Store.Cart(r.Context(), session); err == nil {
		content.CartCount = cart.Count()
	}
	return page{status: http.StatusOK, name: "shop", title: "Clothes", content: content}, nil
}

func (s *server) cartPage(r *http.Request, session *shop.Session) (response, error) {
	view, err := s.readCart(r.Context(), session)
	return page{status: http.StatusOK, name: "cart", title: "Your cart", content: view}, err
}

// euros formats a price.
func euros(cents int) string { return fmt.Sprintf("€ %d.%02d", cents/100, cents%100) }

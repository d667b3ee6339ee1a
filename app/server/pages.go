package server

import (
	"context"
	"net/http"
	"time"

	"myclothes/app/server/pages"
	"myclothes/app/server/web"
	"myclothes/app/shop"
)

// page is a pages.Page that an action answers with.
type page pages.Page

func (p page) write(s *server, w http.ResponseWriter, r *http.Request) {
	s.pages.Write(w, r, pages.Page(p))
}

func errorPage(r *http.Request, status int, detail string) page {
	return page(pages.Error(r, status, detail))
}

func (s *server) writeErrorPage(w http.ResponseWriter, r *http.Request, err error) {
	status, detail := web.Explain(err)
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
			status, detail := web.Explain(err)
			if status >= http.StatusInternalServerError {
				return nil, err
			}
			failure := errorPage(r, status, detail)
			failure.RetryAfter = web.RetryAfter(status, err)
			answer = failure
		}
		if p, ok := answer.(page); ok && p.Pieces == nil {
			p.Pieces = s.pieces(r.Context(), session)
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

// serveAsset serves the style sheet under the name of any release. While a release is rolled out, a page of one
// instance may ask another one for its style sheet: that one shows its own, but does not let it be kept under a name
// that is not its own. (hashfs, which would do the rest, has nothing to show then.)
func (s *server) serveAsset(w http.ResponseWriter, r *http.Request) {
	if !pages.IsStyle(r.PathValue("name")) {
		s.writeUnrouted(w, r, http.StatusNotFound)
		return
	}
	pages.ServeStyle(w, r)
}

package server

import (
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"myclothes/app/server/pages"
	"myclothes/app/server/web"
)

// routes is every route of the service that visitors and the load balancer use.
func (s *server) routes() http.Handler {
	mux := http.NewServeMux()

	mux.Handle("GET /api/products", web.Compressed(s.api(s.listProducts)))
	mux.Handle("GET /api/products/{sku}", web.Compressed(s.api(s.getProduct)))
	mux.Handle("GET /api/cart", s.api(s.getCart))
	mux.Handle("DELETE /api/cart", s.api(s.clearCart))
	mux.Handle("POST /api/cart/items", s.api(s.addItem))
	mux.Handle("PUT /api/cart/items/{sku}", s.api(s.setItem))
	mux.Handle("DELETE /api/cart/items/{sku}", s.api(s.removeItem))
	mux.Handle("POST /api/customers", s.api(s.createCustomer))
	mux.Handle("GET /api/customer", s.api(s.getCustomer))
	mux.Handle("PUT /api/customer", s.api(s.updateCustomer))
	mux.Handle("DELETE /api/customer", s.api(s.deleteCustomer))
	mux.Handle("PUT /api/customer/password", s.api(s.putPassword))
	mux.Handle("POST /api/session", s.api(s.signingIn(s.createSession)))
	mux.Handle("DELETE /api/session", s.api(s.deleteSession))
	mux.Handle("DELETE /api/sessions", s.api(s.deleteSessions))
	mux.Handle("POST /api/orders", s.api(s.createOrder))
	mux.Handle("GET /api/orders", s.api(s.listOrders))
	mux.Handle("GET /api/orders/{id}", s.api(s.getOrder))

	mux.Handle("GET /{$}", s.page(s.shopPage))
	mux.Handle("GET /cart", s.page(s.cartPage))
	mux.Handle("POST /cart/items", s.page(s.addForm))
	mux.Handle("POST /cart/items/{sku}", s.page(s.quantityForm))
	mux.Handle("GET /sign-up", s.page(s.signUpPage))
	mux.Handle("POST /sign-up", s.page(s.signUpForm))
	mux.Handle("GET /sign-in", s.page(s.signInPage))
	mux.Handle("POST /sign-in", s.page(s.signingIn(s.signInForm)))
	mux.Handle("POST /sign-out", s.page(s.signOutForm))
	mux.Handle("POST /sign-out-everywhere", s.page(s.signOutEverywhereForm))
	mux.Handle("GET /account", s.page(s.accountPage))
	mux.Handle("POST /account", s.page(s.accountForm))
	mux.Handle("GET /account/password", s.page(s.passwordPage))
	mux.Handle("POST /account/password", s.page(s.passwordForm))
	mux.Handle("GET /account/delete", s.page(s.deletePage))
	mux.Handle("POST /account/delete", s.page(s.deleteForm))
	mux.Handle("GET /checkout", s.page(s.checkoutPage))
	mux.Handle("POST /orders", s.page(s.orderForm))
	mux.Handle("GET /orders", s.page(s.ordersPage))
	mux.Handle("GET /orders/{id}", s.page(s.orderPage))
	mux.Handle("GET /assets/{name}", web.Compressed(http.HandlerFunc(s.serveAsset)))
	mux.Handle("GET /style.css", web.Compressed(http.HandlerFunc(pages.ServeStyle))) // of pages of releases before /assets

	mux.Handle("GET /healthz", http.HandlerFunc(s.Health.serve))
	return mux
}

// adminRoutes is what only operators see: the port is not the load balancer's, and no flow leads there.
func (s *server) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /readyz", http.HandlerFunc(s.serveReadiness))
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics, promhttp.HandlerOpts{}))
	mux.Handle("GET /debug/pprof/", http.HandlerFunc(pprof.Index))
	mux.Handle("GET /debug/pprof/profile", http.HandlerFunc(pprof.Profile))
	mux.Handle("GET /debug/pprof/trace", http.HandlerFunc(pprof.Trace))
	mux.Handle("GET /debug/pprof/symbol", http.HandlerFunc(pprof.Symbol))
	mux.Handle("POST /debug/pprof/symbol", http.HandlerFunc(pprof.Symbol))
	return mux
}

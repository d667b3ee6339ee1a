// Command scs is a cart in a session of alexedwards/scs with its Redis store, as that library's users write it. Its
// sessions end two weeks after they began, however much they are used; with RENEWED set, after they were last used, as
// those of the service do, for which scs writes the session on every request.
package main

import (
	"encoding/gob"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/goredisstore"
	"github.com/alexedwards/scs/v2"

	"myclothes/tests/bench/peer"
)

// cart is quantities by SKU.
type cart map[string]int

func main() {
	gob.Register(cart{})
	sessions := scs.New()
	sessions.Store = goredisstore.New(peer.Redis())
	sessions.Lifetime = 14 * 24 * time.Hour
	if os.Getenv("RENEWED") != "" {
		sessions.Lifetime, sessions.IdleTimeout = 365*24*time.Hour, sessions.Lifetime
	}
	sessions.Cookie.SameSite = http.SameSiteLaxMode

	add := func(w http.ResponseWriter, r *http.Request) {
		var item peer.Item
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 8<<10)).Decode(&item); err != nil {
			http.Error(w, "bad request", http.StatusBadRequest)
			return
		}
		c, _ := sessions.Get(r.Context(), "cart").(cart)
		if c == nil {
			c = cart{}
		}
		_, sold := peer.Products[item.SKU]
		if !sold || item.Quantity < 1 || c[item.SKU]+item.Quantity > peer.MaxQuantity {
			http.Error(w, "not accepted", http.StatusUnprocessableEntity)
			return
		}
		c[item.SKU] += item.Quantity
		sessions.Put(r.Context(), "cart", c)
		peer.Write(w, view(c))
	}
	read := func(w http.ResponseWriter, r *http.Request) {
		c, _ := sessions.Get(r.Context(), "cart").(cart)
		peer.Write(w, view(c))
	}
	peer.Serve(add, read, sessions.LoadAndSave)
}

func view(c cart) peer.Cart {
	answer := peer.Cart{Items: []peer.Line{}}
	for sku, quantity := range c {
		product := peer.Products[sku]
		answer.Items = append(answer.Items, peer.Line{SKU: sku, Name: product.Name, Quantity: quantity, UnitPriceCents: product.Cents})
		answer.TotalCents += quantity * product.Cents
	}
	slices.SortFunc(answer.Items, func(a, b peer.Line) int { return strings.Compare(a.SKU, b.SKU) })
	return answer
}

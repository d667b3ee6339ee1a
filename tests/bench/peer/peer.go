// Package peer is what the Go programs that the service is measured against have in common.
package peer

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"log"
	"net/http"
	"net/http/pprof"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	goredis "github.com/redis/go-redis/v9"
)

// MaxQuantity is of one product in a cart.
const MaxQuantity = 99

// Product is what a cart shows of a product.
type Product struct {
	Name  string
	Cents int
}

// Products are those that the load puts into carts.
var Products = map[string]Product{
	"tee-ecru":           {"Heavy tee, ecru", 2900},
	"shirt-oxford-white": {"Oxford shirt, white", 6900},
	"coat-wool-camel":    {"Wool coat, camel", 24900},
}

// Item is the body of a request to add.
type Item struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// Line is one line of the answer.
type Line struct {
	SKU            string `json:"sku"`
	Name           string `json:"name"`
	Quantity       int    `json:"quantity"`
	UnitPriceCents int    `json:"unitPriceCents"`
}

// Cart is the answer.
type Cart struct {
	Items      []Line `json:"items"`
	TotalCents int    `json:"totalCents"`
}

// Write answers with a JSON document.
func Write(w http.ResponseWriter, document any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(document)
}

// Redis connects to the server that REDIS names, by TLS and with a token, with the limits that the service has.
func Redis() *goredis.Client {
	bundle, err := os.ReadFile(os.Getenv("REDIS_CA"))
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(bundle)
	return goredis.NewClient(&goredis.Options{
		Addr: os.Getenv("REDIS"), Password: os.Getenv("REDIS_TOKEN"), TLSConfig: &tls.Config{RootCAs: roots},
		Protocol: 2, DisableIdentity: true, PoolSize: 64, MaxActiveConns: 64,
		ReadTimeout: time.Second, WriteTimeout: time.Second, PoolTimeout: 5 * time.Second,
	})
}

// Serve serves add and read at ADDRESS, and the metrics and profiles of the process.
func Serve(add, read http.HandlerFunc, wrap func(http.Handler) http.Handler) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/cart/items", add)
	mux.HandleFunc("GET /api/cart", read)
	outer := http.NewServeMux()
	outer.Handle("/", wrap(mux))
	outer.Handle("GET /metrics", promhttp.Handler())
	outer.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	log.Fatal(http.ListenAndServe(os.Getenv("ADDRESS"), outer))
}

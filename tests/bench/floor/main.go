// Command floor is the least that a cart service can do for a request: one round trip to Redis, and an answer
// that never changes. It checks nothing and has no sessions. With BATCHED set, requests that wait at the same moment
// share the round trip, as in the service.
package main

import (
	"io"
	"log"
	"net/http"
	"os"

	goredis "github.com/redis/go-redis/v9"

	"myclothes/tests/bench/peer"
)

func main() {
	client := peer.Redis()
	redis := goredis.Cmdable(client)
	if os.Getenv("BATCHED") != "" {
		batched, err := client.AutoPipeline()
		if err != nil {
			log.Fatal(err)
		}
		redis = batched
	}
	add := func(w http.ResponseWriter, r *http.Request) {
		if err := redis.HIncrBy(r.Context(), key(r), "tee-ecru", 1).Err(); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		answer(w)
	}
	read := func(w http.ResponseWriter, r *http.Request) {
		if err := redis.HGetAll(r.Context(), key(r)).Err(); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		answer(w)
	}
	peer.Serve(add, read, func(h http.Handler) http.Handler { return h })
}

func key(r *http.Request) string {
	cookie, err := r.Cookie("floor")
	if err != nil {
		return "floor:"
	}
	return "floor:" + cookie.Value
}

func answer(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, `{"items":[{"sku":"tee-ecru","name":"Heavy tee, ecru","quantity":1,"unitPriceCents":2900}],"totalCents":2900}`)
}

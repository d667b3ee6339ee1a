// Command floor is the least that a cart service can do for a request: one round trip to Redis, and an answer
// that never changes. It checks nothing and has no sessions.
package main

import (
	"io"
	"net/http"

	"myclothes/tests/bench/peer"
)

func main() {
	redis := peer.Redis()
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

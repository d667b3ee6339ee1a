// Command floor is the least that a cart service can do for a request: one round trip to Redis, and an answer
// that never changes. It checks nothing and has no sessions. With BATCHED set, requests that wait at the same moment
// share the round trip; with ACKNOWLEDGED set, an addition is answered when a replica has it.
package main

import (
	"io"
	"log"
	"net/http"
	"os"

	goredis "github.com/redis/go-redis/v9"

	"myclothes/tests/bench/peer"
)

var acknowledged = os.Getenv("ACKNOWLEDGED") != ""

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
		if err := increment(r, redis); err != nil {
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

// increment adds a piece. Nobody looks at whether a replica answered in time, as nobody does where changes stand then.
func increment(r *http.Request, redis goredis.Cmdable) error {
	if !acknowledged {
		return redis.HIncrBy(r.Context(), key(r), "tee-ecru", 1).Err()
	}
	_, err := redis.Pipelined(r.Context(), func(together goredis.Pipeliner) error {
		together.HIncrBy(r.Context(), key(r), "tee-ecru", 1)
		return together.Do(r.Context(), "WAIT", 1, 100).Err()
	})
	return err
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

package cloudtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Application is a small web application: the path says what it does.
func Application(id, behaviour string) http.Handler {
	var sick atomic.Bool
	sick.Store(behaviour == "sick")
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if behaviour == "refuses writes" && r.Method == http.MethodPost {
			w.WriteHeader(http.StatusInternalServerError)
		}
		fmt.Fprint(w, behaviour)
	})
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		if sick.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("/fall-sick", func(http.ResponseWriter, *http.Request) { sick.Store(true) })
	mux.HandleFunc("/headers", func(w http.ResponseWriter, r *http.Request) { _ = json.NewEncoder(w).Encode(r.Header) })
	mux.HandleFunc("/sign-in", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "myclothes_session", Value: "x", Path: "/", MaxAge: 3600})
	})
	mux.HandleFunc("/sign-out", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "myclothes_session", Path: "/", MaxAge: -1})
	})
	mux.HandleFunc("/status/{code}", func(w http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(r.PathValue("code"))
		w.WriteHeader(code)
	})
	mux.HandleFunc("/hang-up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Instance-Id", id)
		mux.ServeHTTP(w, r)
	})
}

// Answer is what a client gets.
type Answer struct {
	Status   int
	Instance string // who answered
	Body     string
	Header   http.Header
}

// Browser is a client with cookies of its own that does not follow redirects.
func Browser(t *testing.T) *http.Client {
	jar, _ := cookiejar.New(nil)
	transport := &http.Transport{MaxIdleConnsPerHost: 10}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Jar: jar, Transport: transport, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Get reads the answer to a GET.
func Get(client *http.Client, url string) (Answer, error) {
	return read(client.Get(url))
}

// Post reads the answer to a POST.
func Post(client *http.Client, url, body string) (Answer, error) {
	return read(client.Post(url, "text/plain", strings.NewReader(body)))
}

func read(response *http.Response, err error) (Answer, error) {
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return Answer{response.StatusCode, response.Header.Get("X-Instance-Id"), string(body), response.Header}, err
}

package server

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/memory"
	"myclothes/app/password"
	"myclothes/app/server/web"
	"myclothes/app/shop"
	"myclothes/app/throttle"
)

// routesThatChange are the patterns of routes.go whose requests have bodies, or could.
func routesThatChange(tb testing.TB) (patterns [][2]string) {
	tb.Helper()
	source, err := os.ReadFile("routes.go")
	require.NoError(tb, err)
	for _, match := range regexp.MustCompile(`mux\.Handle\("(POST|PUT|DELETE) ([^"]+)"`).FindAllSubmatch(source, -1) {
		patterns = append(patterns, [2]string{string(match[1]), string(match[2])})
	}
	require.NotEmpty(tb, patterns)
	return patterns
}

// bodies that one route or another accepts, to begin with.
var bodies = []string{
	``, `{}`, `null`, `[]`, `{"sku":"tee","quantity":1}`, `{"quantity":99}`, `{"quantity":-1}`, `{"quantity":1e400}`,
	`{"email":"a@example.com","password":"correct horse","name":"A"}`, `{"email":"owner@example.com","password":"correct horse"}`,
	`{"currentPassword":"wrong horse","newPassword":"battery staple"}`, `{"password":"wrong horse"}`,
	`{"name":"A","address":{"street":"S 1","postalCode":"1","city":"C","country":"D"}}`,
	`{"key":"0123456789abcdef"}`, `{"sku":"tee","quantity":1}{"sku":"tee"}`, "{\"sku\":\"\xff\"}",
	`sku=tee&quantity=1&category=Shirts`, `quantity=0`, `quantity=%zz`, `email=a%40example.com&password=correct+horse&name=A&next=/checkout`,
	`currentPassword=x&newPassword=battery+staple`, `name=A&street=S&postalCode=1&city=C&country=D&next=//evil.example`, `key=0123456789abcdef`,
}

var contentTypes = []string{"application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "text/plain", ";;"}

// Whatever a body holds, the service answers that it was carried out or what is wrong with it: never with a failure of
// its own, and on the API always with a document.
func FuzzEveryRequestBody(f *testing.F) {
	routes := routesThatChange(f)
	for route := range routes {
		for i, body := range bodies {
			f.Add(byte(route), byte(i%len(contentTypes)), i%2 == 0, "tee", []byte(body))
		}
	}
	hash, err := password.NewHasher(cheap).Hash(f.Context(), "correct horse")
	require.NoError(f, err)
	store := memory.NewStore(shop.Lifetimes{Idle: time.Hour})
	customers := &accounts{byID: []shop.Customer{{ID: 1, Email: "owner@example.com"}}, hashes: []string{hash}, gone: map[int64]bool{}}
	handler := New(Config{
		InstanceID: "i-test", AvailabilityZone: "az-test", StoreName: "instance", SessionCookie: "sid", SessionTTL: time.Hour,
		Store: store, Catalog: products, Orders: newLedger(customers), Throttle: throttle.New(nil, 0),
		Customers: customers, Passwords: password.NewHasher(cheap),
		Log: slog.New(slog.NewJSONHandler(io.Discard, nil)),
	})
	f.Fuzz(func(t *testing.T, route, contentType byte, signedIn bool, segment string, body []byte) {
		method, pattern := routes[int(route)%len(routes)][0], routes[int(route)%len(routes)][1]
		session := shop.OpenSession("")
		_, err := store.Add(t.Context(), session, "tee", 1)
		require.NoError(t, err)
		if signedIn {
			require.NoError(t, store.SignIn(t.Context(), session, 1, 0))
		}
		r := httptest.NewRequest(method, "/", bytes.NewReader(body))
		r.URL.Path = strings.Replace(pattern, "{sku}", strings.NewReplacer("/", "", ".", "").Replace(segment)+"x", 1)
		r.Header.Set("Content-Type", contentTypes[int(contentType)%len(contentTypes)])
		r.AddCookie(&http.Cookie{Name: "sid", Value: session.Token()})
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)

		require.Less(t, answer.Code, 500, "%s %s: %s", method, r.URL.Path, answer.Body)
		if answer.Code >= 400 && strings.HasPrefix(pattern, "/api/") {
			var document web.Problem
			require.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
			require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &document))
			require.Equal(t, answer.Code, document.Status)
			require.NotEmpty(t, document.Detail)
		}
		if to := answer.Header().Get("Location"); to != "" {
			require.Regexp(t, `^/([^/\\]|$)`, to, "a form must not lead to another site")
		}
	})
}

// FuzzDevice has nothing that a browser sends believed to be a device that an account knows.
func FuzzDevice(f *testing.F) {
	const hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$c3Vtc3Vtc3Vtc3Vtc3Vtc3Vtc3Vtc3Vtc3Vtc3Vtc3U"
	other := newDevice("another hash")
	for _, seed := range []string{"", ".", other.name + "." + other.seal, other.name, strings.Repeat("A", 22) + "." + strings.Repeat("A", 22), `"x"`, "%00"} {
		f.Add(seed)
	}
	s := &server{Config: Config{SessionCookie: "sid"}}
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequest("POST", "/sign-in", nil)
		r.Header.Set("Cookie", "sid_device="+value)
		d := s.deviceOf(r)
		if d.knownTo(hash) || d.knownTo("") {
			t.Fatalf("%q is believed", value)
		}
		if d.name != "" && (len(d.name) != 22 || len(d.seal) != 22) {
			t.Fatalf("%q is read as %v", value, d)
		}
	})
}

package web

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"myclothes/app/shop"
)

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"name":"x","address":{"city":"y"}}`, `{}`, `[]`, `null`, `{"name":"\u0000"}`, `{"name":`, "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		request := httptest.NewRequest("PUT", "/", bytes.NewReader(content))
		request.Body = http.MaxBytesReader(httptest.NewRecorder(), request.Body, MaxBody)
		_, err := Decode[shop.Profile](request)
		var malformed *BodyError
		if err != nil && !errors.As(err, &malformed) {
			t.Fatalf("not explained: %v", err)
		}
		if err == nil && len(content) > MaxBody {
			t.Fatal("accepted a body over the limit")
		}
	})
}

package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// MaxBody bounds a request's body, in bytes. The largest honest one is a profile.
const MaxBody = 8 << 10

// BodyError says what is wrong with a request's body.
type BodyError struct {
	status int
	reason string
}

// Error is the reason, which is for the visitor.
func (e *BodyError) Error() string { return e.reason }

// Decode reads a JSON object of type T: nothing unknown in it, nothing after it, not too large.
func Decode[T any](r *http.Request) (value T, err error) {
	if !isJSON(r.Header.Get("Content-Type")) {
		return value, &BodyError{http.StatusUnsupportedMediaType, "send application/json"}
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&value); err != nil {
		return value, explainBody(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		if tooLarge(err) {
			return value, explainBody(err)
		}
		return value, &BodyError{http.StatusBadRequest, "send one JSON object and nothing after it"}
	}
	return value, nil
}

// isJSON reports whether a body of this type may be read as JSON. Most clients send the first of these forms.
func isJSON(contentType string) bool {
	if contentType == "application/json" || contentType == "" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == "application/json"
}

func tooLarge(err error) bool {
	var limit *http.MaxBytesError
	return errors.As(err, &limit)
}

var bodyTooLarge = &BodyError{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body must not exceed %d bytes", MaxBody)}

// Malformed refuses a request that lacks what is asked for: status 400, with the reason.
func Malformed(reason string) error { return &BodyError{http.StatusBadRequest, reason} }

// ExplainForm returns the BodyError for a form that http.Request.ParseForm could not read.
func ExplainForm(err error) error {
	if tooLarge(err) {
		return bodyTooLarge
	}
	return &BodyError{http.StatusBadRequest, "the form cannot be read"}
}

func explainBody(err error) error {
	var wrongType *json.UnmarshalTypeError
	switch {
	case tooLarge(err):
		return bodyTooLarge
	case errors.Is(err, io.EOF):
		return &BodyError{http.StatusBadRequest, "the body is empty: send a JSON object"}
	case errors.As(err, &wrongType):
		return &BodyError{http.StatusBadRequest, fmt.Sprintf("%s must not be a %s", wrongType.Field, wrongType.Value)}
	case strings.HasPrefix(err.Error(), "json: unknown field"):
		return &BodyError{http.StatusBadRequest, strings.TrimPrefix(err.Error(), "json: ")}
	}
	return &BodyError{http.StatusBadRequest, "the body is not the JSON object expected"}
}

// ExpectNothing accepts an empty body and an empty object.
func ExpectNothing(r *http.Request) error {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return explainBody(err)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	r.Body = io.NopCloser(bytes.NewReader(text))
	_, err = Decode[struct{}](r)
	return err
}

package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// maxBody bounds a request's body, in bytes. The largest honest one is a profile.
const maxBody = 8 << 10

// bodyError says what is wrong with a request's body.
type bodyError struct {
	status int
	reason string
}

func (e *bodyError) Error() string { return e.reason }

// decode reads a JSON object of type T: nothing unknown in it, nothing after it, not too large.
func decode[T any](r *http.Request) (value T, err error) {
	if !isJSON(r.Header.Get("Content-Type")) {
		return value, &bodyError{http.StatusUnsupportedMediaType, "send application/json"}
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
		return value, &bodyError{http.StatusBadRequest, "send one JSON object and nothing after it"}
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

var bodyTooLarge = &bodyError{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body must not exceed %d bytes", maxBody)}

func explainForm(err error) error {
	if tooLarge(err) {
		return bodyTooLarge
	}
	return &bodyError{http.StatusBadRequest, "the form cannot be read"}
}

func explainBody(err error) error {
	var wrongType *json.UnmarshalTypeError
	switch {
	case tooLarge(err):
		return bodyTooLarge
	case errors.Is(err, io.EOF):
		return &bodyError{http.StatusBadRequest, "the body is empty: send a JSON object"}
	case errors.As(err, &wrongType):
		return &bodyError{http.StatusBadRequest, fmt.Sprintf("%s must not be a %s", wrongType.Field, wrongType.Value)}
	case strings.HasPrefix(err.Error(), "json: unknown field"):
		return &bodyError{http.StatusBadRequest, strings.TrimPrefix(err.Error(), "json: ")}
	}
	return &bodyError{http.StatusBadRequest, "the body is not the JSON object expected"}
}

package aws

import "fmt"

// Error is an error in the form of AWS's APIs.
type Error struct {
	Code    string `json:"__type"`
	Message string `json:"message"`
}

// Error is the code and the message.
func (e Error) Error() string { return e.Code + ": " + e.Message }

// Invalid is AWS's error for a request that cannot be.
func Invalid(format string, values ...any) error {
	return Errorf("ValidationError", format, values...)
}

// Errorf is an error of AWS's with a code.
func Errorf(code, format string, arguments ...any) error {
	return Error{Code: code, Message: fmt.Sprintf(format, arguments...)}
}

package aws

// Error is an error in the form of AWS's APIs.
type Error struct {
	Code    string `json:"__type"`
	Message string `json:"message"`
}

// Error is the code and the message.
func (e Error) Error() string { return e.Code + ": " + e.Message }

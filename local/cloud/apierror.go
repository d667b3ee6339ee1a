package cloud

// apiError is an error in the form of AWS's APIs.
type apiError struct {
	Code    string `json:"__type"`
	Message string `json:"message"`
}

func (e apiError) Error() string { return e.Code + ": " + e.Message }

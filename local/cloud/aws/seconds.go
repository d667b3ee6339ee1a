package aws

import "time"

// Seconds is a declared number of seconds, or AWS's default.
func Seconds(declared *int, otherwise int) time.Duration {
	if declared != nil {
		otherwise = *declared
	}
	return time.Duration(otherwise) * time.Second
}

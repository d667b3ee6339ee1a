package cloud

import "time"

// seconds is a declared number of seconds, or AWS's default.
func seconds(declared *int, otherwise int) time.Duration {
	if declared != nil {
		otherwise = *declared
	}
	return time.Duration(otherwise) * time.Second
}

// Package release builds the cart service and declares where instances fetch it: an
// object in a bucket, named by its content.
package release

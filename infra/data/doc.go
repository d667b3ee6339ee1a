// Package data declares what must not be lost: the cache or the table that holds
// sessions and carts, the database with its replicas, and the generated secrets that
// open them.
package data

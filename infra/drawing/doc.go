// Package drawing draws the architecture that a declaration registered: zones are columns,
// tiers are rows, and every connection that the security groups permit is an arrow. What
// is switched off is not there. It draws what a graph of infra/guards says, and so shows
// what was registered and not what somebody remembers.
//
// What comes in runs down the middle or on the left; what goes out runs on the right.
// The shapes are plain ones of our own, so that no licence of icons binds the reader.
package drawing

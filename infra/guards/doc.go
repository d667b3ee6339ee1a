// Package guards says what must be true of a declared stack, whoever asks: tests, a
// preview, a policy pack, a drawing.
//
//	Graph   the resources that one evaluation of the declaration registered
//	Flows   who can reach whom through the security groups
//	Rules   what must be so, each with the control of AWS that asks for it
//
// The values of resources are of the package plain, IAM's documents of the package policy.
//
// It works on plain values and imports neither Pulumi nor AWS, so that it is quick to
// build and can look at mocks, a stack's state or an engine's events alike. What is not
// known yet, as in a preview, breaks no rule.
package guards

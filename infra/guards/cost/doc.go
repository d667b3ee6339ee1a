// Package cost estimates what a declared stack costs a month, in US dollars.
//
//	Of       the lines of one graph, and what has no price
//	Compare  two estimates, component by component
//
// Prices are AWS's list prices on demand, without taxes, discounts and free tiers. What
// depends on how the shop is used is a parameter, with a default: see Usage. A resource is
// priced, free for a reason that Free tells, or in the list of what the estimate is without:
// nothing is zero in silence.
package cost

// Package edge declares the only thing that the internet can reach: the load balancer,
// with its listeners and the target group behind them.
package edge

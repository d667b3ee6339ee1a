package data

// CartStore says where the service keeps carts. It is the rung of the ladder.
type CartStore string

// The cart stores.
const (
	StoreInstance    CartStore = "instance"    // in each instance's memory; lost with it
	StoreCookie      CartStore = "cookie"      // in the user's cookie, encrypted
	StoreElastiCache CartStore = "elasticache" // server sessions in ElastiCache
	StoreDynamoDB    CartStore = "dynamodb"    // server sessions in DynamoDB
)

package conventions

// Peer is an end of a flow.
type Peer string

// The peers. Groups are security groups of the stack; the others are addresses.
const (
	Internet     Peer = "internet"
	LoadBalancer Peer = "alb"
	App          Peer = "app"
	Cache        Peer = "cache"
	Database     Peer = "database"
	Endpoints    Peer = "endpoints" // interface endpoints of AWS services
	S3           Peer = "s3"        // its gateway endpoint
	DynamoDB     Peer = "dynamodb"  // its gateway endpoint
)

// Flow permits TCP connections from one peer to a port of another.
type Flow struct {
	From, To Peer
	Port     int
}

// The ports of the web, and of AWS's services.
const (
	HTTPPort  = 80
	HTTPSPort = 443
)

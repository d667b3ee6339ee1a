package shop

// Attempt is somebody's try to sign in, or to open an account.
type Attempt struct {
	// Account is the e-mail address as NormalizeEmail returns it, whether there is such an account or not; empty for
	// somebody who opens one.
	Account string
	// Client is where they come from: a network address.
	Client string
	// Device names the browser, if the owner of the account has signed in from it before; else empty.
	Device string
}

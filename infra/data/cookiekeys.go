package data

import (
	"fmt"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
	"myclothes/infra/network"
)

// CookieKeys are the keys that encrypt carts in cookies: the first one encrypts, all
// decrypt. Each has a number, which is its name for life, and is generated when the
// number first appears in the configuration.
//
// The key is changed by configuration, without losing a cart: from 1 to 1,2, then to
// 2,1, and to 2 when the carts that nobody has touched since may go. Instances read
// the secret again every few minutes, so all of them know of a step five minutes
// after it, and none has to roll. Who has a cookie of a key that was dropped has an
// empty cart and is signed out, which is also how a stolen one is revoked.
type CookieKeys struct {
	pulumi.ResourceState

	credentials credentials // {"keys": [base64 of 32 bytes, …]}
}

// CookieKeysArgs say which keys there are.
type CookieKeysArgs struct {
	network.Site

	Numbers []int // the first one encrypts
}

// NewCookieKeys declares the keys, and the secret that instances read them from.
func NewCookieKeys(ctx *pulumi.Context, name string, args *CookieKeysArgs, opts ...pulumi.ResourceOption) (*CookieKeys, error) {
	k := &CookieKeys{}
	if err := ctx.RegisterComponentResource("myclothes:index:CookieKeys", name, k, opts...); err != nil {
		return nil, err
	}
	keys := pulumi.StringArray{}
	for _, number := range args.Numbers {
		key, err := random.NewRandomBytes(ctx, keyName(name, number), &random.RandomBytesArgs{Length: pulumi.Int(32)}, pulumi.Parent(k))
		if err != nil {
			return nil, err
		}
		keys = append(keys, key.Base64)
	}
	var err error
	if k.credentials, err = newCredentials(ctx, name+"-keys", pulumi.Map{"keys": keys}, args.Site, k); err != nil {
		return nil, err
	}
	return k, ctx.RegisterResourceOutputs(k, pulumi.Map{})
}

// Contribution lets instances read the keys.
func (k *CookieKeys) Contribution() conventions.Contribution {
	asked := readable(k.credentials)
	asked.Environment = []conventions.Variable{{Name: "CART_COOKIE_SECRET", Value: k.credentials.arn}}
	return asked
}

// keyName is a key's name in the state. The first one is from when there was only one.
func keyName(name string, number int) string {
	if number == 1 {
		return name + "-key"
	}
	return fmt.Sprintf("%s-key-%d", name, number)
}

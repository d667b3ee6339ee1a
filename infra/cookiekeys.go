package infra

import (
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// cookieKeys are the keys that encrypt carts in cookies: the first one encrypts, all
// decrypt.
type cookieKeys struct {
	pulumi.ResourceState

	credentials credentials // {"keys": [base64 of 32 bytes, …]}
}

func newCookieKeys(ctx *pulumi.Context, name string, deletable bool, tags tagger) (*cookieKeys, error) {
	k := &cookieKeys{}
	if err := ctx.RegisterComponentResource("myclothes:index:CookieKeys", name, k); err != nil {
		return nil, err
	}
	key, err := random.NewRandomBytes(ctx, name+"-key", &random.RandomBytesArgs{Length: pulumi.Int(32)}, pulumi.Parent(k))
	if err != nil {
		return nil, err
	}
	fields := pulumi.Map{"keys": pulumi.StringArray{key.Base64}}
	if k.credentials, err = newCredentials(ctx, name+"-keys", fields, deletable, tags, k); err != nil {
		return nil, err
	}
	return k, ctx.RegisterResourceOutputs(k, pulumi.Map{})
}

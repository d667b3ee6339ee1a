package infra

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// cookieKeys are the keys that encrypt carts in cookies: the first one encrypts, all
// decrypt. Each has a number, which is its name for life, and is generated when the
// number first appears in the configuration.
//
// The key is changed by configuration, without losing a cart: from 1 to 1,2, then to
// 2,1, and to 2 when the carts that nobody has touched since may go. Instances read
// the secret again every few minutes, so all of them know of a step five minutes
// after it, and none has to roll. Who has a cookie of a key that was dropped has an
// empty cart and is signed out, which is also how a stolen one is revoked.
type cookieKeys struct {
	pulumi.ResourceState

	credentials credentials // {"keys": [base64 of 32 bytes, …]}
}

func newCookieKeys(ctx *pulumi.Context, name string, numbers []int, deletable bool, tags tagger) (*cookieKeys, error) {
	k := &cookieKeys{}
	if err := ctx.RegisterComponentResource("myclothes:index:CookieKeys", name, k); err != nil {
		return nil, err
	}
	keys := pulumi.StringArray{}
	for _, number := range numbers {
		key, err := random.NewRandomBytes(ctx, keyName(name, number), &random.RandomBytesArgs{Length: pulumi.Int(32)}, pulumi.Parent(k))
		if err != nil {
			return nil, err
		}
		keys = append(keys, key.Base64)
	}
	var err error
	if k.credentials, err = newCredentials(ctx, name+"-keys", pulumi.Map{"keys": keys}, deletable, tags, k); err != nil {
		return nil, err
	}
	return k, ctx.RegisterResourceOutputs(k, pulumi.Map{})
}

// keyName is a key's name in the state. The first one is from when there was only one.
func keyName(name string, number int) string {
	if number == 1 {
		return name + "-key"
	}
	return fmt.Sprintf("%s-key-%d", name, number)
}

// mostCookieKeys is how many keys there may be: a change needs two.
const mostCookieKeys = 4

// cookieKeys reads the numbers of the keys, the one that encrypts first.
func (r *reader) cookieKeys(key string) (numbers []int) {
	value := r.text(key)
	if value == "" {
		return []int{1}
	}
	for text := range strings.SplitSeq(value, ",") {
		number, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || number < 1 || number > 9999 || slices.Contains(numbers, number) || len(numbers) == mostCookieKeys {
			r.refuse(key, value, fmt.Sprintf("1 to %d different numbers from 1 to 9999 with commas between them, like 2,1", mostCookieKeys))
			return nil
		}
		numbers = append(numbers, number)
	}
	return numbers
}

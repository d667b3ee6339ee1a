package provider

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"reflect"

	"myclothes/local/cloud/aws"
)

// randomKinds are the types of package random. They live in the engine's state.
var randomKinds = map[string]kind{
	"random:index/randomPassword:RandomPassword": {durable: true, computed: outputNames{"result"}, secret: outputNames{"result"}},
	"random:index/randomId:RandomId":             {durable: true, computed: outputNames{"b64Std", "b64Url", "dec", "hex"}},
	"random:index/randomBytes:RandomBytes":       {durable: true, computed: outputNames{"base64", "hex"}, secret: outputNames{"base64", "hex"}},
}

func randomServices(random source) map[string]service {
	return map[string]service{
		"random:index/randomPassword:RandomPassword": once[passwordArgs]{random, randomPassword},
		"random:index/randomId:RandomId":             once[idArgs]{random, randomID},
		"random:index/randomBytes:RandomBytes":       once[bytesArgs]{random, randomBytes},
	}
}

// once is a service that only makes outputs, from inputs declared as S and at random.
type once[S any] struct {
	random source
	make   func(random io.Reader, args S) (aws.Outputs, error)
}

func (o once[S]) create(_ context.Context, r aws.Resource, inputs map[string]any) (aws.Outputs, error) {
	var args S
	if err := decode(inputs, &args); err != nil {
		return nil, err
	}
	return o.make(o.random.of(r.ID), args)
}

func (once[S]) update(context.Context, aws.Resource, map[string]any) (aws.Outputs, error) {
	return nil, nil
}

func (once[S]) remove(context.Context, aws.Resource) error { return nil }

func (once[S]) spec() reflect.Type { return reflect.TypeFor[S]() }

// passwordArgs are RandomPassword's inputs. Each class of characters is used
// unless declared otherwise.
type passwordArgs struct {
	Length          int     `json:"length"`
	Lower           *bool   `json:"lower"`
	Upper           *bool   `json:"upper"`
	Numeric         *bool   `json:"numeric"`
	Special         *bool   `json:"special"`
	OverrideSpecial *string `json:"overrideSpecial"`
	MinLower        int     `json:"minLower"`
	MinUpper        int     `json:"minUpper"`
	MinNumeric      int     `json:"minNumeric"`
	MinSpecial      int     `json:"minSpecial"`
}

func randomPassword(random io.Reader, args passwordArgs) (aws.Outputs, error) {
	special := "!@#$%&*()-_=+[]{}<>:?"
	if args.OverrideSpecial != nil {
		special = *args.OverrideSpecial
	}
	classes := []struct {
		characters string
		used       *bool
		minimum    int
	}{
		{"abcdefghijklmnopqrstuvwxyz", args.Lower, args.MinLower},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZ", args.Upper, args.MinUpper},
		{"0123456789", args.Numeric, args.MinNumeric},
		{special, args.Special, args.MinSpecial},
	}
	var all string
	var password []byte
	for _, class := range classes {
		if class.used == nil || *class.used {
			all += class.characters
			password = pick(random, password, class.characters, class.minimum)
		}
	}
	if all == "" || len(password) > args.Length {
		return nil, errors.New("no password of that length has the characters asked for")
	}
	password = pick(random, password, all, args.Length-len(password))
	for i := range password {
		j := i + below(random, len(password)-i)
		password[i], password[j] = password[j], password[i]
	}
	return aws.Outputs{"id": "none", "result": string(password)}, nil
}

// pick appends n random characters.
func pick(random io.Reader, to []byte, characters string, n int) []byte {
	for range n {
		to = append(to, characters[below(random, len(characters))])
	}
	return to
}

// below returns a random number from 0 to n-1.
func below(random io.Reader, n int) int {
	i, err := rand.Int(random, big.NewInt(int64(n)))
	if err != nil {
		panic(err) // no source fails
	}
	return int(i.Int64())
}

// idArgs are RandomId's inputs.
type idArgs struct {
	ByteLength int    `json:"byteLength"`
	Prefix     string `json:"prefix"`
}

func randomID(random io.Reader, args idArgs) (aws.Outputs, error) {
	bytes := make([]byte, args.ByteLength)
	_, _ = io.ReadFull(random, bytes)
	id := base64.RawURLEncoding.EncodeToString(bytes)
	return aws.Outputs{
		"id":     id,
		"b64Url": args.Prefix + id,
		"b64Std": args.Prefix + base64.StdEncoding.EncodeToString(bytes),
		"hex":    args.Prefix + hex.EncodeToString(bytes),
		"dec":    args.Prefix + new(big.Int).SetBytes(bytes).String(),
	}, nil
}

// bytesArgs are RandomBytes' inputs.
type bytesArgs struct {
	Length int `json:"length"`
}

func randomBytes(random io.Reader, args bytesArgs) (aws.Outputs, error) {
	if args.Length < 1 {
		return nil, fmt.Errorf("length %d: at least 1", args.Length)
	}
	bytes := make([]byte, args.Length)
	_, _ = io.ReadFull(random, bytes)
	return aws.Outputs{
		"id":     randomHex(random, 17), // the real one has none; the engine wants one
		"base64": base64.StdEncoding.EncodeToString(bytes),
		"hex":    hex.EncodeToString(bytes),
	}, nil
}

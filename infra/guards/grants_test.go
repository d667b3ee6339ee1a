package guards

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGrantsNameWhoMayDoWhatToWhat(t *testing.T) {
	bucket := New(map[string]any{"type": Bucket, "urn": "urn:pulumi:dev::shop::" + Bucket + "::releases", "custom": true,
		"outputs": map[string]any{"arn": "arn:aws:s3:::releases-1234"}})
	policy := func(name, text string) *Resource {
		return New(map[string]any{"type": RolePolicy, "urn": "urn:pulumi:dev::shop::" + RolePolicy + "::" + name, "custom": true, "inputs": map[string]any{"policy": text}})
	}
	grants, opaque := Grants(NewGraph(bucket,
		policy("servers", `{"Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::releases-1234/cart/*"},
			{"Effect":"Deny","Action":"s3:PutObject","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`),
		policy("unknown", "04da6b54-80e4-46f7-96ec-b56ff0331ba9"),
	))
	var said []string
	for _, grant := range grants {
		said = append(said, grant.String())
	}
	require.Equal(t, []string{
		"servers may s3:GetObject on releases/cart/*",
		`servers may not s3:PutObject on * when {"Bool":{"aws:SecureTransport":"false"}}`,
	}, said)
	require.Len(t, opaque, 1)
	require.Equal(t, "unknown", opaque[0].Name)
}

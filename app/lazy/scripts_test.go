package lazy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAReplyThatIsNoneToALookIsAnError(t *testing.T) {
	t.Parallel()
	for _, reply := range []any{
		nil, int64(1), []any{}, []any{"1"}, []any{nil, nil, nil}, []any{"one", int64(1), int64(0)}, map[string]any{"1": "2"}, 0.5,
	} {
		_, err := readLook(reply)
		require.Error(t, err, "%v", reply)
	}
	f, err := readLook([]any{"7", int64(1), int64(0)})
	require.NoError(t, err)
	require.Equal(t, found{state: leased, after: 7}, f)
}

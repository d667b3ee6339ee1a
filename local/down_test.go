package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/control"
)

func TestDownForgivesWhatAWSRefusesToDeleteAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refused   []string
		destroyed error
		want      error
	}{
		"all went":             {nil, nil, nil},
		"something is guarded": {[]string{"web: OperationNotPermitted: it is protected"}, errors.New("destroy failed"), nil},
		"something broke":      {nil, errors.New("destroy failed"), errors.New("destroy failed")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, out := pretendCloud(t, control.Options{Stack: "prod"})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_ = json.NewEncoder(w).Encode(control.Report{Refused: c.refused})
			}))
			t.Cleanup(server.Close)
			info := `{"stack":"prod","address":"` + strings.TrimPrefix(server.URL, "http://") + `"}`
			require.NoError(t, os.WriteFile(filepath.Join(r.root, ".local", "cloud.json"), []byte(info), 0o600))
			cloud, err := control.Find(t.Context(), r.root)
			require.NoError(t, err)
			require.Equal(t, c.want, r.pardon(t.Context(), cloud, c.destroyed))
			for _, refusal := range c.refused {
				require.Contains(t, out.String(), refusal)
			}
		})
	}
}

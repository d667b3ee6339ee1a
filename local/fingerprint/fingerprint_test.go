package fingerprint

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestCodeHasAnotherNameWhenASourceChanges(t *testing.T) {
	t.Parallel()
	sources := fstest.MapFS{"a.go": {Data: []byte("package a")}, "b/b.go": {Data: []byte("package b")}}
	before, err := Of(sources)
	require.NoError(t, err)
	require.Len(t, before, 16)
	sources["a_test.go"] = &fstest.MapFile{Data: []byte("package a")}
	same, err := Of(sources)
	require.NoError(t, err)
	require.Equal(t, before, same, "a test is no part of the code")
	sources["b/b.go"] = &fstest.MapFile{Data: []byte("package c")}
	other, err := Of(sources)
	require.NoError(t, err)
	require.NotEqual(t, before, other)
}

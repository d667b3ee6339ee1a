package aws

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAResourceIsFoundByIDNameAndARN(t *testing.T) {
	t.Parallel()
	s := NewRecords[string]("bucket")
	r := Resource{ID: "b-1", Name: "releases", ARN: "arn:aws:s3:::releases"}
	_, err := s.Create(t.Context(), r, "declared")
	require.NoError(t, err)
	for _, reference := range []string{r.ID, r.Name, r.ARN} {
		spec, err := s.Get(reference)
		require.NoError(t, err)
		require.Equal(t, "declared", spec)
	}
	require.NoError(t, s.Delete(t.Context(), r))
	_, err = s.Get("releases")
	require.EqualError(t, err, `no bucket "releases"`)
}

func TestAnUpdateThatCannotBePutIntoEffectIsNotRecorded(t *testing.T) {
	t.Parallel()
	s := NewRecords[int]("group")
	s.OnUpdate(func(_ context.Context, r Record[int]) error {
		if r.Spec > 2 {
			return errors.New("too many")
		}
		return nil
	})
	r := Resource{ID: "g"}
	_, err := s.Create(t.Context(), r, 1)
	require.NoError(t, err)
	_, err = s.Update(t.Context(), r, 2)
	require.NoError(t, err)
	_, err = s.Update(t.Context(), r, 3)
	require.EqualError(t, err, "too many")
	spec, err := s.Get("g")
	require.NoError(t, err)
	require.Equal(t, 2, spec)
}

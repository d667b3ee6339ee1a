package parameters

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFormulasOfParameterGroupsAreComputed(t *testing.T) {
	t.Parallel()
	variables := map[string]int64{"DBInstanceClassMemory": 8 << 30, "AllocatedStorage": 100}
	for _, test := range []struct {
		formula string
		want    int64
	}{
		{"{DBInstanceClassMemory/9531392}", 901},
		{"LEAST({DBInstanceClassMemory/9531392},5000)", 901},
		{"LEAST({DBInstanceClassMemory/9531392}, 500)", 500},
		{"GREATEST({DBInstanceClassMemory/63963136},65536)", 65536},
		{"{DBInstanceClassMemory*1/4/8192}", 262144},
		{"SUM({DBInstanceClassMemory/12038},-50000)", 663568},
		{"GREATEST(LEAST(1,2),{AllocatedStorage*3})", 300},
		{"42", 42},
	} {
		got, err := Evaluate(test.formula, variables)
		require.NoError(t, err)
		require.Equal(t, test.want, got, test.formula)
	}
	for _, wrong := range []string{"{DBInstanceClassMemory/0}", "{Memory}", "LEAST(1,2", "{1", "LEAST(1,2)3", ""} {
		_, err := Evaluate(wrong, variables)
		require.Error(t, err, wrong)
	}
}

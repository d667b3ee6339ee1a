package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/config"
)

// shelf is something with a bit of everything to configure.
type shelf struct {
	boards  int
	painted bool
	label   string
	wood    wood
}

type wood string

func (s *shelf) keys() []config.Key {
	return []config.Key{
		config.Integer(&s.boards, "boards", 3, 1, 9, "How many boards, {least} to {most}"),
		config.Boolean(&s.painted, "painted", false, "Paint it"),
		config.Pattern(&s.label, "label", "", `[A-Z]\d`, "What is on it"),
		config.OneOf(&s.wood, "wood", "oak", []wood{"oak", "ash"}, "What it is of: oak or ash"),
	}
}

// read returns what is wrong with values.
func read(values map[string]string) error {
	return config.Read("shop", new(shelf).keys(), func(key string) string { return values[key] }).Err()
}

func TestKeysThatAreNotSetHaveTheirDefaults(t *testing.T) {
	t.Parallel()
	var s shelf
	require.NoError(t, config.Read("shop", s.keys(), func(string) string { return "" }).Err())
	require.Equal(t, shelf{boards: 3, wood: "oak"}, s)
}

func TestValuesAreReadFromTheNamespaceOfTheProject(t *testing.T) {
	t.Parallel()
	values := map[string]string{"attic:boards": "5", "attic:painted": "true", "attic:label": "A1", "attic:wood": "ash", "shop:boards": "7"}
	var s shelf
	require.NoError(t, config.Read("attic", s.keys(), func(key string) string { return values[key] }).Err())
	require.Equal(t, shelf{5, true, "A1", "ash"}, s)
}

func TestEveryRefusalNamesKeyValueAndWhatIsAccepted(t *testing.T) {
	t.Parallel()
	err := read(map[string]string{"shop:boards": "10", "shop:painted": "red", "shop:label": "xA1x", "shop:wood": "Oak"})
	require.EqualError(t, err, `configuration:
shop:boards: "10" is not accepted; accepted: an integer from 1 to 9
shop:painted: "red" is not accepted; accepted: true or false
shop:label: "xA1x" is not accepted; accepted: a string like [A-Z]\d
shop:wood: "Oak" is not accepted; accepted: oak, ash`)
	for _, number := range []string{"0", "three", "2.5", "9223372036854775808"} {
		require.ErrorContains(t, read(map[string]string{"shop:boards": number}), `shop:boards: "`+number+`" is not accepted`)
	}
}

func TestKeysThatNobodyReadsAreRefused(t *testing.T) {
	t.Parallel()
	keys := new(shelf).keys()
	p := config.Read("shop", keys, func(string) string { return "" })
	p.RefuseUnknown(keys, map[string]any{"shop:bords": 4, "shop:boards": 4, "aws:region": "eu-west-1", "attic:boards": 5})
	require.EqualError(t, p.Err(), `configuration:
attic:boards: "5" is not accepted; accepted: shop:boards, because the project's name is shop
shop:bords: "4" is not accepted; accepted: the keys boards, label, painted, wood`)
}

func TestADescriptionReplacesWhatIsBetweenTheMarks(t *testing.T) {
	t.Parallel()
	const page = "# Shelf\n<!-- configuration: begin -->\n| old |\n<!-- configuration: end -->\nBye\n"
	replaced, err := config.Replace(page, config.Markdown(new(shelf).keys()[:3]))
	require.NoError(t, err)
	require.Equal(t, "# Shelf\n<!-- configuration: begin -->\n"+
		"| key | default | what it is |\n|---|---|---|\n"+
		"| `boards` | 3 | How many boards, 1 to 9 |\n| `painted` | false | Paint it |\n| `label` | (empty) | What is on it |\n"+
		"<!-- configuration: end -->\nBye\n", replaced)
	_, err = config.Replace("no marks", "")
	require.ErrorContains(t, err, config.Begin)
}

func TestPulumiYamlHasTypesAndQuotesStrings(t *testing.T) {
	t.Parallel()
	require.Equal(t, `  boards:
    type: integer
    description: "How many boards, 1 to 9"
    default: 3
  painted:
    type: boolean
    description: "Paint it"
    default: false
  label:
    type: string
    description: "What is on it"
    default: ""
  wood:
    type: string
    description: "What it is of: oak or ash"
    default: "oak"
`, config.YAML(new(shelf).keys()))
}

package scaling

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"myclothes/local/cloud/cloudwatch"
)

// minutes is that many minutes of data with one value.
func minutes(n int, value float64) []float64 { return slices.Repeat([]float64{value}, n) }

func cpu(values ...float64) Tracked { return Tracked{"CPUUtilization", 50, true, values} }

func fleetOf(warm, warming int) Capacity {
	return Capacity{Desired: warm + warming, Warm: warm, Warming: warming, Bounds: Bounds{1, 20}}
}

// The numbers of AWS's user guide, "Target tracking scaling policies": a target of 50 percent
// that 1.5 instances more or less would meet.
func TestSizesAreRoundedAsAWSsExamplesSay(t *testing.T) {
	t.Parallel()
	size, cause := Track(fleetOf(3, 0), []Tracked{cpu(minutes(17, 75)...)})
	require.Equal(t, 5, size, "1.5 more are two more")
	require.Equal(t, "CPUUtilization is above 50: 75", cause)
	size, _ = Track(fleetOf(5, 0), []Tracked{cpu(minutes(17, 35)...)})
	require.Equal(t, 4, size, "1.5 less are one less")
}

func TestAGroupGrowsAfterThreeMinutesAndShrinksAfterFifteen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		values []float64
		size   int
	}{
		"two minutes above":                                 {append(minutes(15, 50), 80, 80), 4},
		"three minutes above":                               {append(minutes(14, 50), 80, 80, 80), 7},
		"not in a row":                                      {append(minutes(12, 50), 80, 80, 50, 80, 80), 4},
		"the last minute says how much":                     {append(minutes(14, 50), 80, 80, 55), 5},
		"at the target":                                     {minutes(17, 50), 4},
		"fourteen minutes below":                            {append(minutes(3, 50), minutes(14, 10)...), 4},
		"fifteen minutes below":                             {append(minutes(2, 50), minutes(15, 10)...), 1},
		"the highest of them says how much":                 {append(minutes(2, 50), append(minutes(14, 10), 24)...), 2},
		"below, but by less than a tenth":                   {minutes(17, 46), 4},
		"below by a tenth, but none is to go":               {minutes(17, 44), 4},
		"no data":                                           {minutes(17, math.NaN()), 4},
		"one minute is missing":                             {append(minutes(13, 50), 80, math.NaN(), 80, 80), 7},
		"data every five minutes, the last two minutes old": {append(minutes(14, math.NaN()), 80, math.NaN(), math.NaN()), 7},
		"data every five minutes, too new":                  {append(minutes(16, math.NaN()), 80), 4},
		"nobody calls":                                      {minutes(17, 0), 1},
		"new metric":                                        {minutes(2, 80), 4},
	} {
		size, _ := Track(fleetOf(4, 0), []Tracked{cpu(c.values...)})
		require.Equal(t, c.size, size, name)
	}
}

func TestTheLargestSizeCountsAndAllMustAgreeToLess(t *testing.T) {
	t.Parallel()
	high, higher, low, calm := cpu(minutes(17, 60)...), cpu(minutes(17, 100)...), cpu(minutes(17, 10)...), cpu(minutes(17, 50)...)
	blind := cpu(minutes(17, math.NaN())...)
	outOnly := calm
	outOnly.ScaleIn = false
	for name, c := range map[string]struct {
		policies []Tracked
		size     int
	}{
		"two want more":                     {[]Tracked{high, higher}, 8},
		"one wants more":                    {[]Tracked{low, high}, 5},
		"one wants less":                    {[]Tracked{low, calm}, 4},
		"one cannot know":                   {[]Tracked{low, blind}, 4},
		"all want less":                     {[]Tracked{low, cpu(minutes(17, 30)...)}, 3},
		"who may not scale in is not asked": {[]Tracked{low, outOnly}, 1},
		"nobody may scale in":               {[]Tracked{outOnly}, 4},
		"there are none":                    {nil, 4},
	} {
		size, _ := Track(fleetOf(4, 0), c.policies)
		require.Equal(t, c.size, size, name)
	}
}

func TestInstancesThatWarmUpCountAsTheCapacityThatTheyWillBe(t *testing.T) {
	t.Parallel()
	size, _ := Track(fleetOf(4, 4), []Tracked{cpu(minutes(17, 100)...)})
	require.Equal(t, 8, size, "what is on its way is enough")
	size, _ = Track(fleetOf(4, 4), []Tracked{cpu(minutes(17, 120)...)})
	require.Equal(t, 10, size, "it is not")
	size, _ = Track(fleetOf(4, 1), []Tracked{cpu(minutes(17, 10)...)})
	require.Equal(t, 5, size, "nobody goes while others warm up")
	size, _ = Track(fleetOf(0, 3), []Tracked{cpu(minutes(17, 90)...)})
	require.Equal(t, 3, size)
}

func TestASizeStaysWithinItsBoundsAndAsksForNoLessUnderMoreLoad(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := fleetOf(rapid.IntRange(0, 20).Draw(t, "warm"), rapid.IntRange(0, 5).Draw(t, "warming"))
		c.Desired = c.Clamp(c.Desired)
		load := rapid.Float64Range(0, 1000)
		less, more := load.Draw(t, "load"), load.Draw(t, "load")
		less, more = min(less, more), max(less, more)
		small, _ := Track(c, []Tracked{cpu(minutes(17, less)...)})
		large, _ := Track(c, []Tracked{cpu(minutes(17, more)...)})
		require.LessOrEqual(t, small, large)
		require.Equal(t, c.Clamp(large), large)
		if less > 50 {
			require.GreaterOrEqual(t, small, c.Desired)
		}
	})
}

func TestPoliciesThatAreNotModelledAreRefused(t *testing.T) {
	t.Parallel()
	for inputs, want := range map[string]string{
		`{"scalingAdjustment": 1}`:                `policyType: ""`,
		`{"policyType": "StepScaling"}`:           `policyType: "StepScaling" is not modelled`,
		`{"policyType": "TargetTrackingScaling"}`: "either a predefined metric or a customized one",
		tracking(`"targetValue": 0, "predefinedMetricSpecification": {"predefinedMetricType": "ASGAverageCPUUtilization"}`): "targetValue: 0",
		tracking(`"targetValue": 5, "predefinedMetricSpecification": {"predefinedMetricType": "ASGAverageNetworkIn"}`):      `"ASGAverageNetworkIn" is not modelled`,
		tracking(`"targetValue": 5, "predefinedMetricSpecification": {"predefinedMetricType": "ALBRequestCountPerTarget"}`): "is not app/NAME/ID/targetgroup/NAME/ID",
		tracking(`"targetValue": 5, "customizedMetricSpecification": {"metrics": [{"id": "m1"}]}`):                          "metric math is not modelled",
	} {
		var p Policy
		require.NoError(t, json.Unmarshal([]byte(inputs), &p))
		_, err := p.metric()
		require.ErrorContains(t, err, want, inputs)
	}
}

func tracking(configuration string) string {
	return `{"policyType": "TargetTrackingScaling", "targetTrackingConfiguration": {` + configuration + `}}`
}

func TestAPolicyTracksTheMetricThatItNames(t *testing.T) {
	t.Parallel()
	for inputs, want := range map[string]metric{
		`"predefinedMetricSpecification": {"predefinedMetricType": "ASGAverageCPUUtilization"}`: {
			named("AWS/EC2", "CPUUtilization", "AutoScalingGroupName", "servers"), "Average"},
		`"predefinedMetricSpecification": {"predefinedMetricType": "ALBRequestCountPerTarget", "resourceLabel": "app/web/0a/targetgroup/app/0b"}`: {
			named("AWS/ApplicationELB", "RequestCountPerTarget", "TargetGroup", "targetgroup/app/0b"), "Sum"},
		`"customizedMetricSpecification": {"namespace": "AWS/ElastiCache", "metricName": "CPUUtilization", "statistic": "Maximum",
			"metricDimensions": [{"name": "CacheClusterId", "value": "carts-001"}]}`: {
			named("AWS/ElastiCache", "CPUUtilization", "CacheClusterId", "carts-001"), "Maximum"},
	} {
		var p Policy
		require.NoError(t, json.Unmarshal([]byte(tracking(`"targetValue": 50, `+inputs)), &p))
		p.GroupName = "servers"
		metric, err := p.metric()
		require.NoError(t, err)
		require.Equal(t, want, metric)
	}
}

func named(namespace, name, dimension, value string) cloudwatch.Metric {
	return cloudwatch.Metric{Namespace: namespace, Name: name, Dimensions: []cloudwatch.Dimension{{Name: dimension, Value: value}}}
}

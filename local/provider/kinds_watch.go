package provider

var watchKinds = map[string]kind{
	"aws:cloudwatch/metricAlarm:MetricAlarm": {
		name: "name", maxName: 255, id: "{name}",
		outputs: outputs{"arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}"},
		replace: inputs{"name"},
	},
}

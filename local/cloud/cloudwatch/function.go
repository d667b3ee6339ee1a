package cloudwatch

import (
	"fmt"
	"go/ast"
	"math"
)

// call evaluates a function of metric math.
func call(function string, arguments []ast.Expr, named func(string) (values, error)) (values, error) {
	if last := len(arguments) - 1; function == "FILL" && last == 1 {
		if word, ok := arguments[last].(*ast.Ident); ok && word.Name == "REPEAT" {
			filled, err := evaluate(arguments[0], named)
			return repeat(filled), err
		}
	}
	var of []values
	for _, argument := range arguments {
		value, err := evaluate(argument, named)
		if err != nil {
			return value, err
		}
		of = append(of, value)
	}
	switch {
	case function == "FILL" && len(of) == 2 && of[1].isNumber():
		return fill(of[0], of[1].number), nil
	case function == "IF" && len(of) == 2:
		return choose(of[0], of[1], values{number: math.NaN()}), nil
	case function == "IF" && len(of) == 3:
		return choose(of[0], of[1], of[2]), nil
	}
	return values{}, fmt.Errorf("function %s of %d arguments is not modelled here", function, len(arguments))
}

// fill puts a number where there is no data.
func fill(v values, number float64) values {
	filled := values{number: v.number}
	for _, point := range v.points {
		if math.IsNaN(point) {
			point = number
		}
		filled.points = append(filled.points, point)
	}
	return filled
}

// repeat puts the last datapoint where there is no data.
func repeat(v values) values {
	filled := values{number: v.number}
	last := math.NaN()
	for _, point := range v.points {
		if !math.IsNaN(point) {
			last = point
		}
		filled.points = append(filled.points, last)
	}
	return filled
}

// choose takes one of two values wherever the condition has data: the first where that is
// not zero.
func choose(condition, first, second values) values {
	result := values{points: make([]float64, max(len(condition.points), len(first.points), len(second.points)))}
	for i := range result.points {
		switch is := condition.at(i); {
		case math.IsNaN(is):
			result.points[i] = math.NaN()
		case is != 0:
			result.points[i] = first.at(i)
		default:
			result.points[i] = second.at(i)
		}
	}
	if len(result.points) == 0 {
		result = values{number: first.number}
		if condition.number == 0 {
			result.number = second.number
		}
	}
	return result
}

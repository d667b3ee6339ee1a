package cloudwatch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"strconv"
)

// values are datapoints by period, the oldest first, NaN where there is none; or one
// number that is the same in all.
type values struct {
	points []float64
	number float64 // if points is nil
}

func (v values) isNumber() bool { return v.points == nil }

func (v values) at(i int) float64 {
	if v.isNumber() {
		return v.number
	}
	return v.points[i]
}

// expression is metric math in the part of AWS's syntax that is also Go's: + - * /,
// comparisons, && and ||, FILL(x, number), FILL(x, REPEAT), IF(x, then) and
// IF(x, then, else), of ids and numbers. Everything else is refused.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
type expression struct{ tree ast.Expr }

func parseExpression(text string) (expression, error) {
	tree, err := parser.ParseExpr(text)
	if err != nil {
		return expression{}, fmt.Errorf("expression %q: not in the syntax that is modelled here: %w", text, err)
	}
	return expression{tree}, nil
}

// over evaluates the expression; named returns the datapoints of an id.
func (e expression) over(named func(id string) (values, error)) (values, error) {
	return evaluate(e.tree, named)
}

func evaluate(tree ast.Expr, named func(string) (values, error)) (values, error) {
	switch e := tree.(type) {
	case *ast.ParenExpr:
		return evaluate(e.X, named)
	case *ast.Ident:
		return named(e.Name)
	case *ast.BasicLit:
		number, err := strconv.ParseFloat(e.Value, 64)
		return values{number: number}, err
	case *ast.UnaryExpr:
		if e.Op == token.SUB {
			return operate(token.SUB, values{}, named, nil, e.X)
		}
	case *ast.BinaryExpr:
		if operations[e.Op] != nil {
			return operate(e.Op, values{}, named, e.X, e.Y)
		}
	case *ast.CallExpr:
		if function, ok := e.Fun.(*ast.Ident); ok {
			return call(function.Name, e.Args, named)
		}
	}
	return values{}, fmt.Errorf("this part is not modelled here: %T", tree)
}

// operations are those of two values. One that is not a number is dropped, as AWS drops
// what is divided by zero.
var operations = map[token.Token]func(a, b float64) float64{
	token.ADD: func(a, b float64) float64 { return a + b },
	token.SUB: func(a, b float64) float64 { return a - b },
	token.MUL: func(a, b float64) float64 { return a * b },
	token.QUO: func(a, b float64) float64 {
		if b == 0 {
			return math.NaN()
		}
		return a / b
	},
	token.LSS:  func(a, b float64) float64 { return truth(a < b) },
	token.LEQ:  func(a, b float64) float64 { return truth(a <= b) },
	token.GTR:  func(a, b float64) float64 { return truth(a > b) },
	token.GEQ:  func(a, b float64) float64 { return truth(a >= b) },
	token.EQL:  func(a, b float64) float64 { return truth(a == b) },
	token.NEQ:  func(a, b float64) float64 { return truth(a != b) },
	token.LAND: func(a, b float64) float64 { return truth(a != 0 && b != 0) },
	token.LOR:  func(a, b float64) float64 { return truth(a != 0 || b != 0) },
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// operate applies an operation; without a left side that is a.
func operate(op token.Token, a values, named func(string) (values, error), left, right ast.Expr) (values, error) {
	var err error
	if left != nil {
		if a, err = evaluate(left, named); err != nil {
			return a, err
		}
	}
	b, err := evaluate(right, named)
	if err != nil {
		return b, err
	}
	return combine(a, b, operations[op]), nil
}

// combine applies an operation period by period. Where only one of two metrics has data,
// the other one counts as zero, as on AWS; where none has any, there is no result.
func combine(a, b values, operation func(a, b float64) float64) values {
	if a.isNumber() && b.isNumber() {
		return values{number: operation(a.number, b.number)}
	}
	result := values{points: make([]float64, max(len(a.points), len(b.points)))}
	for i := range result.points {
		x, y := a.at(i), b.at(i)
		if (a.isNumber() || math.IsNaN(x)) && (b.isNumber() || math.IsNaN(y)) {
			result.points[i] = math.NaN()
			continue
		}
		result.points[i] = operation(orZero(x), orZero(y))
	}
	return result
}

func orZero(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

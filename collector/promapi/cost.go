package promapi

import (
	"fmt"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"
)

// The engine bounds samples and time. Two things it allocates before it looks:
// a counter for each step of a subquery, and the labels that label_join and
// label_replace make, which nested calls can double again and again. Either
// could take all memory with one short query, so both are reckoned beforehand.
const (
	maxSubquerySteps = 2_000_000 // of all subqueries of a query together
	maxLabelBytes    = 8 << 10   // of one label that functions make
)

// weigh refuses a query that would cost too much before it is evaluated.
func weigh(stmt parser.Statement) error {
	s, ok := stmt.(*parser.EvalStmt)
	if !ok {
		return nil
	}
	window := s.End.Sub(s.Start)
	steps := int64(0)
	var err error
	parser.Inspect(s.Expr, func(n parser.Node, path []parser.Node) error {
		switch n := n.(type) {
		case *parser.SubqueryExpr:
			reach := window + min(n.Range, maxWindow)
			for _, p := range path {
				if outer, ok := p.(*parser.SubqueryExpr); ok && reach < maxWindow {
					reach += min(outer.Range, maxWindow)
				}
			}
			step := n.Step
			if step <= 0 {
				step = subqueryStep
			}
			if steps += int64(reach / step); steps > maxSubquerySteps {
				err = fmt.Errorf("subqueries have more than %d steps; give them a longer one", maxSubquerySteps)
			}
		case *parser.Call:
			if b := labelBytes(n, path); b > maxLabelBytes {
				err = fmt.Errorf("label functions would make labels of more than %d bytes", maxLabelBytes)
			}
		}
		return err
	})
	return err
}

// assumedLabel is how long a label is before functions work on it, in bytes.
const assumedLabel = 128

// labelBytes bounds the longest label that a label function makes, within the
// label functions that stand around it.
func labelBytes(call *parser.Call, path []parser.Node) int {
	bytes, ok := grow(call, assumedLabel)
	for i := len(path) - 1; i >= 0 && ok && bytes <= maxLabelBytes; i-- {
		if outer, is := path[i].(*parser.Call); is {
			if more, ok := grow(outer, bytes); ok {
				bytes = more
			}
		}
	}
	if !ok {
		return 0
	}
	return bytes
}

// grow is how long a label of n bytes may be after a call; ok is false for
// calls that make no labels.
func grow(call *parser.Call, n int) (_ int, ok bool) {
	switch call.Func.Name {
	case "label_join": // (v, target, separator, source, …)
		sources := max(len(call.Args)-3, 0)
		return sources*n + max(sources-1, 0)*literal(call, 2), true
	case "label_replace": // (v, target, replacement, source, regex)
		return max(n, literal(call, 2)+strings.Count(text(call, 2), "$")*n), true
	}
	return n, false
}

func literal(call *parser.Call, i int) int { return len(text(call, i)) }

func text(call *parser.Call, i int) string {
	if i >= len(call.Args) {
		return ""
	}
	expr := call.Args[i]
	for {
		switch e := expr.(type) {
		case *parser.ParenExpr:
			expr = e.Expr
			continue
		case *parser.StepInvariantExpr:
			expr = e.Expr
			continue
		case *parser.StringLiteral:
			return e.Val
		}
		return ""
	}
}

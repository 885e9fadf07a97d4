package sla

import "errors"

// Engine computes verdicts and keeps its buffers for the next one. It serves
// one goroutine at a time; the zero value is ready.
type Engine struct{}

var errNoPeriod = errors.New("the period is empty")

// Compute is like the function Compute, reusing the engine's buffers.
func (e *Engine) Compute(t *Terms, in *Input) (*Verdict, error) {
	if in.Period.To <= in.Period.From {
		return nil, errNoPeriod
	}
	return &Verdict{Period: in.Period}, nil
}

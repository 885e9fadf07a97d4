package sla

import "sync"

// engines are idle engines with their buffers.
var engines = sync.Pool{New: func() any { return new(Engine) }}

// Compute judges one service over one period, in the order of operations of
// SLA-SEMANTICS, and accounts for every instant of it (SLA.md). It keeps
// nothing of its arguments, and the verdict shares nothing with them but strings.
func Compute(t *Terms, in *Input) (*Verdict, error) {
	e := engines.Get().(*Engine)
	v, err := e.Compute(t, in)
	engines.Put(e)
	return v, err
}

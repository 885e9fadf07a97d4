package sla

// Compute judges one service over one period, in the order of operations of
// SLA-SEMANTICS, and accounts for every instant of it (SLA.md).
func Compute(t *Terms, in *Input) (*Verdict, error) { return new(Engine).Compute(t, in) }

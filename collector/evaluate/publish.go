package evaluate

// takeDirty returns what is published of an agreement, nil before its first
// round, and whether it was touched since.
func (e *Evaluator) takeDirty(id string) (old *AgreementLive, dirty bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if old = e.live[id]; old != nil {
		dirty, old.dirty = old.dirty, false
	}
	return old, dirty
}

// setDirty has an agreement recomputed in the next round.
func (e *Evaluator) setDirty(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if l := e.live[id]; l != nil {
		l.dirty = true
	}
}

// publish puts a state in place, and keeps what touched the one before it
// meanwhile. It reports false when the agreement has left.
func (e *Evaluator) publish(next *AgreementLive) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	id := next.Agreement.ID
	if e.set.Agreement(id) == nil {
		return false
	}
	old := e.live[id]
	next.dirty = old != nil && old.dirty
	e.live[id] = next
	return true
}

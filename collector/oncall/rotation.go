package oncall

// Shift is one span of a person on call.
type Shift struct {
	Person   string
	From, To int64  // ms UTC
	Override string // ID of what put the person there; "": it is their turn
}

// MaxSchedule bounds the shifts that Schedule returns.
const MaxSchedule = 10_000

// OnCall returns who is on call at an instant, and until when that shift goes, ms UTC.
func OnCall(r *Rotation, overrides []Override, at int64) (person string, until int64) {
	s := shiftAt(r, ofRotation(r, overrides), at)
	return s.Person, s.To
}

// Schedule returns the shifts that touch [from, to), oldest first, whole, without
// holes, MaxSchedule at most.
func Schedule(r *Rotation, overrides []Override, from, to int64) []Shift {
	overrides = ofRotation(r, overrides)
	var out []Shift
	for at := from; at < to && len(out) < MaxSchedule; {
		s := shiftAt(r, overrides, at)
		out = append(out, s)
		at = s.To
	}
	return out
}

// ofRotation returns a rotation's own overrides, as long as they count.
func ofRotation(r *Rotation, overrides []Override) []Override {
	var out []Override
	for _, o := range overrides {
		if o.RevokedAt > 0 {
			o.To = min(o.To, o.RevokedAt)
		}
		if o.Rotation == r.Name && o.From < o.To {
			out = append(out, o)
		}
	}
	return out
}

// shiftAt is the whole shift around an instant: the piece that holds it, and
// what follows and precedes by the same turn or the same override.
func shiftAt(r *Rotation, overrides []Override, at int64) Shift {
	s, why := pieceAt(r, overrides, at)
	for {
		next, same := pieceAt(r, overrides, s.To)
		if same != why {
			break
		}
		s.To = next.To
	}
	for {
		last, same := pieceAt(r, overrides, s.From-1)
		if same != why {
			return s
		}
		s.From = last.From
	}
}

// cause is why somebody is on call: by an override, else by the turn of that number.
type cause struct {
	override int // index + 1; 0: none
	turn     int
}

// pieceAt is the span around an instant in which neither the turn nor any
// override begins or ends.
func pieceAt(r *Rotation, overrides []Override, at int64) (Shift, cause) {
	k := r.turn(at)
	s := Shift{Person: r.person(k), From: r.handOver(k), To: r.handOver(k + 1)}
	why := cause{turn: k}
	for i, o := range overrides {
		for _, edge := range [2]int64{o.From, o.To} {
			if edge <= at {
				s.From = max(s.From, edge)
			} else {
				s.To = min(s.To, edge)
			}
		}
		if o.From <= at && at < o.To {
			s.Person, s.Override, why = o.Person, o.ID, cause{override: i + 1}
		}
	}
	return s, why
}

// person is who has the turn of that number; turn 0 begins on the start date.
func (r *Rotation) person(turn int) string {
	n := len(r.People)
	return r.People[(turn%n+n)%n]
}

// turn is the number of the turn that holds an instant.
func (r *Rotation) turn(at int64) int {
	days := localDay(at, r.Zone.Location()) - r.Start.day
	k := days / int(r.Every)
	for r.handOver(k) > at { // before the hour of hand-over on its day
		k--
	}
	for r.handOver(k+1) <= at { // a day that a zone skipped
		k++
	}
	return k
}

// handOver is when the turn of that number begins, ms UTC.
func (r *Rotation) handOver(turn int) int64 {
	return instant(r.Start.day+turn*int(r.Every), r.HandOver.Minute, r.Zone.Location())
}

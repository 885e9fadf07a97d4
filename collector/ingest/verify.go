package ingest

import (
	"fmt"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// verifier judges what one batch holds, one result at a time: a bad one costs
// itself and not the others.
type verifier struct {
	known        *knownChecks
	now          int64 // ms UTC
	oldest       int64 // ms UTC
	meters       *meters
	last         *knownCheck
	gapsAccepted int // as sent, before those of every check were spread
}

// results keeps the good results in b and returns the bad.
func (v *verifier) results(b *protocol.Batch) []protocol.Rejected {
	var rejected []protocol.Rejected
	kept := b.Results[:0]
	for i := range b.Results {
		r := &b.Results[i]
		word, text := v.result(r)
		if word != "" {
			rejected = append(rejected, v.reject(i, r.Check, r.Slot, word, text))
			continue
		}
		kept = append(kept, *r)
	}
	clear(b.Results[len(kept):])
	b.Results = kept
	return rejected
}

func (v *verifier) result(r *protocol.Result) (word, text string) {
	if err := r.Validate(); err != nil {
		return reasonInvalid, err.Error()
	}
	c, word, text := v.place(r.Check, r.Interval, r.Slot)
	if word == "" {
		r.Check = c.id // one string for all results of a check, not one a batch
	}
	return word, text
}

// withdraw takes results that the store lacks, by their index in b, back out of
// b, and adds them to those rejected already, which b no longer holds.
func (v *verifier) withdraw(b *protocol.Batch, rejected []protocol.Rejected, absent []int) []protocol.Rejected {
	out := make([]protocol.Rejected, 0, len(rejected)+len(absent))
	kept, sent := b.Results[:0], 0 // sent counts the batch as it came
	for i, r := range b.Results {
		for ; len(rejected) > 0 && rejected[0].Index == sent; sent++ {
			out, rejected = append(out, rejected[0]), rejected[1:]
		}
		if len(absent) > 0 && absent[0] == i {
			out = append(out, v.reject(sent, r.Check, r.Slot, reasonBefore, "the batch came before, and this result was refused then"))
			absent = absent[1:]
		} else {
			kept = append(kept, r)
		}
		sent++
	}
	b.Results = kept
	return append(out, rejected...)
}

// place finds the check of a slot, or says why the slot is not one of the agent's.
func (v *verifier) place(id protocol.CheckID, interval time.Duration, slot int64) (c *knownCheck, word, text string) {
	if v.last == nil || v.last.id != id {
		v.last = v.known.checks[id]
	}
	switch {
	case v.last == nil:
		return nil, reasonNotAssigned, "the check is not assigned to this agent, nor was recently"
	case slot > v.now+MaxFuture.Milliseconds():
		return nil, reasonFuture, fmt.Sprintf("the slot is %v ahead of the collector's clock; set the agent's clock", millis(slot-v.now))
	case slot < v.oldest:
		return nil, reasonTooOld, fmt.Sprintf("the slot is %v old; results older than %v are not accepted", millis(v.now-slot), millis(v.now-v.oldest))
	}
	iv, sameInterval := interval.Milliseconds(), false
	for _, have := range v.last.variants {
		if have.interval != iv {
			continue
		}
		if sameInterval = true; have.onGrid(slot) {
			return v.last, "", ""
		}
	}
	if !sameInterval {
		return nil, reasonInterval, fmt.Sprintf("the check runs every %v, not every %v", millis(v.last.variants[0].interval), interval)
	}
	return nil, reasonOffGrid, "no slot of the check on this agent lies there"
}

// gaps keeps the good gaps in b and returns the bad. A gap of every check
// becomes one for each check that is assigned now.
func (v *verifier) gaps(b *protocol.Batch) []protocol.Rejected {
	var rejected []protocol.Rejected
	var kept []protocol.Gap
	for i := range b.Gaps {
		g := &b.Gaps[i]
		word, text := v.gap(g)
		if word == "" && g.Check == "" {
			spread := v.spread(g)
			if len(kept)+len(spread)+len(b.Gaps)-i-1 > protocol.MaxBatchGaps {
				word, text = reasonInvalid, fmt.Sprintf("spread over every check, the batch would hold more than %d gaps", protocol.MaxBatchGaps)
			} else {
				kept = append(kept, spread...)
			}
		} else if word == "" {
			kept = append(kept, *g)
		}
		if word != "" {
			r := v.reject(i, g.Check, g.From, word, text)
			r.Gap = true
			rejected = append(rejected, r)
			continue
		}
		v.gapsAccepted++
	}
	b.Gaps = kept
	return rejected
}

func (v *verifier) gap(g *protocol.Gap) (word, text string) {
	if err := g.Validate(); err != nil {
		return reasonInvalid, err.Error()
	}
	if g.Check == "" {
		switch {
		case g.To > v.now+MaxFuture.Milliseconds():
			return reasonFuture, "the gap ends ahead of the collector's clock; set the agent's clock"
		case g.From < v.oldest:
			return reasonTooOld, fmt.Sprintf("gaps older than %v are not accepted", millis(v.now-v.oldest))
		}
		return "", ""
	}
	if _, word, text = v.place(g.Check, g.Interval, g.To); word != "" {
		return word, text
	}
	c, word, text := v.place(g.Check, g.Interval, g.From)
	if word != "" {
		return word, text
	}
	g.Check = c.id
	return "", ""
}

func (v *verifier) spread(g *protocol.Gap) []protocol.Gap {
	var out []protocol.Gap
	for _, c := range v.known.checks {
		f, ok := c.inForce()
		if !ok {
			continue
		}
		interval, phase := millis(f.interval), millis(f.phase)
		from, after := protocol.NextSlot(g.From, phase, interval), protocol.NextSlot(g.To+1, phase, interval)
		if from < after {
			out = append(out, protocol.Gap{Check: c.id, From: from, To: after - f.interval, Interval: interval, Reason: g.Reason})
		}
	}
	return out
}

// maxShown bounds what a rejection repeats of a name.
const maxShown = protocol.MaxIDBytes

func (v *verifier) reject(index int, check protocol.CheckID, slot int64, word, text string) protocol.Rejected {
	v.meters.rejected[word].Inc()
	return protocol.Rejected{Index: index, Check: string(check[:min(len(check), maxShown)]), Slot: slot, Reason: word + ": " + text}
}

func millis(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }

package sla

import (
	"cmp"
	"slices"
)

// piece is a span of time that belongs to the item at index of some list.
type piece struct {
	from, to int64
	index    int32
}

// appendTimeline turns listed spans, in any order, into sorted spans that do
// not overlap: where two overlap, the later-listed wins (SLA.md F3).
// A span that ends before it begins is empty: local times make one where
// clocks go forward.
func appendTimeline(dst []Span, listed []Span) []Span {
	sorted := true
	for i, s := range listed {
		sorted = sorted && s.From <= s.To && (i == 0 || listed[i-1].To <= s.From)
	}
	if sorted {
		for _, s := range listed {
			dst = appendSpan(dst, s.From, s.To, observed(s.State))
		}
		return dst
	}
	pieces := make([]piece, len(listed))
	for i, s := range listed {
		pieces[i] = piece{s.From, s.To, int32(i)}
	}
	for _, p := range paint(pieces) {
		dst = appendSpan(dst, p.from, p.to, observed(listed[p.index].State))
	}
	return dst
}

// paint cuts overlapping pieces so that at every instant the largest index
// remains. It sorts the edges and keeps a heap of the open pieces.
func paint(in []piece) []piece {
	type edge struct {
		at    int64
		index int32
		open  bool
	}
	edges := make([]edge, 0, 2*len(in))
	ends := make(map[int32]int64, len(in))
	for _, p := range in {
		if p.from < p.to {
			edges = append(edges, edge{p.from, p.index, true}, edge{p.to, p.index, false})
			ends[p.index] = p.to
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Compare(a.at, b.at) })
	var out []piece
	var open topHeap
	for i := 0; i < len(edges); {
		at := edges[i].at
		for ; i < len(edges) && edges[i].at == at; i++ {
			if edges[i].open {
				open.push(edges[i].index)
			}
		}
		for len(open) > 0 && ends[open[0]] <= at {
			open.pop()
		}
		if len(open) == 0 {
			continue
		}
		to := edges[i].at // an open piece has its end ahead
		if n := len(out); n > 0 && out[n-1].to == at && out[n-1].index == open[0] {
			out[n-1].to = to
			continue
		}
		out = append(out, piece{at, to, open[0]})
	}
	return out
}

// topHeap keeps the largest index first.
type topHeap []int32

func (h *topHeap) push(v int32) {
	*h = append(*h, v)
	s := *h
	for i := len(s) - 1; i > 0 && s[(i-1)/2] < s[i]; i = (i - 1) / 2 {
		s[i], s[(i-1)/2] = s[(i-1)/2], s[i]
	}
}

func (h *topHeap) pop() {
	s := *h
	last := len(s) - 1
	s[0] = s[last]
	s = s[:last]
	for i := 0; ; {
		kid := 2*i + 1
		if kid+1 < last && s[kid+1] > s[kid] {
			kid++
		}
		if kid >= last || s[i] >= s[kid] {
			break
		}
		s[i], s[kid] = s[kid], s[i]
		i = kid
	}
	*h = s
}

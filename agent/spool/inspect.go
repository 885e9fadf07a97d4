package spool

import (
	"os"
	"path/filepath"
)

// SegmentReport is what one segment file holds.
type SegmentReport struct {
	File    string `json:"file"`
	Bytes   int64  `json:"bytes"`
	Records int    `json:"records"`
	Unacked int    `json:"unacknowledged"`
	Damaged int64  `json:"damaged_bytes"`
	Torn    int64  `json:"torn_bytes"` // after the last record of the last segment
}

// Report is what a spool directory holds.
type Report struct {
	Dir         string          `json:"dir"`
	Acked       uint64          `json:"acknowledged"`
	CursorOK    bool            `json:"cursor_ok"`
	Segments    []SegmentReport `json:"segments"`
	Quarantined []string        `json:"quarantined"`
}

// Inspect reads a spool without changing it, also while an agent uses it.
// visit, which may be nil, is given every unacknowledged record.
func Inspect(dir string, visit func(Record)) (Report, error) {
	rep := Report{Dir: dir, CursorOK: true}
	segments, err := listSegments(dir)
	if err != nil {
		return rep, err
	}
	if data, err := os.ReadFile(cursorPath(dir)); err == nil && len(data) > 0 {
		rep.Acked, _, rep.CursorOK = parseCursor(data)
	}
	for i, seg := range segments {
		data, err := os.ReadFile(seg.path)
		if os.IsNotExist(err) {
			continue // acknowledged since
		}
		if err != nil {
			return rep, err
		}
		sr := SegmentReport{File: filepath.Base(seg.path), Bytes: int64(len(data))}
		end := scan(data, seg.first-1, func(_ int64, r Record) {
			sr.Records++
			if r.Seq <= rep.Acked {
				return
			}
			sr.Unacked++
			if visit != nil {
				visit(r)
			}
		}, func(from, to int64) { sr.Damaged += to - from })
		if i == len(segments)-1 {
			sr.Torn = sr.Bytes - end
			sr.Damaged -= sr.Torn
		}
		rep.Segments = append(rep.Segments, sr)
	}
	entries, _ := os.ReadDir(filepath.Join(dir, quarantineDir))
	for _, e := range entries {
		rep.Quarantined = append(rep.Quarantined, filepath.Join(quarantineDir, e.Name()))
	}
	return rep, nil
}

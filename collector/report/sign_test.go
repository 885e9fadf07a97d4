package report

import (
	"strings"
	"testing"
)

func TestAReportIsReviewedThenIssued(t *testing.T) {
	in := october(t, "en").input(t)
	made := in.Created.At
	in.State, in.Reviewed, in.Issued = Draft, nil, nil
	draft, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := draft.Issuing("m.osei", made+1); err == nil {
		t.Error("a draft is issued that nobody reviewed")
	}
	if _, err := draft.Reviewing("m.osei", made-1); err == nil {
		t.Error("a report is reviewed before it was made")
	}
	if _, err := draft.Reviewing("", made+1); err == nil {
		t.Error("a report is reviewed by nobody")
	}
	reviewed, err := draft.Reviewing("m.osei", made+3_600_000)
	if err != nil {
		t.Fatal(err)
	}
	issued, err := reviewed.Issuing("k.lind", made+7_200_000)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := issued.Issuing("k.lind", made+7_300_000); err == nil {
		t.Error("an issued report is issued again")
	}
	for _, row := range []struct {
		m         *Model
		has, lack string
	}{
		{draft, "Service report Draft Aurora", "m.osei"}, {reviewed, "Service report Reviewed, not issued Aurora", "k.lind, 2026-11-03 11:00"}, {issued, "Issued k.lind, 2026-11-03 11:00", "Draft"},
	} {
		cover := strings.ReplaceAll(pages(t, printed(t, row.m))[0], "\u00a0", " ")
		if !strings.Contains(cover, row.has) || strings.Contains(cover, row.lack) {
			t.Errorf("%s: the cover says %q; want %q and not %q", row.m.State, cover, row.has, row.lack)
		}
	}
}

package web

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/contract"
)

// rss is a feed as RSS 2.0 has it.
type rss struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Channel rssChannel
}

type rssChannel struct {
	XMLName     xml.Name `xml:"channel"`
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	Description string   `xml:"description"`
	Language    string   `xml:"language"`
	Built       string   `xml:"lastBuildDate"`
	TTL         int      `xml:"ttl"` // minutes
	Items       []rssItem
}

type rssItem struct {
	XMLName     xml.Name `xml:"item"`
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	GUID        rssGUID
	Published   string `xml:"pubDate"`
	Description string `xml:"description"`
	at          int64
}

type rssGUID struct {
	XMLName   xml.Name `xml:"guid"`
	Permalink bool     `xml:"isPermaLink,attr"`
	Text      string   `xml:",chardata"`
}

// feed tells of open incidents, entry by entry, and of announced maintenance,
// the newest first.
func (s *Server) feed(r *http.Request, a *contract.Agreement, st *publicStatus) []byte {
	wd := byTag(r.URL.Query().Get("lang"))
	if wd == nil {
		wd = s.publicWords(r, a)
	}
	link := s.origin(r) + "/status/" + a.ID
	z := zone(a)
	c := rssChannel{Title: st.Title, Link: link, Description: (&statusView{publicStatus: st}).Headline(wd), Language: strings.ToLower(wd.tag), TTL: 1, Built: rssTime(st.At)}
	for _, in := range st.Incidents {
		for i, e := range in.Entries {
			c.Items = append(c.Items, rssItem{Title: in.Title + ": " + wd.T("event "+string(e.Kind)), Link: link + "#" + in.ID,
				GUID: rssGUID{Text: fmt.Sprintf("%s/%s/%d", a.ID, in.ID, i+1)}, Published: rssTime(e.At), Description: in.ID, at: e.At})
		}
	}
	for _, m := range st.Planned {
		when := time.UnixMilli(m.From).In(z).Format("2006-01-02 15:04") + " – " + time.UnixMilli(m.To).In(z).Format("2006-01-02 15:04 -07:00")
		title := wd.T("Maintenance") + ": " + when
		if len(m.Services) > 0 {
			title += ", " + strings.Join(m.Services, ", ")
		}
		c.Items = append(c.Items, rssItem{Title: title, Link: link + "#maintenance", GUID: rssGUID{Text: fmt.Sprintf("%s/maintenance/%d-%d", a.ID, m.From, m.To)},
			Published: rssTime(min(m.From, st.At)), Description: m.Reason, at: min(m.From, st.At)})
	}
	slices.SortStableFunc(c.Items, func(a, b rssItem) int { return cmp.Compare(b.at, a.at) })
	var b bytes.Buffer
	b.WriteString(xml.Header)
	xml.NewEncoder(&b).Encode(rss{Version: "2.0", Channel: c}) // into memory: it cannot fail
	b.WriteByte('\n')
	return b.Bytes()
}

func rssTime(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC1123Z) }

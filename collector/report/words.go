package report

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// words writes in the agreement's language, in its zone. English is the key of
// every phrase; TestEveryPhraseIsTranslated finds what is missing.
type words struct {
	chinese bool
	zone    *time.Location
	offset  bool // instants carry their offset: the clocks change in the period
}

func newWords(language, zone string, from, to int64) *words {
	w := &words{chinese: strings.HasPrefix(language, "zh"), zone: zoneOf(zone)}
	_, a := time.UnixMilli(from).In(w.zone).Zone()
	_, b := time.UnixMilli(to).In(w.zone).Zone()
	w.offset = a != b
	return w
}

// say writes a phrase. Arguments are set into it in the order of the English.
func (w *words) say(english string, args ...any) string {
	phrase := english
	if w.chinese {
		if zh, ok := chinese[english]; ok {
			phrase = zh
		}
	}
	if len(args) > 0 {
		phrase = fmt.Sprintf(phrase, args...)
	}
	return strings.ReplaceAll(phrase, " %", "\u00a0%") // no line ends between a figure and its sign
}

func (w *words) tag() string {
	if w.chinese {
		return "zh-CN"
	}
	return "en"
}

// chineseUnits are 天, 小时, 分, 秒.
var chineseUnits = Units{"天", "小时", "分", "秒"}

func (w *words) length(ms int64) string {
	if w.chinese {
		return Duration(ms, chineseUnits)
	}
	return Duration(ms, English)
}

// instant writes local time to the second, or finer where there is something finer.
func (w *words) instant(ms int64) string {
	if ms == 0 {
		return Absent
	}
	layout := "2006-01-02\u00a015:04:05"
	if ms%1000 != 0 {
		layout += ".000"
	}
	if w.offset {
		layout += "\u00a0-07:00"
	}
	return time.UnixMilli(ms).In(w.zone).Format(layout)
}

func (w *words) minute(ms int64) string {
	return time.UnixMilli(ms).In(w.zone).Format("2006-01-02\u00a015:04\u00a0-07:00")
}

func (w *words) span(from, to int64) string { return w.instant(from) + "\n" + w.instant(to) }

// signature says who and when.
func (w *words) signature(s *Signature) string {
	if s == nil {
		return w.say("not yet")
	}
	return printable(s.By) + ", " + w.minute(s.At)
}

// list joins names as a sentence would.
func (w *words) list(names []string) string {
	sep, last := ", ", w.say(" and ")
	if w.chinese {
		sep = "、"
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], sep) + last + names[len(names)-1]
}

func utc(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }

func count(n int) string { return strconv.Itoa(n) }

// maxName bounds a name as set, in columns of a terminal.
const maxName = 160

// title is what a service or an agreement is called.
func title(id, name string) string { return short(printable(cmp.Or(name, id)), maxName) }

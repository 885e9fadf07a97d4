package collector

import (
	"fmt"
	"strings"

	"github.com/probity-sla/probity/collector/notify"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
)

// reportWords are what a mail with a report says, by language.
var reportWords = map[string]struct{ subject, revised, period, revision, verdict, changed, attached, large string }{
	"en": {
		"Service report %s, %s", "Service report %s, %s, revision %d", "Period: %s", "Revision %d replaces revision %d.",
		"Availability: %s %%, objective %s %%: %s.", "What changed:", "The report is attached.", "The report is too large for a mail; it is in the archive.",
	},
	"zh-CN": {
		"服务报告 %s，%s", "服务报告 %s，%s，第 %d 版", "周期：%s", "第 %d 版取代第 %d 版。",
		"可用率：%s %%，目标：%s %%：%s。", "变更内容：", "报告见附件。", "报告过大，无法随邮件发送；请在归档中查看。",
	},
}

// verdictWords are the verdicts in Chinese; English says them as they are.
var verdictWords = map[string]string{"kept": "达标", "missed": "未达标", "no data": "无数据", "no objective": "无目标"}

// maxMailedDifferences bounds what a mail lists; the report has them all.
const maxMailedDifferences = 20

// letters are the outbox rows by which an issued report reaches its recipients;
// none without a channel or
// recipients, or when the agreement is in force no longer.
func (d *serviceDesk) letters(a *contract.Agreement, m *report.Model, id string, pdf []byte) ([]store.Notification, error) {
	if d.mail == nil || a == nil || len(a.Report.Recipients) == 0 {
		return nil, nil
	}
	row, err := notify.PlanMessage(d.mail, "report:"+a.ID+":"+m.Label, d.letter(a, m, id, pdf))
	if err != nil {
		return nil, err
	}
	return stored([]notify.Notification{row}), nil
}

func (d *serviceDesk) letter(a *contract.Agreement, m *report.Model, id string, pdf []byte) notify.Message {
	w, known := reportWords[m.Language]
	if !known {
		w = reportWords["en"]
	}
	subject := fmt.Sprintf(w.subject, orText(m.Name, m.Agreement), m.Label)
	verdict := m.Overall.Verdict
	if m.Language == "zh-CN" {
		verdict = orText(verdictWords[verdict], verdict)
	}
	lines := []string{fmt.Sprintf(w.period, m.Label), fmt.Sprintf(w.verdict, m.Overall.Availability, m.Overall.Objective, verdict)}
	if m.Replaces != 0 {
		subject = fmt.Sprintf(w.revised, orText(m.Name, m.Agreement), m.Label, m.Revision)
		lines = append(lines, "", fmt.Sprintf(w.revision, m.Revision, m.Replaces), w.changed)
		for n, x := range m.Differences {
			if n == maxMailedDifferences {
				lines = append(lines, "…")
				break
			}
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s: %s → %s", x.Service, x.Figure, x.Was, x.Is)))
		}
	}
	last := w.attached
	files := []notify.Attachment{{Name: reportFileName(m.Agreement, m.Label, m.Revision, "pdf"), Type: "application/pdf", Data: pdf}}
	if len(pdf) > notify.MaxAttachmentBytes {
		last, files = w.large, nil
	}
	return notify.Message{
		Thread: "report:" + a.ID + ":" + m.Label, Action: notify.ActionNote, Language: m.Language, At: d.now, Subject: subject, Short: subject,
		Text: strings.Join(append(lines, "", last), "\n"), Link: d.page("/reports/" + id), To: a.Report.Recipients,
		Attachments: files,
	}
}

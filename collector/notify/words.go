package notify

// words are what messages say beside names and figures.
type words struct {
	colon, comma, stop                                      string
	ackLink, pageLink, ackAs                                string
	resolvedAlert, still, agreement, severity, major        string
	incident, level, repeated, ongoing, ended, since        string
	outages, reported, clocks, alerts, more, told           string
	acknowledgedBy, cause, remedy, due, missed              string
	left, over, met, paused, testSubject, testText          string
	noOutage, nobody                                        string
	states, events                                          map[string]string
	clockNames                                              map[string]string
	faultReceived, faultAccepted, faultDeclined, faultFixed string
	reference, answer, hello                                string
	severities                                              map[string]string
	day, hour, minute, second                               string
}

var tongues = map[string]*words{"en": english, "zh-CN": chinese}

// tongue returns the words of a language; English of one that is not known.
func tongue(language string) *words {
	if t := tongues[language]; t != nil {
		return t
	}
	return english
}

var english = &words{
	colon: ": ", comma: ", ", stop: ".",
	ackLink: "Acknowledge", pageLink: "Page", ackAs: "The link acknowledges as %s: do not pass it on.",
	resolvedAlert: "Resolved", still: "Still", agreement: "Agreement", severity: "Severity", major: "major",
	incident: "Incident", level: "Level", repeated: "repeated", ongoing: "goes on", ended: "ended", since: "since",
	outages: "Outages", reported: "Reported by the customer", clocks: "Due", alerts: "What decided", more: "and %d more", told: "Told",
	acknowledgedBy: "Acknowledged by", cause: "Cause", remedy: "Remedy", due: "due", missed: "missed",
	left: "%s left", over: "%s over", met: "met", paused: "paused",
	testSubject: "[TEST] Probity can reach this channel",
	testText:    "This is a test of channel %s. Nothing is wrong, and nothing needs to be done.",
	noOutage:    "No probe has seen an outage.", nobody: "nobody yet",
	states: map[string]string{
		"open": "open", "acknowledged": "acknowledged", "mitigated": "mitigated", "resolved": "resolved", "reviewed": "reviewed",
	},
	events: map[string]string{
		"reopened": "reopened", "severity": "severity changed", "outage_joined": "another outage", "outage_ended": "outage ended",
		"fault_joined": "reported by the customer", "paused": "clocks paused", "resumed": "clocks run again", "note": "note",
	},
	clockNames:    map[string]string{"response": "Response", "resolution": "Resolution"},
	faultReceived: "We have received your report", faultAccepted: "We are working on your report",
	faultDeclined: "We have closed your report", faultFixed: "The fault that you reported is resolved",
	reference: "Reference number", answer: "Answer", hello: "Thank you for your report.",
	severities: map[string]string{"page": "page", "ticket": "ticket", "info": "info"},
	day:        "d", hour: "h", minute: "min", second: "s",
}

var chinese = &words{
	colon: "：", comma: "，", stop: "。",
	ackLink: "确认", pageLink: "页面", ackAs: "此链接将以 %s 的名义确认，请勿转发。",
	resolvedAlert: "已恢复", still: "仍然", agreement: "协议", severity: "级别", major: "重大故障",
	incident: "事件", level: "第 %d 级", repeated: "重复通知", ongoing: "仍在持续", ended: "结束于", since: "始于",
	outages: "中断", reported: "客户报告时间", clocks: "时限", alerts: "判定依据", more: "另有 %d 项", told: "已通知",
	acknowledgedBy: "确认人", cause: "原因", remedy: "处理措施", due: "截止", missed: "已超时",
	left: "剩余 %s", over: "超出 %s", met: "已达标", paused: "已暂停",
	testSubject: "[测试] Probity 可以使用此通知渠道",
	testText:    "这是对通知渠道 %s 的测试。一切正常，无需任何操作。",
	noOutage:    "探测未发现中断。", nobody: "暂无",
	states: map[string]string{
		"open": "未确认", "acknowledged": "已确认", "mitigated": "已缓解", "resolved": "已解决", "reviewed": "已复盘",
	},
	events: map[string]string{
		"reopened": "重新打开", "severity": "级别变更", "outage_joined": "又一处中断", "outage_ended": "中断结束",
		"fault_joined": "客户报告", "paused": "计时暂停", "resumed": "计时恢复", "note": "备注",
	},
	clockNames:    map[string]string{"response": "响应", "resolution": "解决"},
	faultReceived: "我们已收到您的故障报告", faultAccepted: "我们正在处理您报告的故障",
	faultDeclined: "您的故障报告已关闭", faultFixed: "您报告的故障已解决",
	reference: "参考编号", answer: "答复", hello: "感谢您的报告。",
	severities: map[string]string{"page": "紧急", "ticket": "工单", "info": "通知"},
	day:        " 天 ", hour: " 小时 ", minute: " 分 ", second: " 秒 ",
}

package incident

// reportWordsOf returns the translations for a language; none for English.
func reportWordsOf(lang string) map[string]string {
	if languageOf(lang) == chinese {
		return chineseReport
	}
	return nil
}

// englishReport holds the keys that are not themselves English.
var englishReport = map[string]string{
	"state open": "open", "state acknowledged": "acknowledged", "state mitigated": "mitigated", "state resolved": "resolved", "state reviewed": "reviewed",
	"missing cause": "the cause", "missing remedy": "the remedy", "missing actions": "preventive actions",
	"event opened": "Incident opened", "event outage_joined": "Outage", "event outage_ended": "Outage over", "event outage_withdrawn": "Outage withdrawn",
	"event fault_joined": "Reported by the customer", "event acknowledged": "Acknowledged", "event mitigated": "Workaround in place",
	"event paused": "Clocks paused", "event resumed": "Clocks resumed", "event resolved": "Resolved", "event reopened": "Reopened", "event reviewed": "Reviewed",
	"event severity": "Severity", "event note": "Note", "event cause": "Cause written down", "event remedy": "Remedy written down", "event action": "Action", "event notified": "Notified",
	"action open": "open", "action done": "done", "action dropped": "dropped",
	"outcome up": "up", "outcome degraded": "degraded", "outcome down": "down", "outcome unknown": "unknown",
	"response": "Response", "resolution": "Resolution",
	"cause resolve": "name not resolved", "cause connect_refused": "connection refused", "cause connect_timeout": "no connection in time", "cause network_unreachable": "network not reached",
	"cause tls_handshake": "TLS handshake failed", "cause tls_verify": "certificate not valid", "cause tls_expired": "certificate expired", "cause tls_expiring": "certificate expires soon",
	"cause timeout": "no answer in time", "cause reset": "connection reset", "cause protocol": "answer not understood", "cause status": "status", "cause assertion": "answer not as agreed",
	"cause redirect": "redirected wrongly", "cause loss": "packets lost", "cause slow": "too slow", "cause agent_fault": "fault of the agent itself",
}

// chineseReport is the report in 简体中文. TestReportIsTranslated finds what is missing.
var chineseReport = map[string]string{
	"Fault report %s": "故障报告 %s", ", ": "，", ": ": "：", " – ": " —— ", "State": "状态", "major": "重大故障", "Agreement": "协议", "severity %s": "级别 %s",
	"state open": "未响应", "state acknowledged": "已响应", "state mitigated": "已缓解", "state resolved": "已解决", "state reviewed": "已复盘",
	"Incident": "故障", "Failed": "中断开始", "Detected": "发现", "Reported": "客户报告", "Answered": "首次响应", "Workaround": "临时措施", "Restored": "服务恢复", "Resolved": "解决", "Reviewed": "复盘",
	"Reopened": "重新打开", "%s times": "%s 次", "Written": "编写时间", "%s, from %s entries of the record": "%s，依据 %s 条记录",
	"Not written yet: %s.": "尚未填写：%s。", "Not written yet.": "尚未填写。", "missing cause": "原因", "missing remedy": "处理措施", "missing actions": "预防措施",
	"Impact": "影响", "Nothing is counted under the agreement.": "按协议没有计入的时间。", "Service": "服务", "Period": "周期", "Counted": "计入", "Budget": "停机预算",
	"Share of the budget": "占预算", "Left of it": "预算剩余", "Availability": "可用率", "Objective": "目标", "overspent by %s": "超支 %s",
	"Targets": "时限", "No clock of the agreement was opened.": "没有开始计时的时限。", "response": "响应", "resolution": "修复",
	"Target": "时限", "Agreed": "约定", "Opened": "开始计时", "Stopped": "停止计时", "Taken": "用时", "Paused": "暂停", "Off hours": "非服务时间", "Due": "期限", "Result": "结果",
	"met": "达标", "missed": "未达标", "running": "计时中", "paused": "暂停中",
	"Timeline": "时间线", "When": "时间", "What": "内容", "Who": "记录人", "Entered": "录入时间", "the collector": "采集器", "goes on": "仍在持续",
	"event opened": "故障单建立", "event outage_joined": "中断", "event outage_ended": "中断结束", "event outage_withdrawn": "中断撤销",
	"event fault_joined": "客户报告", "event acknowledged": "已响应", "event mitigated": "临时措施生效",
	"event paused": "计时暂停", "event resumed": "计时继续", "event resolved": "已解决", "event reopened": "重新打开", "event reviewed": "已复盘",
	"event severity": "级别", "event note": "备注", "event cause": "已填写原因", "event remedy": "已填写处理措施", "event action": "预防措施", "event notified": "已通知",
	"Evidence": "证据", "No probe saw an outage.": "没有探测到中断。", "%s to %s": "%s 至 %s", "Outage": "中断", "Length": "时长", "Measured": "测量值", "Measured cause": "测得的原因", "Decided by": "判定依据",
	"Check": "检查", "Location": "位置", "Outcome": "结果", "Message": "消息", "Path to the target:": "到目标的路径：",
	"outcome up": "正常", "outcome degraded": "降级", "outcome down": "故障", "outcome unknown": "未知",
	"Cause": "原因", "Remedy": "处理措施", "Preventive actions": "预防措施", "None is on record.": "没有记录。",
	"No.": "编号", "Action": "措施", "Owner": "负责人", "Note": "备注", "action open": "进行中", "action done": "已完成", "action dropped": "已放弃",
	"cause resolve": "域名解析失败", "cause connect_refused": "连接被拒绝", "cause connect_timeout": "连接超时", "cause network_unreachable": "网络不可达",
	"cause tls_handshake": "TLS 握手失败", "cause tls_verify": "证书校验失败", "cause tls_expired": "证书已过期", "cause tls_expiring": "证书即将过期",
	"cause timeout": "超时", "cause reset": "连接被重置", "cause protocol": "协议错误", "cause status": "状态码", "cause assertion": "内容不符",
	"cause redirect": "重定向错误", "cause loss": "丢包", "cause slow": "过慢", "cause agent_fault": "探针自身故障",
}

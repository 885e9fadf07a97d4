package web

// chineseWords are the pages in 简体中文. TestEveryWordIsTranslated finds what is missing.
var chineseWords = map[string]string{
	// Frame
	"Skip to the content": "跳到正文", "Pages": "页面", "Overview": "总览", "Alerts": "告警", "Agents": "探针",
	"Log in": "登录", "Log out": "退出", "As of": "截至", "Marks": "图例", "Range": "时间范围",
	"No change has been received for a while. What you see is from": "已有一段时间没有收到更新。当前内容的时间为",

	// States
	"Unknown": "未知", "Up": "正常", "Degraded": "降级", "Down": "故障", "Excluded": "除外", "Out of scope": "范围外",
	"no data": "无数据", "silent": "无消息", "reporting": "上报中", "revoked": "已撤销", "never heard of": "从未上报",

	// Verdicts
	"kept": "达标", "missed": "未达标", "no objective": "无目标", "objective %s %%": "目标 %s %%", "not certain": "未定",
	"The objective lies between the bounds: the unknown time could turn the verdict.": "目标位于上下界之间：未知时间可能改变结论。", "coverage": "覆盖率",
	"observed, nothing unknown": "已观测，无未知", "nothing to judge yet": "暂无可评定的数据", "as observed": "观测值", "down": "故障",
	"left": "剩余", "of": "/", "overspent by": "超支", "no budget": "无预算",
	"Budget: %s of %s spent":                                                     "预算：已用 %s，共 %s",
	"At this pace about %s by the end of the period":                             "按此速度，到周期结束约为 %s",
	"The last %d days: %d up, %d degraded, %d down, %d unknown, %d without data": "最近 %d 天：%d 天正常，%d 天降级，%d 天故障，%d 天未知，%d 天无数据",

	// Overview
	"All %d agreements are up": "全部 %d 份协议正常", "%d of %d agreements are up": "%d / %d 份协议正常", ", %d down in maintenance": "，%d 份在维护中停机", ", %d unknown": "，%d 份未知",
	"Down, in maintenance": "维护中停机",
	"%s is down":           "%s 故障", "%d of %d agreements are down": "%d / %d 份协议故障",
	"Objectives missed so far this period:": "本周期至今未达标的目标：", "No objective is missed so far this period.": "本周期至今没有未达标的目标。",
	"Page %d of %d": "第 %d / %d 页", "Find an agreement": "查找协议", "No agreement matches %s": "没有与 %s 匹配的协议", "Alerts that fire now:": "当前告警：", "Agreement": "协议", "Availability": "可用率", "Budget": "预算", "Last 90 days": "最近 90 天",
	"since": "自", "state is %s old": "状态已过去 %s", "No agreement is in force yet": "尚无生效的协议",
	"An agreement says which services are promised to whom, and which checks prove it. Write one in TOML, put it into the collector's agreements directory, and hold it against the rules:": "协议写明向谁承诺了哪些服务，以及由哪些检查来证明。用 TOML 写一份，放入采集器的协议目录，然后校验：",
	"Then have the collector read it:": "然后让采集器读取：",
	"No agent is enrolled, so nothing is probed and all time counts as unknown. Enrol one; its token is printed once:": "尚未登记探针，因此没有任何探测，所有时间都计为未知。登记一个；令牌只显示一次：",

	// Agreement
	"times in": "时区", "Period": "周期", "judged until": "评定至", "final": "已定稿", "not final": "未定稿", "revision %d": "第 %d 版",
	"The present state is %s old: the collector is behind with judging.":                                           "当前状态已过去 %s：采集器的评定滞后。",
	"Nothing in this period counts: the agreement was not in force, or the time lies outside its service hours.":   "本周期没有计入的时间：协议未生效，或不在服务时间内。",
	"No result is known for this period. All of it counts as unknown, not as up. See whether agents run and push:": "本周期没有任何结果。全部计为未知，而不是正常。请检查探针是否在运行并上报：",
	"Service": "服务", "Services": "服务", "Objective": "目标", "Agreement as a whole": "协议整体", "Timeline": "时间线",
	"range 15m": "15 分钟", "range 1h": "1 小时", "range 6h": "6 小时", "range 24h": "24 小时", "range 7d": "7 天", "range period": "整个周期",
	"%d more lanes are not drawn; open a check to see its own.": "另有 %d 行未画出；请打开具体检查查看。",
	"Now, by location": "当前状态（按位置）", "Check": "检查", "Checks": "检查",
	"No agent has run these checks yet. Enrol one, and start it with the token that is printed:": "尚无探针运行这些检查。请登记一个，并用显示的令牌启动：",
	"Latency": "延迟", "Latency of %s": "%s 的延迟", "median": "中位数",
	"Outages": "中断", "From": "开始", "To": "结束", "Length": "时长", "Counted": "计入", "Cause": "原因", "Where": "位置", "goes on": "仍在持续",
	"%d older ones are in the API:": "更早的 %d 条见 API：", "None on record; but nothing was observed either.": "没有记录；但也没有任何观测。",
	"None in this period, in the time that was observed.": "本周期已观测的时间内没有。",
	"How the figures come about":                          "数字的由来", "Good": "合格", "Bad": "不合格", "Unknown, left out": "未知，不计入", "In scope": "计入范围",
	"Exact seconds. Availability is good over good and bad, cut down and never rounded up.": "精确到秒。可用率 = 合格 ÷（合格 + 不合格），只舍不入。",
	"evidence": "证据指纹", "Ledger: every span, and what decided it": "明细账：每一段及其依据", "State": "状态", "Observed": "观测", "Decided by": "依据",

	"Rule": "规则", "Maintenance or correction": "维护或更正", "credit": "赔偿", "% of the period's fee": "%（占本周期费用）",
	"Revisions": "版本", "first": "首版", "nothing that is printed": "所列数字无变化", "as a whole": "整体", "shown": "当前显示",
	"A closed period is frozen. What came to be known later makes a new revision; none is ever changed.": "已结束的周期会被定稿。之后获知的内容形成新版本；旧版本从不改动。",
	"What changed": "变化", "Computed": "计算时间", "Revision": "版本", "Evidence": "证据指纹",
	"new": "新增", "present": "存在", "figure availability %": "可用率 %", "figure objective %": "目标 %", "figure verdict": "结论", "figure down s": "故障（秒）", "figure excluded s": "除外（秒）",
	"figure unknown s": "未知（秒）", "figure credit %": "赔偿 %", "figure agreement": "协议文本", "figure service": "服务",

	// Corrections
	"Corrections": "更正", "Effect": "效果", "Proposed": "提出", "Approved": "批准", "Revoked": "撤销", "effect exclude": "不计入", "effect up": "计为正常", "effect down": "计为故障",
	"proposed": "已提出", "approved": "已批准", "A correction counts from its approval until it is revoked; all stay on record.": "更正自批准起生效，直至撤销；全部留存记录。",
	"does not count yet": "尚未生效",

	// Maintenance
	"Maintenance": "维护", "Reason": "事由", "Announced": "公告时间", "Cancel": "取消", "emergency": "紧急", "Emergency": "紧急", "finished early": "提前结束",
	"repeats:": "重复：", "all": "全部", "%s short of the notice agreed": "比约定的提前量少 %s", "cancelled": "已取消", "None is announced.": "没有公告。",
	"planned": "计划中", "running": "进行中", "over": "已结束", "Announce maintenance": "公告维护", "none ticked: all": "不勾选即全部", "Local time of": "当地时间：",
	"The agreement asks for %s of notice; a window announced later counts as down time.": "协议要求提前 %s 公告；更晚公告的窗口计为故障时间。",
	"The collector stamps the time of the announcement.":                                 "公告时间由采集器记录。",
	"Announce": "公告", "from": "开始", "to": "结束", "reason": "事由", "rrule": "重复规则",

	// Check
	"every": "每", "at most": "超时", "Location": "位置", "Latest result": "最近结果", "Endpoint": "端点", "Time taken": "耗时", "certificate until": "证书有效至",
	"none yet": "尚无", "Resolve": "解析", "Connect": "连接", "TLS": "TLS", "First byte": "首字节", "Transfer": "传输", "Results that were not up": "非正常结果",
	"Slot": "时刻", "Message": "消息", "None, in the time that was observed.": "已观测的时间内没有。",

	// Alerts and agents
	"No alert fires now": "当前没有告警", "Notifications given up:": "已放弃的通知：",
	"The receivers refused them; see to their addresses in the collector's configuration.": "接收方拒收；请检查采集器配置中的地址。",
	"Receiver": "接收方", "Attempts": "尝试次数", "Last error": "最近的错误", "At": "时间", "Notifications on their way:": "待发送的通知：", "Over": "已结束", "None yet.": "尚无。",
	"Alert": "告警", "About": "对象", "Since": "开始", "Until": "结束", "What": "内容", "fires": "告警中", "nobody is told:": "不通知：", "page": "立即处理", "ticket": "工单",
	"rule service_down": "服务故障", "rule objective_at_risk": "目标有风险", "rule objective_breached": "目标未达成", "rule agent_silent": "探针无消息",
	"Agent": "探针", "Last heard of": "最近上报", "Spool": "待传", "Clock off by": "时钟偏差", "Version": "版本", "%s ago": "%s前", "oldest": "最早",

	// Logging in and errors
	"Paste a token with the role read or operate. It is exchanged for a session of twelve hours and not kept in the browser.": "请粘贴角色为 read 或 operate 的令牌。它将换取十二小时的会话，不会保存在浏览器中。",
	"Token": "令牌", "No token yet? On the collector's machine:": "还没有令牌？在采集器所在的机器上执行：",
	"This token is not known, or was revoked.":                                "令牌不存在，或已被撤销。",
	"This token is an agent's. Pages need one with the role read or operate.": "这是探针的令牌。页面需要角色为 read 或 operate 的令牌。",
	"To the overview": "返回总览", "No such page": "没有这个页面", "No such agreement": "没有这份协议", "No such check": "没有这个检查", "No such maintenance": "没有这个维护窗口", "No such revision": "没有这个版本", "No such correction": "没有这条更正",
	"The overview has links to everything there is.": "总览中有全部内容的链接。", "That time has not begun": "该时间尚未开始", "there is nothing to state yet": "目前没有可陈述的内容",
	"The request is not valid": "请求无效", "This page can only be read": "此页面只读", "This token may not do that": "此令牌无权执行该操作", "A token is needed": "需要令牌",
	"The collector could not answer": "采集器无法回答",

	// Causes
	"cause resolve": "域名解析失败", "cause connect_refused": "连接被拒绝", "cause connect_timeout": "连接超时", "cause network_unreachable": "网络不可达",
	"cause tls_handshake": "TLS 握手失败", "cause tls_verify": "证书校验失败", "cause tls_expired": "证书已过期", "cause tls_expiring": "证书即将过期",
	"cause timeout": "超时", "cause reset": "连接被重置", "cause protocol": "协议错误", "cause status": "状态码", "cause assertion": "内容不符",
	"cause redirect": "重定向错误", "cause loss": "丢包", "cause slow": "过慢", "cause agent_fault": "探针自身故障",
}

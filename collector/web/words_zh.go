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

	"No agreement matches.": "没有匹配的协议。", "Previous page": "上一页", "Next page": "下一页", "at the pace of the last 24 h the objective breaks": "按最近 24 小时的速度，目标将失守于",
	"Search": "搜索", "Tier": "等级", "Tag": "标签", "any": "不限", "Sort by": "排序", "identifier": "编号", "%d of %d": "%d / %d", "show all": "显示全部", "Wall": "大屏", "Leave the wall": "离开大屏",
	"choice down": "故障", "choice degraded": "降级", "choice unknown": "未知", "choice maintenance": "维护中停机", "choice up": "正常", "choice missed": "未达标", "choice overdrawn": "预算超支",
	"sort name": "名称", "sort customer": "客户", "sort state": "状态（最差在前）", "sort availability": "可用率", "sort budget": "剩余预算",

	// What makes the figure, and what would
	"How faults were handled": "故障处理情况", "In time": "按时", "Late": "逾期", "Share": "达标率", "Longest": "最长", "Credits of the period in all:": "本周期赔偿合计：",
	"What makes the figure": "数字的构成", "What if": "假设", "needs": "依赖", "%d locations": "%d 个位置", "Why results are missing, as agents say": "缺失结果的原因（探针说明）", "Results missing": "缺失结果数", "%d older ones are not shown.": "另有 %d 条更早的未显示。",
	"up while any check is up": "任一检查正常即为正常", "up while at least %d of %d checks are up": "至少 %d / %d 项检查正常即为正常", "up while every check is up": "全部检查正常才为正常",
	"a check is down when every location says so": "所有位置都判定故障时，检查为故障", "a check is down when %d locations say so": "%d 个位置判定故障时，检查为故障", "a check is down when %s %% of its locations say so": "%s %% 的位置判定故障时，检查为故障",
	"a check is up while more than %s %% of its locations say so": "超过 %s %% 的位置判定正常时，检查为正常", "a check is down when any location says so": "任一位置判定故障时，检查为故障",
	"aggregate worst": "协议的数字取各服务中最差的", "aggregate best": "协议的数字取各服务中最好的", "aggregate weighted": "协议的数字取各服务的加权平均", "aggregate sum_seconds": "协议的数字按所有服务的时间合计", "aggregate serial": "所有服务正常时协议才正常", "aggregate parallel": "任一服务正常时协议即正常",
	"by who proposed it": "由提出者本人批准", "Propose": "提出", "Propose a correction": "提出更正", "Approve": "批准", "It counts once it is approved. Who approves is printed in the statement; approving one's own is marked.": "批准后才计入。批准者会印在账单上；批准自己提出的会被标明。",
	"What period %s would have come to under other terms, from the same history. Nothing is stored.": "以同样的历史，按其他条款计算 %s 周期的结果。不保存任何内容。", "Notice of maintenance, hours": "维护提前量（小时）", "Reckon": "计算", "As agreed": "按协议", "Instead": "按假设",
	"gap unknown": "原因不明", "gap overload": "探针过载", "gap overlap": "上一次探测尚未结束", "gap clock_jump": "时钟跳变", "gap suspended": "机器休眠", "gap stopped": "探针停止或启动中", "gap spool_full": "缓存已满", "gap corrupt": "磁盘损坏",

	// Calendar of maintenance
	"day Monday": "周一", "day Tuesday": "周二", "day Wednesday": "周三", "day Thursday": "周四", "day Friday": "周五", "day Saturday": "周六", "day Sunday": "周日",
	"FREQ=DAILY": "每天", "FREQ=WEEKLY": "每周", "FREQ=WEEKLY;INTERVAL=2": "每两周", "FREQ=MONTHLY": "每月", "Calendar": "日历", "Month": "月份", "Windows": "维护窗口", "short notice": "提前量不足",
	"Change": "变更", "Shorten": "缩短", "New end": "新的结束时间", "ends early": "提前结束", "Cancel the series": "取消整个系列", "Repeats": "重复", "never": "不重复",
	"Look at it before it is announced": "公告前预览", "Announce this?": "确认公告？", "The first ones": "最近几次", "Notice agreed": "约定提前量", "Cap": "上限", "%s, %s planned already": "%s，已计划 %s", "Back, and announce nothing": "返回，不公告",
	"announced %s ahead: %s short of the %s notice; this window will count as down time":     "提前 %s 公告：比约定的提前量少 %s（约定 %s）；此窗口将计为故障时间",
	"%s long: what goes beyond %s will count as down time":                                   "时长 %s：超过 %s 的部分将计为故障时间",
	"the contract does not leave out such a window; down time in it will count":              "协议不扣除这样的窗口；其间的故障时间将计入",
	"%s of %s in this period are planned already: %s of this window will count as down time": "本周期已计划 %s，上限 %s：此窗口中有 %s 将计为故障时间",
	"announced %s ahead, as agreed; down time in this window will not count":                 "提前 %s 公告，符合约定；此窗口内的故障时间不计入", "The maintenance cannot be shortened": "此维护不能缩短",

	// Customers' links and status pages
	"Customers": "客户", "Links for customers": "客户链接", "Customer": "客户", "Agreements": "协议", "Made": "创建", "Expires": "到期", "For": "对象", "For whom": "给谁",
	"A link opens a customer's own agreements, and nothing else, until it expires or is revoked. Who has it can pass it on.": "链接只打开该客户自己的协议，直到到期或被撤销。持有链接的人可以转交他人。",
	"The link for %s. It is shown only now:": "给 %s 的链接，只在此刻显示：", "There is none yet.": "尚无。", "Make a link": "创建链接", "Last day": "最后一天", "Only some of the agreements": "仅限部分协议",
	"valid": "有效", "expired": "已到期", "This link opens nothing": "此链接已失效", "It is not known, has expired, or was revoked. Ask who sent it for a new one.": "链接不存在、已到期或已被撤销。请向发送者索取新链接。",
	"%d of %d services are down": "%d / %d 项服务故障", "%d of %d services: state unknown": "%d / %d 项服务状态未知", "All services are up": "所有服务正常",
	"Announced maintenance": "已公告的维护", "Badge": "徽章", "field name": "对象", "field customer": "客户", "field agreements": "协议", "field expires_at": "到期",

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
	"rule service_degraded": "服务降级", "rule service_no_data": "服务无数据", "rule coverage_low": "覆盖率偏低", "rule agent_faulty": "探针异常", "rule objective_forecast": "目标预计失守", "rule response_due": "响应即将到期", "rule response_missed": "响应超时",
	"rule resolution_due": "恢复即将到期", "rule resolution_missed": "恢复超时", "rule certificate_expiring": "证书即将到期", "rule clock_off": "时钟偏差", "rule maintenance_begins": "维护开始", "rule maintenance_ended": "维护结束", "rule maintenance_overran": "维护超时", "info": "信息",
	"Counts: notice short by %s": "计入：公告提前量少 %s", "The one agreement is up": "唯一的协议正常", "nothing is known under this address": "此地址下没有内容", "Customers: ask your provider for a link or token.": "客户：请向服务提供方索取链接或令牌。",
	"rule service_down": "服务故障", "rule objective_at_risk": "目标有风险", "rule objective_breached": "目标未达成", "rule agent_silent": "探针无消息",
	"Agent": "探针", "Last heard of": "最近上报", "Spool": "待传", "Clock off by": "时钟偏差", "Version": "版本", "%s ago": "%s前", "oldest": "最早",

	// Logging in and errors
	"Paste a token with the role customer, read or operate. It is exchanged for a session of twelve hours and not kept in the browser.": "请粘贴角色为 customer、read 或 operate 的令牌。它将换取十二小时的会话，不会保存在浏览器中。",
	"Token": "令牌", "No token yet? On the collector's machine:": "还没有令牌？在采集器所在的机器上执行：",
	"This token is not known, or was revoked.":                                          "令牌不存在，或已被撤销。",
	"This token is an agent's. Pages need one with the role customer, read or operate.": "这是探针的令牌。页面需要角色为 customer、read 或 operate 的令牌。",
	"To the overview": "返回总览", "No such page": "没有这个页面", "No such agreement": "没有这份协议", "No such check": "没有这个检查", "No such maintenance": "没有这个维护窗口", "No such revision": "没有这个版本", "No such correction": "没有这条更正",
	"The overview has links to everything there is.": "总览中有全部内容的链接。", "That time has not begun": "该时间尚未开始", "there is nothing to state yet": "目前没有可陈述的内容",
	"The request is not valid": "请求无效", "This page can only be read": "此页面只读", "This token may not do that": "此令牌无权执行该操作", "A token is needed": "需要令牌",
	"The collector could not answer": "采集器无法回答",

	// Incidents
	"Incidents": "事件", "Incident": "事件", "Open incidents:": "未解决的事件：", "No incident is open": "没有未解决的事件", "Earlier incidents": "过往事件", "all agreements": "全部协议",
	"Show": "显示", "Severity": "等级", "Next due": "最近时限", "Resolved": "已解决", "older": "更早", "Open an incident by hand": "手动创建事件", "Title": "标题", "by the agreement": "按协议",
	"Began": "开始时间", "Note": "备注", "Local time of the agreement; empty means now.": "协议所在时区的当地时间；留空表示现在。", "Open the incident": "打开事件", "None in this period.": "本周期没有。",
	"A confirmed outage opens an incident by itself. On the collector's machine:": "确认的中断会自动创建事件。在采集器所在的机器上执行：", "major": "重大", "clocks wait:": "计时暂停：", "due": "时限", "late by": "超时",
	"Clocks": "计时", "Clock": "计时", "Elapsed": "已用", "Target": "目标", "Paused": "暂停", "Due": "时限", "off hours": "非服务时间", "The agreement has no clock for this severity.": "协议没有为该等级规定时限。",
	"withdrawn": "已撤回", "entered": "录入于", "Entered": "录入", "level %d": "第 %d 级", "repeat %d": "第 %d 次重复", "Cause and remedy": "原因与处理", "Remedy": "处理措施", "Preventive actions": "预防措施", "Action": "措施", "Owner": "负责人",
	"Settle": "了结", "done": "已完成", "dropped": "已放弃", "open": "未完成", "Fault report": "故障报告", "Add to the record": "添加记录",
	"Nothing is edited in place: each entry keeps its author and its time. Local time of": "记录不可修改：每条都保留作者与时间。当地时间：", "empty means now.": "留空表示现在。",
	"What happened": "发生了什么", "Took place at": "发生时间", "Acknowledge": "确认", "Mitigated": "已缓解", "Clocks go on": "恢复计时", "Resolve it": "解决", "Reopen": "重新打开", "Reviewed": "已复盘",
	"Written for": "面向", "ourselves": "内部", "Customers who share an incident read only the cause and the remedy that were written for their agreement.": "多个客户共有一个事件时，各客户只能看到针对其协议填写的原因和处理措施。",
	"This is the cause": "这是原因", "This is the remedy": "这是处理措施", "Pause the clocks": "暂停计时", "Change the severity": "更改等级", "takes the emergency path": "走紧急流程", "Add a preventive action": "添加预防措施", "Add the action": "添加措施",
	"response": "响应", "resolution": "解决", "clock met": "达标", "clock missed": "超时", "clock paused": "已暂停", "clock running": "计时中",
	"incident open": "未处理", "incident acknowledged": "已确认", "incident mitigated": "已缓解", "incident resolved": "已解决", "incident reviewed": "已复盘",
	"written": "撰写于", "Not written yet:": "尚未填写：", "Not written yet.": "尚未填写。", "cause": "原因", "remedy": "处理措施", "actions": "预防措施", "Failed": "故障开始", "Detected": "发现", "Restored": "恢复", "Impact": "影响", "Of the budget": "占预算", "Budget left": "剩余预算", "Nothing that the contract counts.": "没有合同计入的时间。",
	"event opened": "创建", "event outage_joined": "中断归入", "event outage_ended": "中断结束", "event outage_withdrawn": "中断撤回", "event fault_joined": "故障申报归入", "event acknowledged": "确认", "event mitigated": "缓解",
	"event paused": "计时暂停", "event resumed": "计时恢复", "event resolved": "解决", "event reopened": "重新打开", "event reviewed": "复盘", "event severity": "等级", "event note": "备注", "event cause": "原因", "event remedy": "处理措施",
	"event action": "预防措施", "event notified": "已通知",
	"Which of the two?": "是哪一次？", "the first": "第一次", "the second": "第二次",
	"Write it as 2026-11-22T02:00, local time of %s.":                         "请写成 2026-11-22T02:00，%s 的当地时间。",
	"In %s the clocks were set forward over %s, so there was no such time.":   "%s 的时钟拨快时跳过了 %s，不存在该时间。",
	"In %s the clocks were set back and showed %s twice. Say which is meant.": "%s 的时钟拨慢时 %s 出现了两次。请说明是哪一次。",
	"It lies before 2000 or after 2199.":                                      "时间早于 2000 年或晚于 2199 年。",
	"is missing":                                                              "未填写", "has not come yet": "尚未到来", "is more than a year ago": "早于一年前", "must be later than from": "必须晚于开始时间", "must be later than since": "必须晚于开始时间",

	// Reported faults
	"Reported faults": "故障申报", "Reported fault": "故障申报", "Reported faults that wait for an answer:": "等待答复的故障申报：", "No reported fault waits for an answer": "没有等待答复的故障申报", "Answered": "已答复", "Report a fault": "申报故障",
	"Customers report faults with a token of their own. On the collector's machine:": "客户使用自己的令牌申报故障。在采集器所在的机器上执行：", "Reported": "申报时间", "Answer": "答复",
	"Thank you. Your report was received. Its reference number is": "谢谢，申报已收到。受理编号为", "Keep it. This page shows what becomes of it.": "请保存编号。处理进展显示在本页。",
	"Handled as incident": "已作为事件处理：", "Down time that no probe saw was proposed as correction": "探针未观测到的故障时间已提议更正：", "What was reported": "申报内容", "Ended": "结束时间", "Contact": "联系方式", "Attachments": "附件",
	"What probes saw in that time": "该时段探针的观测", "The claim is longer than a week; its first week is shown.": "申报时段超过一周；显示第一周。", "Claimed": "申报时长", "claimed": "申报时段", "Counted as down": "计为故障", "Not counted as down": "未计为故障", "By location": "按位置",
	"Answer it": "答复", "a new one": "新建", "Answer to the customer": "给客户的答复", "Down time that no probe saw": "探针未观测到的故障时间", "Propose a correction; it counts once it is approved": "提议更正；批准后生效", "Accept": "受理", "Decline": "不受理",
	"Why it is not a fault; the customer reads this": "不属于故障的原因（客户可见）", "Record": "记录",
	"You get a reference number at once. We compare your report with what our probes saw, and answer it here.": "提交后立即获得受理编号。我们会将申报与探针观测对照，并在此答复。",
	"Urgent?": "紧急情况？", "Choose the files again: browsers do not keep them.": "请重新选择文件：浏览器不会保留。", "What is wrong, in one sentence": "一句话说明问题", "I cannot say": "不清楚", "Ended; empty while it goes on": "结束时间；仍在持续则留空",
	"Details: what you did, what you saw, error messages": "详情：做了什么、看到什么、错误信息", "How we reach you: name, telephone or mail": "联系方式：姓名、电话或邮箱", "At most %d files of %d MiB: %s. They are known by their content.": "最多 %d 个文件，每个 %d MiB：%s。按内容识别类型。",
	"Leave this empty": "请留空", "Send the report": "提交申报", "This field is not for people. Leave it empty and send the report again.": "此栏不供填写。请留空后重新提交。",
	"fault received": "已收到", "fault accepted": "已受理", "fault declined": "未受理", "fault resolved": "已解决",
	"field summary": "问题", "field since": "开始时间", "field until": "结束时间", "field contact": "联系方式", "field details": "详情", "field service": "服务", "field attachments": "附件", "field effective": "发生时间", "field text": "内容",
	"field severity": "等级", "field title": "标题", "field agreement": "协议", "field answer": "答复", "field person": "人员", "field rotation": "轮值", "field from": "开始", "field to": "结束", "field correction.from": "更正开始", "field correction.to": "更正结束",
	"field action.text": "措施", "field action.owner": "负责人", "field action.due": "时限", "field reason": "原因", "field kind": "类型", "field website": "空栏",

	// Acknowledging and on call
	"Acknowledge as %s": "以 %s 的身份确认", "Acknowledged by %s at": "已由 %s 确认，时间", "It is over; there is nothing to acknowledge.": "事件已结束，无需确认。",
	"This tells the others that you see to it, and stops the escalation. The link is valid until": "这会告知其他人由您处理，并停止升级通知。链接有效期至", "This link is not valid": "链接无效", "This link has expired": "链接已过期",
	"Open the incident from the overview, or acknowledge it with probity-collector incident ack.": "请从总览打开该事件，或用 probity-collector incident ack 确认。",
	"On call": "值班", "until": "直到", "override": "替班", "Overrides": "替班", "nobody": "无人", "Person": "人员", "Why": "依据", "rotation": "轮值", "Rotation": "轮值", "Revoke": "撤销", "Put somebody else on call": "安排替班", "Put on call": "安排",
	"Local time of the rotation.": "轮值所在时区的当地时间。", "No rotation is configured, so nobody is called. Write one into the collector's configuration:": "没有配置轮值，因此不会通知任何人。请写入采集器的配置：",
	"No such incident": "没有这个事件", "No such reported fault": "没有这个故障申报", "No such attachment": "没有这个附件", "No such override": "没有这个替班", "Too many faults were reported in a short time": "短时间内申报过多", "Not found": "未找到",
	"Not possible in its present state": "当前状态不允许", "The report is too large": "申报过大",

	// Service reports, reviews and improvement actions
	"report draft": "草稿", "report reviewed": "已审核，未签发", "report issued": "已签发", "action open": "进行中", "action done": "已完成", "action dropped": "已放弃",
	"Made by": "编制", "Reviewed by": "审核", "Issued by": "签发", "Mark as reviewed": "标为已审核",
	"Statement": "结算单", "Verdict": "结论", "Reports": "报告", "Service reports": "服务报告", "Service report": "服务报告", "Report": "报告", "Review": "回顾", "Improvement actions": "改进措施", "all reports": "全部报告",
	"Issued": "签发", "No report yet.": "还没有报告。", "Make a report": "编制报告", "Make the draft": "生成草稿", "Make it anew": "重新生成",
	"What was written down since then, causes and remedies too, is in it only when it is made anew.": "此后记录的内容（包括原因和处置）须重新生成后才会包含在内。",
	"A draft follows the figures until it is issued. One that is not issued yet is made anew.":       "草稿在签发前随数据更新。尚未签发的报告会重新生成。",
	"The period is not over, or has not settled: this can be a draft only.":                          "周期尚未结束或数据尚未到齐：只能是草稿。",
	"availability %": "可用率 %", "objective %": "目标 %", "Changed since revision %d": "自第 %d 版以来的变更", "Figure": "数据", "Was": "原值", "Is": "现值",
	"Download": "下载", "Read it whole": "阅读全文", "Signatures": "签字", "not yet": "尚未", "Sign": "签字", "Issue": "签发",
	"Who reviews has read the report and stands for it.": "审核人已阅读报告并对其负责。", "An issued report never changes, and goes to its recipients by mail.": "签发后的报告不再变更，并通过邮件发送给收件人。",
	"the whole house": "全部客户", "Year": "年份", "the year before": "前一年", "the year after": "后一年",
	"Periods that kept their objective: %d, that missed it: %d, without data: %d": "达标周期：%d，未达标：%d，无数据：%d",
	"worst period": "最差周期", "credit %": "补偿 %", "No agreement is in force.": "没有生效的协议。", "Worst services": "最差的服务", "share %": "占比 %", "summed %": "累计 %",
	"Nothing was down.": "没有故障。", "Causes": "原因", "no cause on record": "没有记录原因", "Mean times": "平均时间", "to acknowledge": "确认", "to repair": "修复", "to restore": "恢复",
	"%d open, %d done, %d dropped": "%d 项进行中，%d 项已完成，%d 项已放弃", "availability before, %": "之前的可用率 %", "after, %": "之后 %",
	"Targets that history does not fit": "与历史不符的目标", "Advice": "建议", "too hard": "过严", "too soft": "过松",
	"Open": "进行中", "What came of it": "结果", "overdue": "逾期", "Done": "完成", "Drop": "放弃", "No action is open.": "没有进行中的措施。", "Closed": "已关闭",
	"Record an action": "记录措施", "Record the action": "记录该措施", "No such service report": "没有这份服务报告", "No such action": "没有这项措施",
	"field owner": "负责人", "field due": "期限",

	// Causes
	"cause resolve": "域名解析失败", "cause connect_refused": "连接被拒绝", "cause connect_timeout": "连接超时", "cause network_unreachable": "网络不可达",
	"cause tls_handshake": "TLS 握手失败", "cause tls_verify": "证书校验失败", "cause tls_expired": "证书已过期", "cause tls_expiring": "证书即将过期",
	"cause timeout": "超时", "cause reset": "连接被重置", "cause protocol": "协议错误", "cause status": "状态码", "cause assertion": "内容不符",
	"cause redirect": "重定向错误", "cause loss": "丢包", "cause slow": "过慢", "cause agent_fault": "探针自身故障",
}

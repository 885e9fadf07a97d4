package report

// chinese are the reports in 简体中文, by the English of each phrase.
var chinese = map[string]string{
	// Cover
	"Service report": "服务报告", "%s, for %s": "%s，客户：%s", "Page %d of %s": "第 %d / %s 页", "revision %d": "第 %d 版",
	"Draft": "草稿", "Reviewed, not issued": "已审核，未签发", "Issued": "签发", "Reviewed": "审核", "Made": "编制", "Provider": "服务方", "Customer": "客户",
	"Period": "周期", "%s to %s (%s)": "%s 至 %s（%s）", "Judged until": "评定至", "Tier": "等级", "State": "状态", "%s, revision %d": "%s，第 %d 版",
	"%s, revision %d, in place of revision %d": "%s，第 %d 版，取代第 %d 版", "not yet": "尚未", " and ": "和",

	// Verdict
	"%s has not begun: there is nothing to judge yet.":                                                  "%s 尚未开始：目前没有可评定的内容。",
	"Nothing in %s counts: the agreement was not in force, or the time lies outside its service hours.": "%s 没有计入的时间：协议未生效，或不在服务时间内。",
	"Nothing could be judged in %s: no result is known for it, and none of its time counts as up.":      "%s 无法评定：没有任何结果，其时间一律不计为正常。",
	"; unknown time could still turn this":                                                              "；未知时间仍可能改变这一结论",
	"; %s could not be judged":                                                                          "；%s无法评定",
	"So far: %s.":                                                                                       "截至目前：%s。",
	"%s.":                                                                                               "%s。",
	"%s reached %s %%, at a coverage of %s %%; no objective is agreed":                                  "%s 达到 %s %%，覆盖率 %s %%；未约定目标",
	"The objective of %s was kept: %s %% of the %s %% promised, at a coverage of %s %%":                 "%s 目标已达成：实际 %s %%，承诺 %s %%，覆盖率 %s %%",
	"The objective of %s was kept for the agreement as a whole with %s %%, but missed for %s":           "%s 协议整体达标（%s %%），但未达标的有：%s",
	"The objective of %s was missed for %s":                                                             "%s 目标未达成：%s",
	"The objective of %s was missed: %s %% of the %s %% promised, at a coverage of %s %%":               "%s 目标未达成：实际 %s %%，承诺 %s %%，覆盖率 %s %%",
	"%s (%s %% of %s %%)":                                                                               "%s（实际 %s %%，承诺 %s %%）",
	"kept":                                                                                              "达标", "missed": "未达标", "no data": "无数据", "no objective": "无目标", "not certain": "未定",
	"%d more rows are in the CSV and JSON forms of this report.": "另有 %d 行，见本报告的 CSV 和 JSON 版本。",

	// Availability and trend
	"Availability": "可用率", "Agreement as a whole": "协议整体", "Service": "服务", "Availability %": "可用率 %", "Objective %": "目标 %", "Verdict": "结论",
	"Bounds %": "上下界 %", "Coverage %": "覆盖率 %", "Down": "故障", "Budget left": "剩余预算", "Trend": "趋势",
	"Percentages are cut down, never rounded up. Bounds: the availability had all unknown time been down, and had it been up. Coverage: the share of time that was observed.": "百分比只舍不入。上下界：未知时间全部计为故障、全部计为正常时的可用率。覆盖率：已观测时间的比例。",
	"%s, day by day": "%s，逐日", "Marks": "图例", "up": "正常", "degraded": "降级", "down": "故障", "unknown": "未知", "excluded": "除外", "excluded, below the line": "除外（线下）",
	"%s, the periods up to this one": "%s，截至本周期",
	"Bars: bad time as a share of what the objective allows; the line is all of it. A bar that is cut off reaches higher. An open dot is a period of which nothing is known.": "柱：不合格时间占目标允许量的比例；横线为允许量的全部。截断的柱实际更高。空心点表示该周期一无所知。",

	// Outages, response and resolution
	"Outages": "中断", "From, to": "开始、结束", "Length": "时长", "Counted": "计入", "Cause and remedy": "原因与处置", "goes on": "仍在持续",
	"None in the time that was observed.": "已观测的时间内没有。", "None is on record, but nothing was observed either.": "没有记录，但也没有任何观测。",
	"Cause: %s": "原因：%s", "Remedy: %s": "处置：%s", "No cause is on record.": "没有记录原因。", "Seen at: %s": "观测点：%s",
	"Response and resolution": "响应与解决", "The agreement promises no time to answer or to repair.": "协议未承诺响应或修复的时限。",
	"Severity": "级别", "Clock": "时限", "Target": "目标", "Kept": "按时", "Late": "超时", "Running": "进行中", "Mean": "平均", "Longest": "最长",
	"No clock was opened in this period.": "本周期没有开始计时。", "Incident": "事件", "Opened, stopped": "开始、停止", "Elapsed": "用时", "Paused": "暂停",
	"Times run on the agreement's calendar, without what is paused. A clock belongs to the period in which it was opened.": "用时按协议日历计算，不含暂停。计时归入其开始的周期。",
	"in time": "按时", "late": "超时", "running": "进行中", "response": "响应", "resolution": "解决",

	// Maintenance, excluded and unknown time
	"Maintenance": "维护", "None was announced for this period.": "本周期没有公告维护。", "Work": "工作", "Announced": "公告", "Notice": "提前量", "Excused": "豁免",
	"no reason given": "未说明事由", "emergency": "紧急", "all services": "全部服务", "never": "从未", "not excused:\nemergencies count": "不豁免：\n紧急维护计入",
	"none asked for": "无要求", "kept: %s\nof %s": "已满足：%s\n要求 %s", "not kept: none\nof %s": "未满足：无\n要求 %s", "not kept: %s\nof %s": "未满足：%s\n要求 %s",
	"Excluded and unknown time": "除外与未知时间", "Excluded s": "除外（秒）", "Unknown s": "未知（秒）", "of it left out s": "其中不计入（秒）", "In scope s": "范围内（秒）",
	"No time was excluded.": "没有除外的时间。", "No time is unknown.": "没有未知的时间。", "Length s": "时长（秒）", "Counted as": "计为", "observed: %s": "观测：%s", "Why": "依据",
	"maintenance": "维护", "correction": "更正", "no result": "无结果",

	// Credits
	"Credits": "赔偿", "The agreement grants no credits, or nothing could be judged.": "协议未约定赔偿，或无可评定的内容。", "For": "项目", "% of the period's fee": "占本周期费用 %",
	"What would be owed if the period ended like this: it is not over.": "若周期就此结束应付的赔偿：周期尚未结束。", "Availability of %s": "%s的可用率", "%s, %s, late": "%s，%s，超时",
	"Availability, as the agreement joins it": "可用率（按协议合并）", "Late answers and repairs, as the agreement joins them": "响应与修复超时（按协议合并）",
	"Credit for the period": "本周期赔偿", "cut to the agreement's cap": "已按协议上限截取",

	// Corrections and actions
	"Corrections": "更正", "Last report: %s, revision %d. A correction counts from its approval until it is revoked.": "上一份报告：%s 第 %d 版。更正自批准起生效，直至撤销。",
	"This is the first report. A correction counts from its approval until it is revoked.": "这是第一份报告。更正自批准起生效，直至撤销。",
	"None was made since the last report, and none touches this period.":                   "自上一份报告以来没有更正，也没有涉及本周期的更正。",
	"Effect": "效果", "Reason": "事由", "of an earlier period": "涉及更早的周期", "taken out": "不计入", "counted as up": "计为正常", "counted as down": "计为故障",
	"revoked": "已撤销", "approved by %s": "%s批准", "proposed by %s": "%s提出", "does not count": "未生效", "since the last report": "上一份报告之后",
	"Improvement actions": "改进措施", "None is open, and none was closed since the last report.": "没有未完成的措施，自上一份报告以来也没有完成的措施。",
	"Action": "措施", "Owner": "负责人", "Due": "期限", "carried from the last report": "自上一份报告延续", "done": "完成", "dropped": "放弃", "overdue": "逾期", "open": "未完成",

	// Differences
	"What changed since revision %d": "自第 %d 版以来的变化", "Nothing that is printed.": "所列内容无变化。", "Of": "对象", "Figure": "项目", "Was": "原值", "Is": "现值",
	"Down s": "故障（秒）", "Credit %": "赔偿 %", "Agreement's text": "协议文本", "Evidence": "证据指纹", "Outage": "中断", "Correction": "更正", "Credit": "赔偿",
	"new": "新增", "present": "存在", "changed": "已变更",

	// Method
	"Method and evidence": "方法与证据", "not frozen: it may still change": "未定稿：仍可能变化", "revision %d, frozen": "第 %d 版，已定稿", "Agreement": "协议", "Statement": "对账单", "Data": "数据",
	"As of": "截至", "Program": "程序", "Times": "时区", "Good, bad, excluded and left-out unknown time make the whole scope. Availability is good over good and bad.": "合格、不合格、除外与不计入的未知时间之和即全部范围。可用率 = 合格 ÷（合格 + 不合格）。",
	"Good s": "合格（秒）", "Bad s": "不合格（秒）", "Left out s": "不计入（秒）", "As observed %": "观测值 %", "Availability, exactly": "可用率（精确）",
	"The formulas that made these figures, numbered as in SLA.md, which comes with the program:": "得出这些数字的公式，编号见随程序提供的 SLA.md：", "Formula": "公式", "What it says": "内容",
	"A result holds until the next slot; what no result covers is unknown.":       "结果有效至下一时刻；没有结果覆盖的为未知。",
	"Failures in a row open an outage, successes in a row close it.":              "连续失败开始中断，连续成功结束中断。",
	"How many locations must see a failure.":                                      "多少位置观测到失败才算故障。",
	"How many parts of a service must be up.":                                     "服务的多少部分必须正常。",
	"What degraded time counts as.":                                               "降级时间如何计入。",
	"What time without a result counts as.":                                       "没有结果的时间如何计入。",
	"Time is judged in slots of a fixed length.":                                  "时间按固定长度的时段评定。",
	"An outage is a longest run of down time.":                                    "中断是最长的连续故障时间。",
	"An outage counts from its first ticket.":                                     "中断自首张工单起计。",
	"Outages below a length do not count.":                                        "短于一定时长的中断不计。",
	"Which maintenance was announced early enough.":                               "哪些维护公告得足够早。",
	"How much maintenance is excused, and for what.":                              "维护豁免多少、如何豁免。",
	"Corrections count from approval to revocation, and win over maintenance.":    "更正自批准至撤销有效，优先于维护。",
	"Service hours, in local time.":                                               "服务时间（当地时间）。",
	"The account: every instant is exactly one of good, bad, excluded, left out.": "总账：每一时刻恰为合格、不合格、除外、不计入之一。",
	"Bad time, outage by outage, rounded as agreed.":                              "逐次中断的不合格时间，按约定取整。",
	"What bad time is held against.":                                              "不合格时间的分母。",
	"Availability: good over total.":                                              "可用率：合格 ÷ 总计。",
	"Bounds, coverage and the availability as observed.":                          "上下界、覆盖率与观测可用率。",
	"How percentages are rounded before they are compared.":                       "百分比在比较前如何取整。",
	"The budget, and what is left of it.":                                         "预算及其余额。",
	"When an objective is missed.":                                                "何为未达标。",
	"Credits by tiers of availability.":                                           "按可用率分档的赔偿。",
	"Credits by time.":                                                            "按时间的赔偿。",
	"How services make the agreement's figure.":                                   "各服务如何合成协议的数字。",
	"What runs, pauses and stops a clock.":                                        "计时如何运行、暂停和停止。",
	"What reopening does to a clock.":                                             "重新打开对计时的影响。",
	"When a clock is due.":                                                        "计时何时到期。",
}

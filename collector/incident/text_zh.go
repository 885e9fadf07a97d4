package incident

const (
	zhBudgetLeft = "{period} 停机预算 {budget}，剩余 {budget_left}。"
	zhBudgetOver = "{period} 停机预算 {budget}已超支 {budget_over}。"
	zhFigures    = "可用率 {availability}，目标 {target}。"
	zhExcused    = "维护 {maintenance} 正在进行，至 {maintenance_until} 止：该时段不计入。"
	zhNotExcused = "维护 {unexcused} 正在进行，但不符合约定：{unexcused_why}；该时段照常计入。"
	zhDecided    = "判定依据：{places}。"
	zhWhere      = "判定依据：{where}。"
	zhCause      = "原因：{cause}。"
	zhDependsOn  = "它依赖 {parent}，后者正在或曾经中断。"
	zhFlaps      = "反复波动：{flap_window}内中断 {flaps} 次；连续 {flap_calm} 无故障后关闭。"
	zhLeftNow    = "本周期停机预算 {budget}，剩余 {budget_left}。"
	zhOverNow    = "本周期停机预算 {budget}已超支 {budget_over}。"
)

var chinese = &language{
	day: "天", hour: "小时", minute: "分", second: "秒", milli: "毫秒", minus: "负 ", times: "（{n} 倍）", when: "于 {t} ", gap: "", list: "、",
	kinds: map[Kind]text{
		ServiceDown: {"{service}（{agreement}）中断", []string{
			"自 {since} 起中断，至今 {for}。", zhCause, zhWhere, zhFlaps, zhDependsOn,
			zhBudgetLeft, zhBudgetOver, zhFigures, zhExcused, zhNotExcused,
		}},
		ServiceDegraded: {"{service}（{agreement}）性能下降", []string{
			"自 {since} 起有响应但未达约定，至今 {for}。", zhCause, zhWhere, zhDependsOn,
			zhBudgetLeft, zhBudgetOver, zhFigures, zhExcused, zhNotExcused,
		}},
		ServiceNoData: {"{service}（{agreement}）状态未知", []string{
			"自 {since} 起没有结果，至今 {for}：可能正常，也可能中断。", "先检查探测代理，再检查服务。", zhDependsOn,
			zhBudgetLeft, zhBudgetOver, zhFigures, zhExcused, zhNotExcused,
		}},
		ObjectiveAtRisk: {"{service}（{agreement}）的停机预算消耗过快{burn_times}", []string{
			"最近 {long}的消耗速度是均匀用完整个周期的 {burn} 倍，最近 {short}是 {shortburn} 倍；界限为 {factor}。",
			zhBudgetLeft, "照此速度，{spent_in}后用完。", zhBudgetOver, zhFigures, zhDecided, zhDependsOn, zhExcused, zhNotExcused,
		}},
		ObjectiveForecast: {"照此速度，{service}（{agreement}）将{forecast_when}突破 {period} 的目标", []string{
			"照此速度，{period} 的目标将于 {forecast} 被突破，还有 {forecast_in}。", zhBudgetLeft, zhFigures, zhDecided, zhDependsOn, zhExcused, zhNotExcused,
		}},
		ObjectiveBreached: {"{service}（{agreement}）未达到 {period} 的目标", []string{
			zhBudgetOver, zhFigures, zhDecided, "此告警持续到周期结束。",
		}},
		CoverageLow: {"对 {service}（{agreement}）的了解太少", []string{
			"应有结果的时间中只有 {coverage} 有结果。", "没有测量过的，谁也无法证明。", zhBudgetLeft, zhBudgetOver, zhFigures,
		}},
		AgentSilent: {"{location} 的探测代理 {agent} 没有消息", []string{
			"最后一次消息在 {seen}，已过 {for}；至少应每 {after}报告一次。", "分配给它的检查：{checks} 项；这些检查此间没有来自 {location} 的结果。",
		}},
		AgentFaulty: {"{location} 的探测代理 {agent} 报告自身故障", []string{
			"故障：{faults}。", "它无法判定的时间按未知计。",
		}},
		ClockOff: {"{location} 的探测代理 {agent} 时钟不准", []string{
			"比采集端快 {clock_ahead}；界限为 {clock_bound}。", "比采集端慢 {clock_behind}；界限为 {clock_bound}。", "结果带有代理的时间：它看到的中断会有同样的时间偏差。",
		}},
		ResponseDue: {"{incident}（{agreement}）须在 {due} 前响应", []string{
			"{title}。", "级别 {priority}：须在 {due_in}内（{due} 前）响应；{clock_target}中已用去 {elapsed}。", "确认即停止计时。",
			zhWhere, zhLeftNow, zhOverNow,
		}},
		ResponseMissed: {"{incident}（{agreement}）未按时响应", []string{
			"{title}。", "级别 {priority}：应在 {due} 前响应；已过 {elapsed}，目标为 {clock_target}。", "至今无人确认。",
			zhWhere, zhLeftNow, zhOverNow,
		}},
		ResolutionDue: {"{incident}（{agreement}）须在 {due} 前修复", []string{
			"{title}。", "级别 {priority}：须在 {due_in}内（{due} 前）修复；{clock_target}中已用去 {elapsed}。", zhWhere, zhLeftNow, zhOverNow,
		}},
		ResolutionMissed: {"{incident}（{agreement}）未按时修复", []string{
			"{title}。", "级别 {priority}：应在 {due} 前修复；已过 {elapsed}，目标为 {clock_target}。", zhWhere, zhLeftNow, zhOverNow,
		}},
		CertificateExpiring: {"{service}（{agreement}）的证书将于 {not_after} 到期", []string{
			"检查 {check} 收到的证书链将在 {ends_in}后到期。", "已到期：自 {ended} 起客户端会拒绝它。", "观测点：{places}。",
		}},
		MaintenanceBegins: {"{agreement} 的维护 {window} 正在进行，至 {until} 止", []string{
			"自 {from} 至 {until}：{why_maintenance}。", "涉及 {services}。", "该时段不计入。{?qualifies}", "不符合约定：{counts_why}；该时段照常计入。",
		}},
		MaintenanceEnded: {"{agreement} 的维护 {window} 已结束", []string{
			"自 {from} 至 {until}。", "涉及的服务全部正常。{?all_up}", "目前中断：{down}，判定依据：{places}。", "{unknown} 状态未知。",
		}},
		MaintenanceOverran: {"{agreement} 的维护 {window} 已超时", []string{
			"应于 {until} 结束，已超时 {overrun}。", "此后仍中断：{where}。", zhDecided, "自窗口结束起，停机时间照常计入。",
		}},
	},
	reasons: map[reason]string{
		reasonGoesOn:       "不再抑制（{why}），问题仍在继续",
		reasonRedated:      "开始时间由 {from} 改为 {to}",
		reasonOtherParts:   "其他部分也已中断",
		reasonFlapping:     "反复波动：{flap_window}内中断 {flaps} 次",
		reasonCovers:       "维护 {id} 现已覆盖该时段",
		reasonTooLate:      "维护 {id} 正在进行，但公告过晚；照常计入",
		reasonCounted:      "维护 {id} 正在进行，但不符合约定（{why}）；照常计入",
		reasonCoverOver:    "维护 {id} 已结束",
		reasonParentDown:   "所依赖的 {parent} 中断",
		reasonParentUp:     "所依赖的 {parent} 已恢复；稍候本服务跟随恢复",
		reasonParentGone:   "所依赖的 {parent} 已恢复，但本问题仍在继续",
		quietMaintenance:   "维护 {id}，至 {until} 止",
		quietHours:         "不在服务时间内",
		quietParentUp:      "所依赖的 {parent} 曾中断，现已恢复",
		whyLate:            "提前 {given} 公告，约定为 {notice}",
		whyUnannounced:     "开始前未公告，约定提前 {notice}",
		whyOther:           "未按约定公告",
		reasonUpAgain:      "已恢复",
		reasonDownNow:      "现已中断",
		reasonFastAgain:    "已恢复到约定的性能",
		reasonResults:      "重新收到结果",
		reasonCovered:      "数据已足够",
		reasonSlower:       "预算消耗已减缓",
		reasonHolds:        "照目前速度可以达到目标",
		reasonMissed:       "目标已未达成：另有告警",
		reasonPeriodOver:   "周期 {period} 已结束；数字见其报表",
		reasonLeftWindow:   "造成未达标的中断已移出窗口",
		reasonBackWithin:   "更正或迟到的结果使其重新达标",
		reasonHeard:        "重新收到消息",
		reasonNoFaults:     "不再报告故障",
		reasonClockRight:   "时钟已恢复准确",
		reasonConfirmed:    "已确认：连续 {slots} 次失败",
		reasonOverWhenSeen: "首次看到时已结束",
		reasonJoinedTo:     "迟到的结果将其并入 {outage}",
		reasonOverBefore:   "在 {at} 之前已结束",
		reasonNoDownTime:   "后来的证据或更正表明此处没有停机",
		reasonOver:         "已结束",
		reasonOutageOn:     "仍在继续：迟到的结果与其相连",
		reasonEndsAt:       "结束于 {at}",
		reasonCounts:       "现计入 {for}",
		reasonInTime:       "已按时完成",
		reasonLate:         "已完成，迟了 {late}",
		reasonTargetPassed: "已超过目标：另有告警",
		reasonStands:       "计时已暂停",
		reasonDueLater:     "期限已推后",
		reasonNotMissed:    "此后录入的事件表明未超时",
		reasonRenewed:      "已续期：有效期至 {until}",
		reasonWindowOver:   "窗口已结束",
		reasonEndTold:      "已告知足够长时间",
		reasonAllUp:        "窗口内中断的服务均已恢复",
	},
}

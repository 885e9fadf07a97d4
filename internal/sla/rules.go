package sla

// The text of each rule: the section letter of SLA-SEMANTICS and the parameter.
var (
	probesRules      = prefixed("A.probes=", probesWords)
	endpointsRules   = prefixed("A.endpoints=", endpointsWords)
	degradedRules    = prefixed("B.degraded=", degradedWords)
	missingRules     = prefixed("C.missing=", missingWords)
	afterRules       = prefixed("C.carry_after=", missingWords)
	slotRules        = prefixed("D.slot.bad_when=", badWhenWords)
	maintenanceRules = prefixed("F.maintenance=", treatmentWords)
	adjustmentRules  = prefixed("F.adjustment=", effectWords)
)

func prefixed(prefix string, words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = prefix + w
	}
	return out
}

// text is the rule as the ledger prints it.
func (s *sweep) text(why rule, entry *Entry) string {
	t := s.t
	switch why {
	case ruleDegraded:
		return degradedRules[t.Degraded.Rule]
	case ruleMissing:
		return missingRules[t.Missing.Rule]
	case ruleCarryAfter:
		return afterRules[t.Missing.After]
	case ruleSlot:
		return slotRules[t.Slot.When]
	case ruleStart:
		return "E.outage_start=ticket"
	case ruleMinOutage:
		return "E.min_outage"
	case ruleMaintenance:
		return maintenanceRules[t.Maintenance.Treatment]
	case ruleAdjustment:
		return adjustmentRules[[...]Effect{Excluded: EffectExclude, Up: EffectUp, Down: EffectDown}[entry.State]]
	case ruleContract:
		if t.Contract.DeemedUp {
			return "G.contract=deemed_up"
		}
		return "G.contract=out_of_scope"
	case ruleHours:
		return "G.service_hours"
	}
	switch o := &s.in.Observed; {
	case o.Endpoints != nil:
		return endpointsRules[t.Endpoints.Rule]
	case o.Probes != nil:
		return probesRules[t.Probes.Rule]
	case o.Runs != nil:
		return "A.samples"
	}
	return "A.timeline"
}

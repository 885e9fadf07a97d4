package collector

import (
	"context"
	"flag"

	"github.com/probity-sla/probity/collector/notify"
)

func exportCommands() []command {
	return []command{
		{"export prometheus-rules", "", "print the alerts as a rule file of Prometheus, for the collector's /metrics",
			"probity-collector export prometheus-rules > /etc/prometheus/rules/probity.yml", exportRules},
	}
}

func exportRules(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	return func(context.Context, []string) error {
		cfg, err := load()
		if err != nil {
			return err
		}
		set, err := loadAgreements(cfg.Agreements.Directory)
		if err != nil {
			return err
		}
		return notify.PrometheusRules(s.out, set.Agreements)
	}
}

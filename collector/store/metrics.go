package store

import (
	"os"

	"github.com/VictoriaMetrics/metrics"
)

type storeMetrics struct {
	commitSeconds *metrics.PrometheusHistogram
	commitBatches *metrics.PrometheusHistogram
	commitErrors  *metrics.Counter
	results       *metrics.Counter
	duplicates    *metrics.Counter
	flushSeconds  *metrics.PrometheusHistogram
	flushErrors   *metrics.Counter
	flushed       *metrics.Counter
	compacted     *metrics.Counter
}

func newStoreMetrics(set *metrics.Set, s *Store) *storeMetrics {
	set.NewGauge("probity_collector_store_journal_batches", func() float64 { return float64(s.journal.rows.Load()) })
	set.NewGauge("probity_collector_store_journal_bytes", func() float64 { return float64(s.journal.bytes.Load()) })
	set.NewGauge("probity_collector_store_head_results", func() float64 { return float64(s.head.size()) })
	set.NewGauge("probity_collector_store_series", func() float64 { return float64(s.head.count()) })
	set.NewGauge("probity_collector_store_cached_runs", func() float64 { return float64(s.cache.size()) })
	set.NewGauge("probity_collector_store_file_bytes", func() float64 { return fileBytes(s.opts.Path) })
	set.NewGauge("probity_collector_store_wal_bytes", func() float64 { return fileBytes(s.opts.Path + "-wal") })
	return &storeMetrics{
		commitSeconds: set.NewPrometheusHistogram("probity_collector_store_commit_seconds"),
		commitBatches: set.NewPrometheusHistogramExt("probity_collector_store_commit_batches", []float64{1, 2, 4, 8, 16, 32, maxGroup}),
		commitErrors:  set.NewCounter("probity_collector_store_commit_errors_total"),
		results:       set.NewCounter("probity_collector_store_results_total"),
		duplicates:    set.NewCounter("probity_collector_store_duplicate_batches_total"),
		flushSeconds:  set.NewPrometheusHistogram("probity_collector_store_flush_seconds"),
		flushErrors:   set.NewCounter("probity_collector_store_flush_errors_total"),
		flushed:       set.NewCounter("probity_collector_store_flushed_pieces_total"),
		compacted:     set.NewCounter("probity_collector_store_compacted_days_total"),
	}
}

func fileBytes(path string) float64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return float64(info.Size())
}

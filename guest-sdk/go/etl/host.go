package etl

import (
	"fmt"

	"witdock/generated/witdock_etl_metrics"
	"witdock/generated/witdock_plugin_log"
)

// Logf writes a line to the host's log, under the plugin's name.
func Logf(format string, arguments ...any) {
	witdock_plugin_log.Write(witdock_plugin_log.LevelInfo, "", fmt.Sprintf(format, arguments...))
}

// Count adds to a counter. It needs the grant witdock:etl/metrics, as do Gauge and Observe.
func Count(name string, by uint64) { witdock_etl_metrics.Count(name, by) }

// Gauge sets a gauge.
func Gauge(name string, value float64) { witdock_etl_metrics.Gauge(name, value) }

// Observe records one observation in a histogram.
func Observe(name string, value float64) { witdock_etl_metrics.Observe(name, value) }

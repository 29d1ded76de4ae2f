//! Serves the numbers of a run to Prometheus over HTTP.
//!
//! The format is OpenMetrics 1.0 (<https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md>).

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, text};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

use crate::figures::StageFigures;
use crate::live::LiveFigures;

/// Serves the numbers under `/metrics` until the program ends.
///
/// # Errors
///
/// When the address is invalid or in use, in the words of the operating system.
pub fn serve(address: &str, live: Arc<LiveFigures>) -> Result<String, String> {
    let server = tiny_http::Server::http(address).map_err(|error| {
        format!("cannot serve metrics at {address}: {error}; give HOST:PORT, for example 127.0.0.1:9184")
    })?;
    let shown = format!("http://{}/metrics", server.server_addr());
    let mut registry = Registry::with_prefix("witdock_etl");
    registry.register_collector(Box::new(Numbers(live)));
    std::thread::spawn(move || {
        for request in server.incoming_requests() {
            let mut text = String::new();
            let response = if request.url() != "/metrics" {
                tiny_http::Response::from_string("see /metrics\n").with_status_code(404)
            } else if text::encode(&mut text, &registry).is_ok() {
                let kind = "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8";
                let response = tiny_http::Response::from_string(text);
                match kind.parse::<tiny_http::Header>() {
                    Ok(header) => response.with_header(header),
                    Err(()) => response,
                }
            } else {
                tiny_http::Response::from_string("").with_status_code(500)
            };
            // The client may have disconnected.
            let _ = request.respond(response);
        }
    });
    Ok(shown)
}

#[derive(Debug)]
struct Numbers(Arc<LiveFigures>);

impl Collector for Numbers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let counts = self.0.counts();
        for (name, help, value) in [
            ("rows_read", "Rows of the source", counts.rows_read),
            ("rows_out", "Rows in each sink, committed or not", counts.rows_out),
            ("rows_rejected", "Rows that the source or a stage rejected", counts.rejected),
            ("commits", "Commits", counts.commits),
        ] {
            let counter = ConstCounter::new(value);
            counter.encode(encoder.encode_descriptor(name, help, None, counter.metric_type())?)?;
        }
        let bytes = ConstCounter::new(counts.bytes_read);
        let unit = Some(&Unit::Bytes);
        bytes.encode(encoder.encode_descriptor(
            "read",
            "Bytes of the source",
            unit,
            bytes.metric_type(),
        )?)?;

        let stages = self.0.stages();
        type Number = fn(&StageFigures) -> u64;
        let numbers: [(&str, &str, Number); 6] = [
            ("stage_rows_in", "Rows that went into a stage", |figures| figures.tally.rows_in),
            ("stage_rows_out", "Rows that came out of a stage", |figures| figures.tally.rows_out),
            ("stage_rows_rejected", "Rows that a stage rejected", |figures| figures.tally.rejected),
            ("stage_rows_dropped", "Rows that a stage filtered out", |figures| figures.tally.dropped),
            ("stage_batches", "Batches that went into a stage", |figures| figures.batches),
            ("stage_failures", "Rows that made a stage's plugin fail", |figures| figures.failures),
        ];
        for (name, help, number) in numbers {
            let kind = ConstCounter::new(0_u64).metric_type();
            let mut family = encoder.encode_descriptor(name, help, None, kind)?;
            for (stage, figures) in &stages {
                let labels = [("stage", stage.as_str())];
                ConstCounter::new(number(figures)).encode(family.encode_family(&labels)?)?;
            }
        }
        let kind = ConstCounter::new(0.0).metric_type();
        let help = "Time in a stage's plugin, including the transfer of batches";
        let mut family = encoder.encode_descriptor("stage_busy", help, Some(&Unit::Seconds), kind)?;
        for (stage, figures) in &stages {
            let labels = [("stage", stage.as_str())];
            ConstCounter::new(figures.busy.as_secs_f64()).encode(family.encode_family(&labels)?)?;
        }
        plugin_metrics(&mut encoder, &stages)
    }
}

/// The metrics that plugins report. The plugin's name for a metric is a label, so that a plugin cannot create metrics.
fn plugin_metrics(encoder: &mut DescriptorEncoder<'_>, stages: &[(String, StageFigures)]) -> fmt::Result {
    let kind = ConstCounter::new(0_u64).metric_type();
    let mut family = encoder.encode_descriptor("plugin", "Counters that plugins report", None, kind)?;
    for (stage, figures) in stages {
        for (name, value) in &figures.metrics.counters {
            let labels = [("stage", stage.as_str()), ("name", name.as_str())];
            ConstCounter::new(*value).encode(family.encode_family(&labels)?)?;
        }
        for (name, seen) in &figures.metrics.observations {
            let labels = [("stage", stage.clone()), ("name", format!("{name}_count"))];
            ConstCounter::new(seen.count).encode(family.encode_family(&labels)?)?;
        }
    }
    let kind = ConstGauge::new(0.0).metric_type();
    let mut family = encoder.encode_descriptor("plugin_gauge", "Gauges that plugins report", None, kind)?;
    for (stage, figures) in stages {
        let gauges = figures.metrics.gauges.iter().map(|(name, value)| (name.clone(), *value));
        let observed = figures.metrics.observations.iter().flat_map(|(name, seen)| {
            [("sum", seen.sum), ("min", seen.min), ("max", seen.max)]
                .map(|(part, value)| (format!("{name}_{part}"), value))
        });
        for (name, value) in gauges.chain(observed) {
            let labels = [("stage", stage.clone()), ("name", name)];
            ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
        }
    }
    Ok(())
}

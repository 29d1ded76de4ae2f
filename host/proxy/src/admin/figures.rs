//! `/metrics`, in OpenMetrics 1.0 (<https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md>).

use std::fmt;
use std::sync::Arc;

use http::StatusCode;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

use super::{Admin, Answer, body, filters, plain};
use crate::exchange::FLAGS;
use crate::figures::{BUCKETS_MS, Totals};
use crate::plan::Plan;
use crate::proxy::Reloads;

const KIND: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) fn answer(admin: &Admin) -> Answer {
    let mut registry = Registry::with_prefix("witdock_proxy");
    registry.register_collector(Box::new(Numbers {
        totals: admin.shared.figures.totals(),
        plan: Arc::clone(&admin.plan.borrow()),
        connections: admin.workers.upgrade().map(|workers| workers.connections()).unwrap_or_default(),
        reloads: admin.reloads.borrow().clone(),
    }));
    let mut encoded = String::new();
    match text::encode(&mut encoded, &registry) {
        Ok(()) => body(StatusCode::OK, KIND, encoded),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be written"),
    }
}

/// The numbers of this moment.
#[derive(Debug)]
struct Numbers {
    totals: Totals,
    plan: Arc<Plan>,
    connections: Vec<usize>,
    reloads: Reloads,
}

/// A number of a cluster.
type Gauge = fn(&crate::upstream::Cluster) -> usize;

impl Collector for Numbers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let clusters: Vec<_> = self
            .plan
            .clusters
            .iter()
            .map(|(name, cluster)| (name.as_str(), cluster, cluster.figures.totals()))
            .collect();

        let help = "Requests, by the first digit of the status (0: the client left before)";
        let mut family = encoder.encode_descriptor("requests", help, None, MetricType::Counter)?;
        for (class, count) in self.totals.classes.iter().enumerate() {
            let labels = [("class", class.to_string())];
            ConstCounter::new(*count).encode(family.encode_family(&labels)?)?;
        }
        let help = "Requests in which something went wrong, by what it was";
        let mut family = encoder.encode_descriptor("flags", help, None, MetricType::Counter)?;
        for ((_, name), count) in FLAGS.iter().zip(self.totals.flags) {
            ConstCounter::new(count).encode(family.encode_family(&[("flag", *name)])?)?;
        }
        for (name, help, value) in [
            ("request_body", "Bytes of requests' bodies", self.totals.request_bytes),
            ("response_body", "Bytes of responses' bodies", self.totals.response_bytes),
        ] {
            let unit = Some(&Unit::Bytes);
            let metric = encoder.encode_descriptor(name, help, unit, MetricType::Counter)?;
            ConstCounter::new(value).encode(metric)?;
        }
        let help = "From a request's head to the end of its response";
        let unit = Some(&Unit::Seconds);
        let mut metric = encoder.encode_descriptor("request_duration", help, unit, MetricType::Histogram)?;
        histogram(&self.totals, &mut |sum, count, buckets| {
            metric.encode_histogram::<prometheus_client::encoding::NoLabelSet>(sum, count, buckets, None)
        })?;
        let help = "Open connections of clients, by worker";
        let mut family = encoder.encode_descriptor("connections", help, None, MetricType::Gauge)?;
        for (worker, count) in self.connections.iter().enumerate() {
            let labels = [("worker", worker.to_string())];
            ConstGauge::new(*count as u64).encode(family.encode_family(&labels)?)?;
        }
        for (name, help, value) in [
            ("reloads", "Configurations that were loaded again", self.reloads.successes),
            ("reload_failures", "Configurations that were refused", self.reloads.failures),
            ("access_log_dropped", "Access log lines that were dropped", self.plan.access_log.dropped()),
        ] {
            let metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            ConstCounter::new(value).encode(metric)?;
        }

        let help = "Requests of a cluster, by the first digit of the status";
        let mut family = encoder.encode_descriptor("cluster_requests", help, None, MetricType::Counter)?;
        for (name, _, totals) in &clusters {
            for (class, count) in totals.classes.iter().enumerate() {
                let labels = [("cluster", (*name).to_owned()), ("class", class.to_string())];
                ConstCounter::new(*count).encode(family.encode_family(&labels)?)?;
            }
        }
        let help = "Requests of a cluster that were sent again";
        let mut family = encoder.encode_descriptor("cluster_retries", help, None, MetricType::Counter)?;
        for (name, _, totals) in &clusters {
            ConstCounter::new(totals.retries).encode(family.encode_family(&[("cluster", *name)])?)?;
        }
        let gauges: [(&str, &str, Gauge); 3] = [
            ("cluster_running", "Requests of a cluster that run", |cluster| cluster.running()),
            ("cluster_servers", "Servers of a cluster", |cluster| cluster.servers.len()),
            ("cluster_servers_available", "Servers that get requests", |cluster| cluster.available()),
        ];
        for (name, help, number) in gauges {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for (cluster_name, cluster, _) in &clusters {
                let labels = [("cluster", *cluster_name)];
                ConstGauge::new(number(cluster) as u64).encode(family.encode_family(&labels)?)?;
            }
        }
        filters::encode(&self.plan.filters, &mut encoder)
    }
}

/// A histogram's sum in seconds, its count, and its buckets with their upper ends.
type Histogram<'a> = dyn FnMut(f64, u64, &[(f64, u64)]) -> fmt::Result + 'a;

fn histogram(totals: &Totals, encode: &mut Histogram<'_>) -> fmt::Result {
    let ends = BUCKETS_MS.iter().map(|millis| *millis as f64 / 1000.0).chain([f64::MAX]);
    let buckets: Vec<_> = ends.zip(totals.buckets).collect();
    encode(totals.micros as f64 / 1e6, totals.requests(), &buckets)
}

//! Filters on the status page and in the metrics, and what a person can do with them.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::page::escaped;
use super::{Admin, Answer, plain};
use crate::filter::{Filters, LoadedFilter, Reading, Variant};

/// Answers `POST /filters/NAME/ACTION`. NAME is that of a variant: `jwt`, `jwt (shadow)`.
pub(super) fn act(admin: &Admin, path: &str) -> Answer {
    let Some((name, action)) = path.strip_prefix("/filters/").and_then(|rest| rest.rsplit_once('/')) else {
        return plain(StatusCode::NOT_FOUND, "POST /filters/NAME/reload, /stop or /revive");
    };
    let name = percent_decoded(name);
    let plan = admin.plan.borrow().clone();
    let variant =
        plan.filters.values().flat_map(|filter| filter.variants()).find(|variant| variant.name() == name);
    let Some(variant) = variant.cloned() else {
        return plain(StatusCode::NOT_FOUND, "there is no filter of this name");
    };
    match action {
        "reload" => {
            tokio::spawn(async move {
                // The filter's status and the log say how it ends.
                let _ = variant.plugin().reload().await;
            });
            plain(StatusCode::ACCEPTED, "the filter is loaded again; `/` shows the outcome")
        }
        "stop" => {
            variant.plugin().stop();
            plain(StatusCode::OK, "stopped: requests are treated as `on_failure` says")
        }
        "revive" => {
            variant.plugin().revive();
            plain(StatusCode::OK, "it takes requests again")
        }
        _ => plain(StatusCode::NOT_FOUND, "a filter can be reloaded, stopped and revived"),
    }
}

fn percent_decoded(text: &str) -> String {
    text.replace("%20", " ").replace("%28", "(").replace("%29", ")")
}

/// The filters of the status page.
pub(super) fn write(filters: &Filters, html: &mut String) -> std::fmt::Result {
    if filters.is_empty() {
        return Ok(());
    }
    html.push_str(
        "<h2>Filters</h2><table><tr><th>filter<th>status<th>streams<th>calls<th>errors<th>mean<th>p99<th>in host<th>paused<th>memory\
         <th></tr>",
    );
    for filter in sorted(filters) {
        for variant in filter.variants() {
            row(filter, variant, html)?;
        }
    }
    html.push_str("</table>");
    for filter in sorted(filters) {
        if let Some(comparison) = filter.comparison() {
            write!(
                html,
                "<p>{} (shadow): {} callbacks compared, {} differ, {} failed.</p>",
                escaped(filter.name()),
                comparison.callbacks(),
                comparison.differences(),
                comparison.failures()
            )?;
            let last = comparison.last();
            if !last.is_empty() {
                write!(html, "<pre>{}</pre>", escaped(&last.join("\n")))?;
            }
        }
    }
    Ok(())
}

fn sorted(filters: &Filters) -> Vec<&Arc<LoadedFilter>> {
    let mut filters: Vec<_> = filters.values().collect();
    filters.sort_by_key(|filter| filter.name());
    filters
}

fn row(filter: &LoadedFilter, variant: &Variant, html: &mut String) -> std::fmt::Result {
    let statistics = variant.plugin().statistics();
    let (mut calls, mut errors, mut total, mut in_host) = (0, 0, Duration::ZERO, Duration::ZERO);
    let mut p99 = Duration::ZERO;
    for export in statistics.exports.values() {
        calls += export.calls;
        errors += export.errors;
        total += export.total;
        in_host += export.in_host;
        p99 = p99.max(export.p99);
    }
    let streams = statistics.exports.get("on-request-headers").map_or(0, |export| export.calls);
    let mean = total.checked_div(u32::try_from(calls).unwrap_or(u32::MAX)).unwrap_or_default();
    let share = in_host.as_secs_f64() / total.as_secs_f64().max(f64::MIN_POSITIVE) * 100.0;
    let status = variant.plugin().status().borrow().to_string();
    let name = escaped(variant.name());
    write!(
        html,
        "<tr><td>{name}<td{}>{}<td class=n>{streams}<td class=n>{calls}<td class=n>{errors}<td class=n>{:.1} µs<td class=n>{:.1} µs\
         <td class=n>{share:.0} %<td class=n>{:.1} s<td class=n>{:.1} MiB<td>",
        if status.contains("running") && !status.contains(';') { "" } else { " class=bad" },
        escaped(&status),
        mean.as_secs_f64() * 1e6,
        p99.as_secs_f64() * 1e6,
        filter.paused().as_secs_f64(),
        statistics.kept.memory_bytes as f64 / f64::from(1 << 20),
    )?;
    for action in ["reload", "stop", "revive"] {
        write!(
            html,
            "<form method=post action='/filters/{name}/{action}' style=display:inline><button>{action}</button></form> "
        )?;
    }
    html.push_str("</tr>");
    Ok(())
}

/// The filters' numbers, and those that filters have defined themselves.
pub(super) fn encode(filters: &Filters, encoder: &mut DescriptorEncoder<'_>) -> std::fmt::Result {
    if filters.is_empty() {
        return Ok(());
    }
    let variants: Vec<_> = filters.values().flat_map(|filter| filter.variants()).collect();
    let statistics: Vec<_> =
        variants.iter().map(|variant| (variant.name(), variant.plugin().statistics())).collect();
    let help = "Callbacks of a filter, by callback";
    let mut family = encoder.encode_descriptor("filter_calls", help, None, MetricType::Counter)?;
    for (name, statistics) in &statistics {
        for (export, numbers) in &statistics.exports {
            ConstCounter::new(numbers.calls)
                .encode(family.encode_family(&[("filter", *name), ("callback", export)])?)?;
        }
    }
    let help = "Callbacks of a filter that failed";
    let mut family = encoder.encode_descriptor("filter_errors", help, None, MetricType::Counter)?;
    for (name, statistics) in &statistics {
        let errors: u64 = statistics.exports.values().map(|numbers| numbers.errors).sum();
        ConstCounter::new(errors).encode(family.encode_family(&[("filter", *name)])?)?;
    }
    let help = "Seconds in callbacks of a filter";
    let mut family = encoder.encode_descriptor("filter_time", help, None, MetricType::Counter)?;
    for (name, statistics) in &statistics {
        let time: f64 = statistics.exports.values().map(|numbers| numbers.total.as_secs_f64()).sum();
        ConstCounter::new(time).encode(family.encode_family(&[("filter", *name)])?)?;
    }
    let help = "Bytes of memory of a filter's instances";
    let mut family = encoder.encode_descriptor("filter_memory", help, None, MetricType::Gauge)?;
    for (name, statistics) in &statistics {
        ConstGauge::new(statistics.kept.memory_bytes as u64)
            .encode(family.encode_family(&[("filter", *name)])?)?;
    }
    let help = "The generation of a filter that serves";
    let mut family = encoder.encode_descriptor("filter_generation", help, None, MetricType::Gauge)?;
    for (name, statistics) in &statistics {
        ConstGauge::new(statistics.generation).encode(family.encode_family(&[("filter", *name)])?)?;
    }
    let help = "Callbacks that a shadow has answered differently";
    let mut family =
        encoder.encode_descriptor("filter_shadow_differences", help, None, MetricType::Counter)?;
    for filter in filters.values() {
        if let Some(comparison) = filter.comparison() {
            ConstCounter::new(comparison.differences())
                .encode(family.encode_family(&[("filter", filter.name())])?)?;
        }
    }
    own(filters, encoder)
}

/// What filters have defined: a family for each kind, with the filter's and the metric's name as labels, since names of guests are any text.
fn own(filters: &Filters, encoder: &mut DescriptorEncoder<'_>) -> std::fmt::Result {
    let all: Vec<_> = filters
        .values()
        .flat_map(|filter| filter.metrics().into_iter().map(move |metric| (filter.name(), metric)))
        .collect();
    let help = "Counters that filters have defined";
    let mut family = encoder.encode_descriptor("filter_counter", help, None, MetricType::Counter)?;
    for (filter, (name, reading)) in &all {
        if let Reading::Counter(value) = reading {
            ConstCounter::new(*value)
                .encode(family.encode_family(&[("filter", *filter), ("name", name)])?)?;
        }
    }
    let help = "Gauges that filters have defined";
    let mut family = encoder.encode_descriptor("filter_gauge", help, None, MetricType::Gauge)?;
    for (filter, (name, reading)) in &all {
        if let Reading::Gauge(value) = reading {
            ConstGauge::new(*value).encode(family.encode_family(&[("filter", *filter), ("name", name)])?)?;
        }
    }
    let help = "Histograms that filters have defined";
    let mut family = encoder.encode_descriptor("filter_histogram", help, None, MetricType::Histogram)?;
    for (filter, (name, reading)) in &all {
        if let Reading::Histogram { buckets, sum } = reading {
            let count = buckets.iter().map(|(_, count)| count).sum();
            let buckets: Vec<_> = buckets.iter().map(|(end, count)| (*end as f64, *count)).collect();
            let labels = [("filter", *filter), ("name", name.as_str())];
            let mut metric = family.encode_family(&labels)?;
            metric.encode_histogram::<prometheus_client::encoding::NoLabelSet>(
                *sum as f64,
                count,
                &buckets,
                None,
            )?;
        }
    }
    Ok(())
}

//! The fields of a line.

use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;
use witdock_proxy_guest::Exchange;

/// A field of a line, named as in the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub(crate) enum Field {
    Time,
    Method,
    Scheme,
    Host,
    Path,
    Status,
    DurationMs,
    Source,
    RequestBytes,
    ResponseBytes,
    Route,
    Cluster,
    Upstream,
    Flags,
    Protocol,
    Tls,
    RequestId,
}

impl Field {
    pub(crate) fn usual() -> Vec<Self> {
        vec![
            Self::Time,
            Self::Source,
            Self::Method,
            Self::Host,
            Self::Path,
            Self::Status,
            Self::DurationMs,
            Self::RequestBytes,
            Self::ResponseBytes,
            Self::RequestId,
        ]
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Method => "method",
            Self::Scheme => "scheme",
            Self::Host => "host",
            Self::Path => "path",
            Self::Status => "status",
            Self::DurationMs => "duration_ms",
            Self::Source => "source",
            Self::RequestBytes => "request_bytes",
            Self::ResponseBytes => "response_bytes",
            Self::Route => "route",
            Self::Cluster => "cluster",
            Self::Upstream => "upstream",
            Self::Flags => "flags",
            Self::Protocol => "protocol",
            Self::Tls => "tls",
            Self::RequestId => "request_id",
        }
    }

    pub(crate) fn value(self, exchange: &Exchange) -> Option<Value> {
        let text = |path: &[&str]| {
            exchange.property(path)?.into_text().filter(|text| !text.is_empty()).map(Value::from)
        };
        let number = |path: &[&str]| exchange.property(path)?.as_u64().map(Value::from);
        match self {
            Self::Time => Some(rfc_3339(exchange.time()).into()),
            Self::Method => Some(exchange.request().method().into()),
            Self::Scheme => Some(exchange.request().scheme().into()),
            Self::Host => Some(exchange.request().authority().into()),
            Self::Path => Some(exchange.request().path().into()),
            Self::Status => Some(exchange.response().status().into()),
            // Three decimals: microseconds.
            Self::DurationMs => Some(((exchange.elapsed().as_micros() as f64) / 1000.0).into()),
            Self::Source => Some(exchange.source_address()?.ip().to_canonical().to_string().into()),
            Self::RequestBytes => number(&["request", "size"]),
            Self::ResponseBytes => number(&["response", "size"]),
            Self::Route => text(&["route", "name"]),
            Self::Cluster => text(&["cluster", "name"]),
            Self::Upstream => text(&["upstream", "address"]),
            Self::Flags => text(&["response", "flags"]),
            Self::Protocol => text(&["request", "protocol"]),
            Self::Tls => text(&["connection", "tls_version"]),
            Self::RequestId => text(&["request_id"]),
        }
    }
}

/// A time since 1970 in the form of RFC 3339, with milliseconds.
pub(crate) fn rfc_3339(since_1970: Duration) -> String {
    let seconds = since_1970.as_secs();
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // "chrono-Compatible Low-Level Date Algorithms", Howard Hinnant: civil_from_days, for days since 1970-01-01.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let milliseconds = since_1970.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}Z")
}

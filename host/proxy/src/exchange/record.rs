use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::ExchangeInfo;
use witdock::text;

/// A line of the access log: an exchange after its end.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct AccessRecord {
    /// When the request's head had been read, RFC 3339.
    pub time: String,
    /// The number of the request.
    pub request: u64,
    /// The number of the connection.
    pub connection: u64,
    /// The client's address.
    pub client: String,
    /// The method.
    pub method: String,
    /// The host that was asked for.
    pub host: Option<String>,
    /// The path with its query.
    pub path: String,
    /// `HTTP/1.1`.
    pub protocol: &'static str,
    /// The status that the client got. None: it left before.
    pub status: Option<u16>,
    /// Bytes of the request's body.
    pub request_bytes: u64,
    /// Bytes of the response's body.
    pub response_bytes: u64,
    /// From the request's head to the end of the response.
    pub duration_ms: f64,
    /// To the head of the server's response.
    pub first_byte_ms: Option<f64>,
    /// The route.
    pub route: Option<String>,
    /// The cluster.
    pub cluster: Option<String>,
    /// The server of the last attempt.
    pub upstream: Option<String>,
    /// How often the request was sent.
    pub attempts: u32,
    /// What went wrong.
    pub flags: Vec<&'static str>,
}

impl AccessRecord {
    pub(crate) fn of(info: &ExchangeInfo, duration: Duration) -> Self {
        let upstream = info.upstream();
        Self {
            time: rfc3339(info.started_at),
            request: info.id,
            connection: info.connection.id,
            client: info.connection.peer.to_string(),
            method: info.method.to_string(),
            host: info.authority.as_ref().map(ToString::to_string),
            path: info.uri.path_and_query().map_or_else(String::new, ToString::to_string),
            protocol: protocol(info.version),
            status: info.status().map(|status| status.as_u16()),
            request_bytes: info.request_bytes(),
            response_bytes: info.response_bytes(),
            duration_ms: milliseconds(duration),
            first_byte_ms: upstream.first_byte.map(milliseconds),
            route: info.route().map(|name| name.to_string()),
            cluster: upstream.cluster.as_ref().map(ToString::to_string),
            upstream: upstream.address.map(|address| address.to_string()),
            attempts: upstream.attempts,
            flags: info.flags().names().collect(),
        }
    }
}

/// One line of text: time, client, request, status, bytes, duration, route, server, flags.
impl fmt::Display for AccessRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_dash = |value: &Option<String>| text::line(value.as_deref().unwrap_or("-")).to_string();
        let status = self.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        let flags = if self.flags.is_empty() { "-".to_owned() } else { self.flags.join(",") };
        write!(
            f,
            "{} {} \"{} {}{} {}\" {status} {} {} {}ms {} {} {flags}",
            self.time,
            self.client,
            text::line(&self.method),
            text::line(self.host.as_deref().unwrap_or_default()),
            text::line(&self.path),
            self.protocol,
            self.request_bytes,
            self.response_bytes,
            self.duration_ms,
            or_dash(&self.route),
            or_dash(&self.upstream),
        )
    }
}

fn milliseconds(duration: Duration) -> f64 {
    // Microseconds are exact enough, and short to read.
    duration.as_micros() as f64 / 1000.0
}

fn protocol(version: http::Version) -> &'static str {
    match version {
        http::Version::HTTP_10 => "HTTP/1.0",
        http::Version::HTTP_2 => "HTTP/2",
        _ => "HTTP/1.1",
    }
}

fn rfc3339(time: std::time::SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}

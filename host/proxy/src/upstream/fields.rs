//! Header fields on their way through: those of one connection stay on it, and the client is named.

use std::net::IpAddr;

use http::Version;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::config::{ForwardedHeaders, ForwardingConfig};
use crate::exchange::ExchangeInfo;

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const HTTP2_SETTINGS: HeaderName = HeaderName::from_static("http2-settings");
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
/// Programs that get header fields as variables (CGI) take it for `HTTP_PROXY`, the proxy that they are to use.
const PROXY: HeaderName = HeaderName::from_static("proxy");

/// Fields that `Connection` may not name: without them the message would be another one.
const NEVER_OF_CONNECTION: [HeaderName; 6] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::AUTHORIZATION,
    header::COOKIE,
    header::SET_COOKIE,
];

/// Removes the fields that are about one connection (RFC 9110, 7.6.1).
pub(super) fn remove_hop_by_hop(headers: &mut HeaderMap) {
    if headers.contains_key(header::CONNECTION) {
        let named: Vec<HeaderName> = headers
            .get_all(header::CONNECTION)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|name| HeaderName::try_from(name.trim()).ok())
            // A client could otherwise take away what earlier proxies and filters have set.
            .filter(|name| !NEVER_OF_CONNECTION.contains(name) && !is_forwarding(name))
            .collect();
        for name in named {
            headers.remove(name);
        }
        headers.remove(header::CONNECTION);
    }
    for name in [
        KEEP_ALIVE,
        PROXY,
        PROXY_CONNECTION,
        header::TE,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        HTTP2_SETTINGS,
    ] {
        headers.remove(name);
    }
}

/// Leaves a response one length at most, as hyper has read it: none beside `Transfer-Encoding`, and of equal ones the first.
pub(super) fn settle_length(headers: &mut HeaderMap) {
    if headers.contains_key(header::TRANSFER_ENCODING) {
        headers.remove(header::CONTENT_LENGTH);
    } else if headers.get_all(header::CONTENT_LENGTH).iter().nth(1).is_some()
        && let Some(first) = headers.get(header::CONTENT_LENGTH).cloned()
    {
        headers.insert(header::CONTENT_LENGTH, first);
    }
}

fn is_forwarding(name: &HeaderName) -> bool {
    [X_FORWARDED_FOR, X_FORWARDED_PROTO, X_FORWARDED_HOST, header::FORWARDED, header::VIA].contains(name)
}

/// Whether the client takes trailers.
pub(super) fn takes_trailers(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::TE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| coding.trim().eq_ignore_ascii_case("trailers"))
}

/// The protocol that a request wants to change to, if the route allows it.
pub(super) fn upgrade(request: &http::request::Parts, allowed: &[String]) -> Option<HeaderValue> {
    if request.version != Version::HTTP_11 {
        return None;
    }
    let named = request
        .headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|name| name.trim().eq_ignore_ascii_case("upgrade"));
    let mut values = request.headers.get_all(header::UPGRADE).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let name = value.to_str().ok()?;
    (named && allowed.iter().any(|one| one.eq_ignore_ascii_case(name))).then(|| value.clone())
}

/// What servers are told about clients, with the values that are the same for all of them.
#[derive(Debug)]
pub(crate) struct Forwarding {
    config: ForwardingConfig,
    /// For HTTP/1.0, HTTP/1.1 and HTTP/2.
    via: [Option<HeaderValue>; 3],
}

impl Forwarding {
    pub(crate) fn new(config: &ForwardingConfig) -> Self {
        let via = |version: &str| {
            let named = Some(&config.via).filter(|name| !name.is_empty());
            named.and_then(|name| HeaderValue::try_from(format!("{version} {name}")).ok())
        };
        Self { config: config.clone(), via: [via("1.0"), via("1.1"), via("2")] }
    }

    /// Tells the server who the client is, and by which way the request came.
    pub(super) fn add(&self, headers: &mut HeaderMap, info: &ExchangeInfo) {
        let connection = &info.connection;
        let peer = connection.peer.ip().to_canonical();
        if !self.config.trusted_proxies.iter().any(|network| network.contains(peer)) {
            for name in [X_FORWARDED_FOR, X_FORWARDED_PROTO, X_FORWARDED_HOST, header::FORWARDED, X_REAL_IP] {
                headers.remove(name);
            }
        }
        let scheme = if connection.tls.is_some() { "https" } else { "http" };
        let host = info.authority.as_ref().map(http::uri::Authority::as_str);
        if matches!(self.config.headers, ForwardedHeaders::XForwarded | ForwardedHeaders::Both) {
            append(headers, X_FORWARDED_FOR, &connection.peer_value);
            if !headers.contains_key(X_FORWARDED_PROTO) {
                headers.insert(X_FORWARDED_PROTO, HeaderValue::from_static(scheme));
            }
            let host = host.and_then(|host| HeaderValue::from_str(host).ok());
            if let Some(host) = host.filter(|_| !headers.contains_key(X_FORWARDED_HOST)) {
                headers.insert(X_FORWARDED_HOST, host);
            }
        }
        if matches!(self.config.headers, ForwardedHeaders::Forwarded | ForwardedHeaders::Both) {
            let peer = match peer {
                IpAddr::V4(peer) => peer.to_string(),
                IpAddr::V6(peer) => format!("\"[{peer}]\""),
            };
            let host = host.map(|host| format!(";host=\"{host}\"")).unwrap_or_default();
            if let Ok(value) = HeaderValue::try_from(format!("for={peer};proto={scheme}{host}")) {
                append(headers, header::FORWARDED, &value);
            }
        }
        let [http10, http11, http2] = &self.via;
        let via = match info.version {
            Version::HTTP_10 => http10,
            Version::HTTP_2 => http2,
            _ => http11,
        };
        if let Some(via) = via {
            append(headers, header::VIA, via);
        }
    }
}

/// Adds a value to a field that is a list.
fn append(headers: &mut HeaderMap, name: HeaderName, value: &HeaderValue) {
    let mut joined = Vec::new();
    for before in headers.get_all(&name) {
        joined.extend_from_slice(before.as_bytes());
        joined.extend_from_slice(b", ");
    }
    if joined.is_empty() {
        headers.insert(name, value.clone());
        return;
    }
    joined.extend_from_slice(value.as_bytes());
    // Values joined by a comma are a value.
    if let Ok(value) = HeaderValue::from_maybe_shared(bytes::Bytes::from(joined)) {
        headers.insert(name, value);
    }
}

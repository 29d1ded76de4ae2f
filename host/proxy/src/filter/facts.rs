//! The properties that filters read: what the proxy knows of an exchange and of itself, by the paths that Envoy calls attributes
//! (https://www.envoyproxy.io/docs/envoy/v1.35.0/intro/arch_overview/advanced/attributes).

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

use http::header::{CONTENT_LENGTH, REFERER, USER_AGENT};

use super::bindings::witdock::proxy::types::{Header, Property};
use super::exchange::Inner;
use super::state::Services;
use crate::exchange::{ConnectionInfo, ExchangeInfo};

/// The first parts of the paths that are the proxy's own.
const OWN: [&str; 8] =
    ["request", "response", "source", "destination", "connection", "upstream", "route", "cluster"];

/// Whether a path is the proxy's own, so that no filter sets it.
pub(super) fn is_own(path: &[String]) -> bool {
    path.first().is_some_and(|first| OWN.contains(&first.as_str()))
}

pub(super) fn of_exchange(exchange: &Inner, path: &[String]) -> Option<Property> {
    let parts: Vec<_> = path.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["request", rest @ ..] => of_request(exchange, rest),
        ["response", rest @ ..] => of_response(exchange, rest),
        _ => None,
    }
    .or_else(|| known(exchange.id, |info| of_info(info, &parts)))
    .or_else(|| exchange.properties.get(path).map(|value| Property::Text(value.to_vec())))
}

thread_local! {
    /// What the proxy knows of the exchanges that this thread filters. Instances belong to one thread; their stores could move to another
    /// one as far as their types say, so they have an exchange's number and not the exchange.
    static KNOWN: RefCell<HashMap<u64, Rc<ExchangeInfo>>> = RefCell::default();
    /// The same for connections without HTTP.
    static CONNECTIONS: RefCell<HashMap<u64, Rc<ConnectionInfo>>> = RefCell::default();
}

fn known<R>(id: u64, read: impl FnOnce(&ExchangeInfo) -> Option<R>) -> Option<R> {
    KNOWN.with_borrow(|known| read(known.get(&id)?))
}

/// Makes an exchange known to the filters of this thread, until this is dropped.
#[derive(Debug)]
pub(super) struct Known(u64);

impl Known {
    pub(super) fn new(info: &Rc<ExchangeInfo>) -> Self {
        KNOWN.with_borrow_mut(|known| known.insert(info.id, info.clone()));
        Self(info.id)
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        KNOWN.with_borrow_mut(|known| known.remove(&self.0));
    }
}

/// Makes a connection known to the filters of this thread, until this is dropped.
#[derive(Debug)]
pub(super) struct KnownConnection(u64);

impl KnownConnection {
    pub(super) fn new(info: &Rc<ConnectionInfo>) -> Self {
        CONNECTIONS.with_borrow_mut(|known| known.insert(info.id, info.clone()));
        Self(info.id)
    }
}

impl Drop for KnownConnection {
    fn drop(&mut self) {
        CONNECTIONS.with_borrow_mut(|known| known.remove(&self.0));
    }
}

/// A property of a connection that is filtered by this thread.
pub(super) fn of_connection(id: u64, path: &[String]) -> Option<Property> {
    let parts: Vec<_> = path.iter().map(String::as_str).collect();
    CONNECTIONS.with_borrow(|known| of_connection_info(known.get(&id)?, &parts))
}

fn of_connection_info(connection: &ConnectionInfo, path: &[&str]) -> Option<Property> {
    let tls = connection.tls.as_ref();
    let port = |address: SocketAddr| Property::Signed(i64::from(address.port()));
    Some(match path {
        ["source", "address"] => text(connection.peer.to_string()),
        ["source", "port"] => port(connection.peer),
        ["destination", "address"] => text(connection.local.to_string()),
        ["destination", "port"] => port(connection.local),
        ["connection", "id"] => Property::Unsigned(connection.id),
        ["connection", "mtls"] => Property::Boolean(tls.is_some_and(|tls| tls.client_certificate.is_some())),
        ["connection", "requested_server_name"] => text(tls?.server_name.as_deref()?),
        ["connection", "tls_version"] => text(tls?.version?),
        ["connection", "cipher"] => text(tls?.cipher?),
        ["connection", "alpn"] => text(tls?.alpn.as_deref()?),
        ["connection", "client_certificate"] => text(tls?.client_certificate.as_deref()?),
        _ => return None,
    })
}

fn of_info(info: &ExchangeInfo, path: &[&str]) -> Option<Property> {
    let upstream = info.upstream();
    let port = |address: SocketAddr| Property::Signed(i64::from(address.port()));
    Some(match path {
        ["request", "id"] => text(info.id.to_string()),
        ["request", "protocol"] | ["connection", "protocol"] => text(match info.version {
            http::Version::HTTP_10 => "HTTP/1.0",
            http::Version::HTTP_2 => "HTTP/2",
            _ => "HTTP/1.1",
        }),
        ["request", "time"] => {
            Property::Timestamp(nanoseconds(info.started_at.duration_since(UNIX_EPOCH).ok()?))
        }
        ["request", "duration"] => Property::Duration(nanoseconds(info.started.elapsed())),
        ["request", "size"] => Property::Signed(info.request_bytes().cast_signed()),
        ["response", "size"] => Property::Signed(info.response_bytes().cast_signed()),
        ["response", "flags"] => text(info.flags().to_string()),
        ["route_name"] | ["route", "name"] => text(&*info.route()?),
        ["cluster_name"] | ["cluster", "name"] => text(upstream.cluster.as_deref()?),
        ["upstream", "address"] => text(upstream.address?.to_string()),
        ["upstream", "port"] => port(upstream.address?),
        ["upstream", "attempts"] => Property::Unsigned(upstream.attempts.into()),
        ["upstream", "first_byte"] => Property::Duration(nanoseconds(upstream.first_byte?)),
        path => return of_connection_info(&info.connection, path),
    })
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

pub(super) fn of_proxy(services: &Services, path: &[String]) -> Option<Property> {
    let parts: Vec<_> = path.iter().map(String::as_str).collect();
    Some(match parts.as_slice() {
        ["filter", "name"] => text(&*services.name),
        ["filter", "scope"] => text(&*services.scope),
        ["proxy", "name"] => text("witdock-proxy"),
        ["proxy", "version"] => text(env!("CARGO_PKG_VERSION")),
        ["proxy", "threads"] => Property::Unsigned(services.threads as u64),
        _ => return None,
    })
}

fn text(text: impl AsRef<[u8]>) -> Property {
    Property::Text(text.as_ref().to_vec())
}

fn of_request(exchange: &Inner, path: &[&str]) -> Option<Property> {
    let head = &exchange.request;
    let header = |name: http::HeaderName| head.headers.get(name).map(text);
    match path {
        ["path"] => Some(text(head.path.as_str())),
        ["url_path"] => Some(text(head.path.path())),
        ["query"] => Some(text(head.path.query().unwrap_or_default())),
        ["host"] => head.authority.as_ref().map(|authority| text(authority.as_str())),
        ["scheme"] => Some(text(head.scheme.as_str())),
        ["method"] => Some(text(head.method.as_str())),
        ["referer"] => header(REFERER),
        ["useragent"] => header(USER_AGENT),
        ["headers"] => Some(entries(&head.headers)),
        ["headers", name] => head.headers.get(*name).map(text),
        _ => None,
    }
}

fn of_response(exchange: &Inner, path: &[&str]) -> Option<Property> {
    let head = exchange.response.as_ref()?;
    match path {
        ["code"] => Some(Property::Signed(i64::from(head.status.as_u16()))),
        ["headers"] => Some(entries(&head.headers)),
        ["headers", name] => head.headers.get(*name).map(text),
        ["content_length"] => {
            head.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok().map(Property::Unsigned)
        }
        ["trailers"] => exchange.response_trailers.as_ref().map(entries),
        _ => None,
    }
}

fn entries(map: &http::HeaderMap) -> Property {
    let headers = map
        .iter()
        .map(|(name, value)| Header { name: name.as_str().to_owned(), value: value.as_bytes().to_vec() });
    Property::Entries(headers.collect())
}

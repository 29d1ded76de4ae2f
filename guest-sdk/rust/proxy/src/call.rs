//! HTTP calls to the clusters that the filter was given.

use crate::Header;
use crate::bindings::witdock::proxy::http_calls::Request;
pub use crate::bindings::witdock::proxy::types::Answer;
use crate::headers::into_text;
use std::time::Duration;

/// How long an answer may take, unless the filter says otherwise. A client waits meanwhile.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// A request to a cluster of the proxy's configuration. [`Stream::call`](crate::Stream::call) begins it.
///
/// ```
/// use std::time::Duration;
/// use witdock_proxy_guest::Call;
///
/// let call = Call::get("keys", "/jwks.json").authority("keys.example.org").timeout(Duration::from_secs(2));
/// # let _ = call;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Call(Request);

impl Call {
    /// A request with this method to a cluster. Its `:authority` is the cluster's name until [`authority`](Self::authority) sets
    /// one.
    pub fn new(cluster: &str, method: &str, path: &str) -> Self {
        let header = |name: &str, value: &str| Header { name: name.to_owned(), value: value.into() };
        let headers = vec![header(":method", method), header(":authority", cluster), header(":path", path)];
        let timeout_ms = milliseconds(DEFAULT_TIMEOUT);
        Self(Request {
            cluster: cluster.to_owned(),
            headers,
            body: Vec::new(),
            trailers: Vec::new(),
            timeout_ms,
        })
    }

    /// A `GET`.
    pub fn get(cluster: &str, path: &str) -> Self {
        Self::new(cluster, "GET", path)
    }

    /// A `POST` with a body.
    pub fn post(cluster: &str, path: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::new(cluster, "POST", path).body(body)
    }

    /// Sets the host, and the port if it is not the scheme's own.
    #[must_use]
    pub fn authority(mut self, authority: &str) -> Self {
        if let Some(header) = self.0.headers.iter_mut().find(|header| header.name == ":authority") {
            header.value = authority.into();
        }
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.0.headers.push(Header { name: name.into(), value: value.into() });
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.0.body = body.into();
        self
    }

    /// Adds a trailer.
    #[must_use]
    pub fn trailer(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.0.trailers.push(Header { name: name.into(), value: value.into() });
        self
    }

    /// Sets how long the whole answer may take: 5 seconds by default, at most the proxy's own limit.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.timeout_ms = milliseconds(timeout);
        self
    }

    pub(crate) fn as_wit(&self) -> &Request {
        &self.0
    }
}

fn milliseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX).max(1)
}

impl Answer {
    /// The status.
    pub fn status(&self) -> u16 {
        self.get(":status").and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// The first header of this name, as text.
    pub fn get(&self, name: &str) -> Option<String> {
        let header = self.headers.iter().find(|header| header.name == name)?;
        Some(into_text(header.value.clone()))
    }
}

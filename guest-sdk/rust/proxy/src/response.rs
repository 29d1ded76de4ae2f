//! A response of the filter's own.

use crate::Header;
use crate::bindings::witdock::proxy::types;

/// A response that a filter answers a request with, in place of the upstream's.
///
/// ```
/// use witdock_proxy_guest::Response;
///
/// let response = Response::new(403).header("content-type", "text/plain").body("not here\n").details("path is internal");
/// # let _ = response;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Response(types::Response);

impl Response {
    /// A response with this status, from 200 to 599, and without a body.
    pub fn new(status: u16) -> Self {
        let (headers, body, details) = Default::default();
        Self(types::Response { status, headers, body, grpc_status: None, details })
    }

    /// Adds a header. `content-length` is the proxy's own.
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

    /// Sets the gRPC status of an answer to a gRPC request. Without it, one follows from the status.
    #[must_use]
    pub fn grpc_status(mut self, status: u32) -> Self {
        self.0.grpc_status = Some(status);
        self
    }

    /// Sets the reason, for the access log and as the message of gRPC.
    #[must_use]
    pub fn details(mut self, details: impl Into<String>) -> Self {
        self.0.details = details.into();
        self
    }

    pub(crate) fn as_wit(&self) -> &types::Response {
        &self.0
    }
}

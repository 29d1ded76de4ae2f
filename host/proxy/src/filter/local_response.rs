//! The response of a filter, in place of the upstream's.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::bindings::witdock::proxy::types::{EditError, Response as Given};
use super::head::{self, ResponseHead};
use crate::body::Body;

/// A valid response that a filter answers with.
#[derive(Debug)]
pub(crate) struct LocalResponse {
    pub(crate) head: ResponseHead,
    pub(crate) body: Bytes,
    pub(crate) grpc_status: Option<u32>,
    pub(crate) details: String,
}

impl LocalResponse {
    /// Checks a guest's response; the error says what was found and expected.
    pub(crate) fn new(response: Given) -> Result<Self, String> {
        let Given { status, headers, body, grpc_status, details } = response;
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| (200..600).contains(&status.as_u16()))
            .ok_or_else(|| format!("the status is {status}: expected a number from 200 to 599"))?;
        let mut headers = head::fresh(&headers).map_err(|error| match error {
            EditError::Invalid(text) => text,
            EditError::TooLarge(most) => format!("the headers are larger than the limit of {most}"),
            EditError::Absent | EditError::Gone => "the headers are invalid".to_owned(),
        })?;
        let has_body = !matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        let body = if has_body { Bytes::from(body) } else { Bytes::new() };
        headers.remove(CONTENT_LENGTH);
        if has_body {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        }
        Ok(Self { head: ResponseHead { status, headers }, body, grpc_status, details })
    }

    /// A response of the proxy's own.
    pub(crate) fn text(status: StatusCode, text: &'static str) -> Self {
        let mut headers = HeaderMap::with_capacity(2);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(text.len()));
        let head = ResponseHead { status, headers };
        Self { head, body: Bytes::from_static(text.as_bytes()), grpc_status: None, details: String::new() }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let Self { head: ResponseHead { status, headers }, body, .. } = self;
        let mut response = Response::new(Body::full(body));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    /// The answer in the form that gRPC clients read: status 200, without a body, the gRPC status in the headers (a "trailers-only" response,
    /// see "gRPC over HTTP2").
    pub(crate) fn into_grpc(self) -> Self {
        let Self { head: ResponseHead { status, mut headers }, body, grpc_status, details } = self;
        let code = grpc_status.unwrap_or_else(|| grpc_status_of(status));
        headers.remove(CONTENT_LENGTH);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert("grpc-status", HeaderValue::from(code));
        let message = if body.is_empty() { details.as_bytes() } else { &body };
        if !message.is_empty()
            && let Ok(message) = HeaderValue::from_str(&percent_encoded(message))
        {
            headers.insert("grpc-message", message);
        }
        let head = ResponseHead { status: StatusCode::OK, headers };
        Self { head, body: Bytes::new(), grpc_status: Some(code), details }
    }
}

/// Whether a request is gRPC.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE) else { return false };
    let kind = kind.as_bytes();
    kind.strip_prefix(b"application/grpc")
        .is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// "HTTP to gRPC Status Code Mapping", github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md.
fn grpc_status_of(status: StatusCode) -> u32 {
    match status.as_u16() {
        200 => 0,
        400 => 13,
        401 => 16,
        403 => 7,
        404 => 12,
        429 | 502..=504 => 14,
        _ => 2,
    }
}

/// As `grpc-message` is written: bytes outside of visible ASCII, and `%`, as `%XX`.
fn percent_encoded(message: &[u8]) -> String {
    let mut text = String::with_capacity(message.len());
    for byte in message.iter().take(1024) {
        match byte {
            b' '..=b'~' if *byte != b'%' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

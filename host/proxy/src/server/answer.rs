//! Answers of the proxy itself.

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};

use super::check::Problem;
use crate::body::Body;
use crate::exchange::{ExchangeInfo, Flag};
use crate::upstream::UpstreamError;

/// An answer with a line of text for people.
pub(crate) fn text(status: StatusCode, line: &str) -> Response<Body> {
    let mut response = Response::new(Body::full(format!("{line}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// The answer to a request that breaks a rule.
pub(super) fn problem(problem: &Problem) -> Response<Body> {
    let mut response = text(problem.status, problem.text);
    // Where the end of this request is may be seen differently by others: no other one follows it.
    response.headers_mut().insert(http::header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The answer where a server gives none. The client is not told which server that is.
pub(crate) fn upstream_error(error: &UpstreamError, info: &ExchangeInfo) -> Response<Body> {
    let (status, flag, line) = error.answer();
    if let Some(flag) = flag {
        info.flag(flag);
    }
    tracing::debug!(request = info.id, "no response: {error}");
    let mut response = text(status, line);
    if flag == Some(Flag::Overflow) || flag == Some(Flag::NoHealthyServer) {
        response.headers_mut().insert(http::header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

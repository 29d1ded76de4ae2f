//! HTTP calls of filters to clusters.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};

use super::bindings::witdock::proxy::http_calls::Request as CallRequest;
use super::bindings::witdock::proxy::types::{Answer, CallFailure, EditError, Header};
use super::head;
use super::limits::MOST_ANSWER_BYTES;
use crate::body::{Body, BodyError};

/// What sends a filter's requests, on the worker thread of the filter.
pub trait Clusters {
    /// Sends a request to an endpoint of this cluster, and waits for the answer's headers. The cluster is one of the configuration's.
    fn send<'a>(
        &'a self,
        cluster: &'a str,
        request: Request<Body>,
        time: Duration,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendFailure>> + 'a>>;
}

/// Why a request of a filter's has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendFailure {
    /// No endpoint takes connections, or the cluster's limits are reached.
    Unreachable,
    /// The connection broke.
    Reset,
    /// A time limit of the cluster has passed.
    Timeout,
}

/// Checks a request when the filter makes it: its errors are the filter's.
pub(super) fn check(request: &CallRequest) -> Result<(), String> {
    let invalid = |error| match error {
        EditError::Invalid(text) => text,
        _ => "too many headers, or too large ones".to_owned(),
    };
    head(&request.headers)?;
    head::fresh(&request.trailers).map_err(invalid)?;
    if request.timeout_ms == 0 {
        return Err("`timeout-ms` is 0: expected how long the answer may take".to_owned());
    }
    Ok(())
}

/// The head of a request, from a filter's headers.
fn head(headers: &[Header]) -> Result<head::RequestHead, String> {
    let find = |name: &str| headers.iter().find(|header| header.name == name);
    for name in [":method", ":path", ":authority"] {
        if find(name).is_none() {
            return Err(format!("`{name}` is missing"));
        }
    }
    let mut head = head::RequestHead {
        method: Method::GET,
        scheme: http::uri::Scheme::HTTP,
        authority: None,
        path: http::uri::PathAndQuery::from_static("/"),
        headers: HeaderMap::new(),
    };
    head::FieldsMut::Request(&mut head).replace(headers).map_err(|error| match error {
        EditError::Invalid(text) => text,
        EditError::TooLarge(most) => format!("the headers are larger than the limit of {most}"),
        EditError::Absent | EditError::Gone => "the headers are invalid".to_owned(),
    })?;
    head.headers.remove(http::header::CONTENT_LENGTH);
    Ok(head)
}

/// Makes a call and waits for all of its answer, for as long as the filter allows.
pub(super) async fn call(clusters: Rc<dyn Clusters>, request: CallRequest) -> Result<Answer, CallFailure> {
    let timeout = Duration::from_millis(request.timeout_ms.into());
    tokio::time::timeout(timeout, answer(clusters, request, timeout))
        .await
        .unwrap_or(Err(CallFailure::Timeout))
}

async fn answer(
    clusters: Rc<dyn Clusters>,
    request: CallRequest,
    time: Duration,
) -> Result<Answer, CallFailure> {
    let CallRequest { cluster, headers, body, trailers, timeout_ms: _ } = request;
    // Checked when it was made.
    let head = head(&headers).map_err(|_| CallFailure::Unreachable)?;
    let trailers = head::fresh(&trailers).map_err(|_| CallFailure::Unreachable)?;
    let (mut parts, ()) = Request::new(()).into_parts();
    head.into_parts(&mut parts);
    let body = whole(Bytes::from(body), trailers);
    let response = clusters.send(&cluster, Request::from_parts(parts, body), time).await.map_err(
        |failure| match failure {
            SendFailure::Unreachable => CallFailure::Unreachable,
            SendFailure::Reset => CallFailure::Reset,
            SendFailure::Timeout => CallFailure::Timeout,
        },
    )?;
    let (parts, body) = response.into_parts();
    let collected = Limited::new(body, MOST_ANSWER_BYTES).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            CallFailure::TooLarge
        } else if let Some(BodyError::Timeout(_)) = error.downcast_ref() {
            CallFailure::Timeout
        } else {
            CallFailure::Reset
        }
    })?;
    let trailers = collected.trailers().map(listed).unwrap_or_default();
    let status = Header { name: ":status".to_owned(), value: parts.status.as_str().as_bytes().to_vec() };
    let headers = std::iter::once(status).chain(listed(&parts.headers)).collect();
    Ok(Answer { headers, body: collected.to_bytes().to_vec(), trailers })
}

/// A body of one piece, with trailers if there are any.
pub(super) fn whole(bytes: Bytes, trailers: HeaderMap) -> Body {
    if trailers.is_empty() {
        return Body::full(bytes);
    }
    let body = Full::new(bytes).with_trailers(std::future::ready(Some(Ok(trailers))));
    Body::new(body.map_err(|never| match never {}))
}

fn listed(map: &HeaderMap) -> Vec<Header> {
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| Header {
        name: name.as_str().to_owned(),
        value: value.as_bytes().to_vec(),
    };
    map.iter().map(header).collect()
}

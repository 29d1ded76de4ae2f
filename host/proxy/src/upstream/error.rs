use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use http::StatusCode;
use thiserror::Error;

use crate::body::BodyError;
use crate::exchange::Flag;

/// Why a request got no response from a server.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum UpstreamError {
    /// The cluster of the route is gone.
    #[error("there is no cluster `{0}`")]
    NoCluster(String),
    /// No server of the cluster is healthy.
    #[error("no server of the cluster `{cluster}` is healthy")]
    NoHealthyServer {
        /// The cluster.
        cluster: String,
    },
    /// A circuit limit of the cluster was reached.
    #[error("the cluster `{cluster}` has as many {what} as it may have")]
    Overflow {
        /// The cluster.
        cluster: String,
        /// `connections`, `requests`, `requests that wait`.
        what: &'static str,
    },
    /// There is no connection to the server.
    #[error("cannot connect to {endpoint}: {error}")]
    Connect {
        /// The server.
        endpoint: String,
        /// What the operating system or TLS says.
        error: io::Error,
    },
    /// Connecting took too long.
    #[error("no connection to {endpoint} within {time:?}")]
    ConnectTimeout {
        /// The server.
        endpoint: String,
        /// The limit.
        time: Duration,
    },
    /// The connection failed before the head of a response.
    #[error("{endpoint} gave no response: {error}")]
    Reset {
        /// The server.
        endpoint: String,
        /// What hyper says.
        error: hyper::Error,
    },
    /// The head of the response did not come in time.
    #[error("{endpoint} gave no response within {time:?}")]
    ResponseTimeout {
        /// The server.
        endpoint: String,
        /// The limit.
        time: Duration,
    },
    /// The exchange took longer than its route allows.
    #[error("the exchange took longer than {0:?}")]
    Timeout(Duration),
    /// The body of the request failed.
    #[error("the request's body failed: {0}")]
    Request(#[source] BodyError),
    /// The request cannot be sent as it is.
    #[error("the request cannot be forwarded: {0}")]
    Unsupported(&'static str),
}

impl UpstreamError {
    /// What hyper's error means for the request.
    pub(super) fn from_send(endpoint: String, error: hyper::Error) -> Self {
        let mut source = error.source();
        while let Some(cause) = source {
            // The error of a body that the proxy itself gave to hyper.
            if let Some(body) = cause.downcast_ref::<BodyError>() {
                return Self::Request(match body {
                    BodyError::TooLarge { limit } => BodyError::TooLarge { limit: *limit },
                    BodyError::Stalled(time) => BodyError::Stalled(*time),
                    BodyError::Timeout(time) => BodyError::Timeout(*time),
                    other => BodyError::Source(other.to_string().into()),
                });
            }
            source = cause.source();
        }
        Self::Reset { endpoint, error }
    }

    /// Whether the server may be at fault, so that another one should be tried.
    pub(super) fn blames_server(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. }
                | Self::ConnectTimeout { .. }
                | Self::Reset { .. }
                | Self::ResponseTimeout { .. }
        )
    }

    /// Whether the request has certainly not been processed.
    pub(super) fn is_before_request(&self) -> bool {
        matches!(self, Self::Connect { .. } | Self::ConnectTimeout { .. })
    }

    /// What the client is told, and what the log notes.
    pub(crate) fn answer(&self) -> (StatusCode, Option<Flag>, &'static str) {
        match self {
            Self::NoCluster(_) | Self::NoHealthyServer { .. } => {
                (StatusCode::SERVICE_UNAVAILABLE, Some(Flag::NoHealthyServer), "no server is available")
            }
            Self::Overflow { .. } => {
                (StatusCode::SERVICE_UNAVAILABLE, Some(Flag::Overflow), "too many requests at a time")
            }
            Self::Connect { .. } => {
                (StatusCode::BAD_GATEWAY, Some(Flag::ConnectFailed), "the server cannot be reached")
            }
            Self::ConnectTimeout { .. } => {
                (StatusCode::GATEWAY_TIMEOUT, Some(Flag::ConnectFailed), "the server cannot be reached")
            }
            Self::Reset { .. } => {
                (StatusCode::BAD_GATEWAY, Some(Flag::UpstreamReset), "the server gave no valid response")
            }
            Self::ResponseTimeout { .. } => {
                (StatusCode::GATEWAY_TIMEOUT, Some(Flag::UpstreamTimeout), "the server took too long")
            }
            Self::Timeout(_) | Self::Request(BodyError::Timeout(_)) => {
                (StatusCode::GATEWAY_TIMEOUT, Some(Flag::Timeout), "the request took too long")
            }
            Self::Request(BodyError::TooLarge { .. }) => {
                (StatusCode::PAYLOAD_TOO_LARGE, Some(Flag::BodyTooLarge), "the request's body is too large")
            }
            Self::Request(BodyError::Stalled(_)) => {
                (StatusCode::REQUEST_TIMEOUT, Some(Flag::Stalled), "the request's body took too long")
            }
            Self::Request(_) => (StatusCode::BAD_REQUEST, Some(Flag::ClientClosed), "the body is incomplete"),
            Self::Unsupported(text) => (StatusCode::NOT_IMPLEMENTED, Some(Flag::BadRequest), text),
        }
    }
}

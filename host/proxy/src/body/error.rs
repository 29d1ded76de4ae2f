use std::time::Duration;

use thiserror::Error;

/// Why a body ends before its end.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BodyError {
    /// The connection that it arrives on failed.
    #[error("the connection failed within the body: {0}")]
    Connection(#[source] hyper::Error),
    /// It has more bytes than its limit.
    #[error("the body has more than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// No byte arrived for too long.
    #[error("the body stood still for {0:?}")]
    Stalled(Duration),
    /// The time for the whole exchange is over.
    #[error("the exchange took longer than {0:?}")]
    Timeout(Duration),
    /// What makes the body failed.
    #[error("{0}")]
    Source(#[source] Box<dyn std::error::Error + Send + Sync>),
}

use http::StatusCode;
use thiserror::Error;
use witdock::{CallError, CallErrorKind, Failure};

/// Why an application does not answer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ApplicationError {
    /// It cannot be started with the configuration.
    #[error("the application `{name}` cannot be started: {message}")]
    Load {
        /// Its name in the configuration.
        name: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// As many requests run as may.
    #[error("the application has as many requests as it may; raise `requests`")]
    Busy,
    /// The call failed before there was an answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The application returned without an answer.
    #[error("the application returned without an answer")]
    NoAnswer,
    /// The application answered with an error.
    #[error("the application answered with the error {0}")]
    Answered(String),
}

impl ApplicationError {
    /// The status that the client gets, where `of_trap` is that of an application that failed.
    pub fn status(&self, of_trap: StatusCode) -> StatusCode {
        match self {
            Self::Load { .. } | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Call(error) => match error.kind() {
                CallErrorKind::Failed { failure: Failure::Deadline { .. }, .. } => {
                    StatusCode::GATEWAY_TIMEOUT
                }
                CallErrorKind::Failed { .. } => of_trap,
                // Stopped, revoked, backing off or in quarantine.
                _ => StatusCode::SERVICE_UNAVAILABLE,
            },
            Self::NoAnswer => of_trap,
            Self::Answered(_) => StatusCode::BAD_GATEWAY,
        }
    }
}

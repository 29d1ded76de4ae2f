//! Errors of callbacks, and what the proxy's errors mean.

use crate::bindings::witdock::proxy::http_calls::CallError;
use crate::bindings::witdock::proxy::queues::SendError;
use crate::bindings::witdock::proxy::shared_data::StoreError;
use crate::{CallFailure, EditError, RespondError};
use std::fmt;

/// Why a callback failed: a text for the operator, who finds it in the log. `?` makes one of any error.
#[derive(Debug)]
pub struct Error(String);

/// The result of a callback.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The proxy's errors say what they mean.
pub trait Explain {
    /// The message for the operator.
    fn explain(&self) -> String;
}

macro_rules! explain {
    ($($error:ty: $of:ident => $text:expr;)*) => {
        $(
            impl Explain for $error {
                fn explain(&self) -> String {
                    let $of = self;
                    $text
                }
            }

            impl From<$error> for Error {
                fn from(error: $error) -> Self {
                    Self(error.explain())
                }
            }
        )*
    };
}

explain! {
    EditError: error => match error {
        EditError::Absent => "there are no such headers, trailers or body yet, or in this message".to_owned(),
        EditError::Gone => "this part of the message has gone on and cannot be changed; hold it with `Action::Hold` or `Action::Pause`".to_owned(),
        EditError::Invalid(text) => text.clone(),
        EditError::TooLarge(most) => format!("the message would be larger than the proxy's limit of {most}"),
    };
    RespondError: error => match error {
        RespondError::Begun => "the response has begun, so there can be no other one".to_owned(),
        RespondError::Invalid(text) => text.clone(),
    };
    CallError: error => match error {
        CallError::UnknownCluster(text) => format!("the cluster is not one of the filter's: {text}; add it to the filter's `clusters`"),
        CallError::Invalid(text) => text.clone(),
        CallError::TooMany(most) => format!("the filter waits for the answers to {most} calls, which is the limit"),
    };
    StoreError: error => match error {
        StoreError::Changed => "the shared entry was changed in the meantime".to_owned(),
        StoreError::Full(most) => format!("the filter's shared data is full: its limit is {most} bytes"),
    };
    SendError: error => match error {
        SendError::NoSuchQueue => "there is no such queue".to_owned(),
        SendError::Full(most) => format!("the queue is full: its limit is {most} bytes"),
    };
    CallFailure: error => match error {
        CallFailure::Timeout => "the answer took longer than it may".to_owned(),
        CallFailure::Unreachable => "no endpoint of the cluster takes connections".to_owned(),
        CallFailure::Reset => "the connection broke before the answer was complete".to_owned(),
        CallFailure::TooLarge => "the answer is larger than the proxy takes for a filter".to_owned(),
    };
    std::string::FromUtf8Error: error => error.to_string();
    std::str::Utf8Error: error => error.to_string();
    std::num::ParseIntError: error => error.to_string();
    serde_json::Error: error => error.to_string();
}

impl From<String> for Error {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Error {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

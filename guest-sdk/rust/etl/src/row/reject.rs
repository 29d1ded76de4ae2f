//! Rejections of rows.

use crate::{Error, TimeError};
use std::borrow::Cow;
use std::fmt;

/// Why a row function rejects a row: a code to count and branch on, and a message for a person. The row goes to
/// the rejected rows, and the rest of the batch is processed.
///
/// `?` converts errors of the standard library's parsers and JSON errors. Use [`or_reject`](OrReject::or_reject) for a better
/// message and a code that the pipeline's operator can look for:
///
/// ```
/// use witdock_etl_guest::{OrReject, Reject, reject};
///
/// fn minutes(clock: &str) -> Result<u32, Reject> {
///     let (hours, minutes) = clock.split_once(':').or_reject("bad-clock", format_args!("`{clock}` has no colon"))?;
///     let hours: u32 = hours.parse().or_reject("bad-clock", format_args!("hours of `{clock}`"))?;
///     let minutes: u32 = minutes.parse()?;
///     if minutes > 59 {
///         reject!("bad-clock", "`{clock}` has {minutes} minutes");
///     }
///     Ok(hours * 60 + minutes)
/// }
///
/// assert_eq!(minutes("1:30"), Ok(90));
/// let told = |clock| minutes(clock).unwrap_err().to_string();
/// assert_eq!(told("130"), "bad-clock: `130` has no colon");
/// assert_eq!(told("x:30"), "bad-clock: hours of `x:30`: invalid digit found in string");
/// assert_eq!(told("1:"), "not-a-number: cannot parse integer from empty string");
/// assert_eq!(told("1:75"), "bad-clock: `1:75` has 75 minutes");
/// ```
///
/// An [`Error`] is converted too, and fails the whole batch, because an error of a lookup or a side output is not caused by the row.
#[derive(Clone, Debug, PartialEq)]
pub struct Reject(Cause);

#[derive(Clone, Debug, PartialEq)]
enum Cause {
    Row { code: Cow<'static, str>, message: String },
    Batch(Error),
}

impl Reject {
    /// A rejection. `code` is short, for example `bad-date`; `message` says which column and value are wrong, and what was
    /// expected.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self(Cause::Row { code: code.into(), message: message.into() })
    }

    /// The code; `None` if the whole batch fails.
    pub fn code(&self) -> Option<&str> {
        match &self.0 {
            Cause::Row { code, .. } => Some(code),
            Cause::Batch(_) => None,
        }
    }

    /// The message.
    pub fn message(&self) -> Cow<'_, str> {
        match &self.0 {
            Cause::Row { message, .. } => Cow::Borrowed(message),
            Cause::Batch(error) => Cow::Owned(error.to_string()),
        }
    }

    /// Code and message, or the error that fails the batch.
    pub(crate) fn into_parts(self) -> Result<(Cow<'static, str>, String), Error> {
        match self.0 {
            Cause::Row { code, message } => Ok((code, message)),
            Cause::Batch(error) => Err(error),
        }
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Row { code, message } => write!(f, "{code}: {message}"),
            Cause::Batch(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Reject {}

impl From<Error> for Reject {
    fn from(error: Error) -> Self {
        Self(Cause::Batch(error))
    }
}

macro_rules! from_errors {
    ($($error:ty => $code:literal,)*) => {$(
        impl From<$error> for Reject {
            fn from(error: $error) -> Self {
                Self::new($code, error.to_string())
            }
        }
    )*};
}

from_errors! {
    std::num::ParseIntError => "not-a-number",
    std::num::ParseFloatError => "not-a-number",
    std::num::TryFromIntError => "out-of-range",
    std::str::ParseBoolError => "not-a-boolean",
    std::char::ParseCharError => "not-a-character",
    std::net::AddrParseError => "bad-address",
    std::str::Utf8Error => "not-utf8",
    std::string::FromUtf8Error => "not-utf8",
    TimeError => "bad-time",
    serde_json::Error => "bad-json",
}

/// Rejects the row with a code and a message: see [`Reject`].
pub trait OrReject<T> {
    /// Returns the value, or a rejection whose message ends with the error, if there is one.
    ///
    /// # Errors
    ///
    /// [`Reject`].
    fn or_reject(self, code: impl Into<Cow<'static, str>>, message: impl fmt::Display) -> Result<T, Reject>;
}

impl<T> OrReject<T> for Option<T> {
    fn or_reject(self, code: impl Into<Cow<'static, str>>, message: impl fmt::Display) -> Result<T, Reject> {
        self.ok_or_else(|| Reject::new(code, message.to_string()))
    }
}

impl<T, E: fmt::Display> OrReject<T> for Result<T, E> {
    fn or_reject(self, code: impl Into<Cow<'static, str>>, message: impl fmt::Display) -> Result<T, Reject> {
        self.map_err(|error| Reject::new(code, format!("{message}: {error}")))
    }
}

/// Returns from a row function with a rejection: `reject!("bad-delay", "dep_delay: {minutes} minutes")`.
#[macro_export]
macro_rules! reject {
    ($code:expr, $($message:tt)+) => {
        return ::core::result::Result::Err($crate::Reject::new($code, ::std::format!($($message)+)).into())
    };
}

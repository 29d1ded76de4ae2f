//! Properties: what the proxy knows of an exchange, or of itself.
//!
//! [`Exchange::property`](crate::Exchange::property) has those of an exchange. Request the import in
//! `plugin.toml`: `imports = ["witdock:proxy/http", "witdock:proxy/properties"]`.

pub use crate::bindings::witdock::proxy::types::Property;
use crate::headers::into_text;
use crate::host;
use std::time::Duration;

/// A property of the proxy itself, by its path: `["filter", "name"]`.
pub fn of_proxy(path: &[&str]) -> Option<Property> {
    host::properties::of_proxy(&path.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>())
}

impl Property {
    /// Text, if it is some and UTF-8.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => std::str::from_utf8(text).ok(),
            _ => None,
        }
    }

    /// Text, if it is some. Bytes that are not UTF-8 become `U+FFFD`.
    pub fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(into_text(text)),
            _ => None,
        }
    }

    /// A number that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Unsigned(number) => Some(*number),
            Self::Signed(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// A number.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Signed(number) => Some(*number),
            Self::Unsigned(number) => i64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// True or false.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Boolean(truth) => Some(*truth),
            _ => None,
        }
    }

    /// A duration, or a time as the duration since 1970.
    pub fn as_duration(&self) -> Option<Duration> {
        match self {
            Self::Duration(nanoseconds) | Self::Timestamp(nanoseconds) => {
                Some(Duration::from_nanos(*nanoseconds))
            }
            _ => None,
        }
    }
}

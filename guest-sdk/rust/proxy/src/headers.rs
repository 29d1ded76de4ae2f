//! Headers and trailers of a message.

use crate::exchange::Exchange;
use crate::{EditError, Header, Part};
use std::ops::Deref;

/// The headers or the trailers of a message: names in lower case, with duplicates, in order.
///
/// All of them are the proxy's: each function asks it, so nothing is copied that is not read. The parts of the first line are headers
/// too, `:method` or `:status`; [`RequestView`] and [`ResponseView`] have functions for them.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a> {
    exchange: &'a Exchange,
    part: Part,
}

impl<'a> Headers<'a> {
    pub(crate) fn new(exchange: &'a Exchange, part: Part) -> Self {
        Self { exchange, part }
    }

    /// Whether the message has them yet.
    pub fn exist(&self) -> bool {
        self.exchange.host().headers(self.part).is_some()
    }

    /// The first header of this name, as text. Bytes that are not UTF-8 become `U+FFFD`.
    pub fn get(&self, name: &str) -> Option<String> {
        self.get_bytes(name).map(into_text)
    }

    /// The first header of this name.
    pub fn get_bytes(&self, name: &str) -> Option<Vec<u8>> {
        self.exchange.host().header(self.part, name)
    }

    /// The values of all headers of this name, in order.
    pub fn get_all(&self, name: &str) -> Vec<Vec<u8>> {
        self.exchange.host().header_values(self.part, name)
    }

    /// The elements of a list over all headers of this name, without white space around them: `a, b` has two. For headers whose
    /// elements contain no commas, such as `accept-encoding` or `vary`.
    pub fn list(&self, name: &str) -> Vec<String> {
        let values = self.get_all(name).into_iter().map(into_text);
        values
            .flat_map(|value| value.split(',').map(|element| element.trim().to_owned()).collect::<Vec<_>>())
            .filter(|element| !element.is_empty())
            .collect()
    }

    /// Whether there is a header of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.get_bytes(name).is_some()
    }

    /// All headers, in order; those that begin with `:` come first.
    pub fn iter(&self) -> impl Iterator<Item = (String, Vec<u8>)> + use<> {
        let all = self.exchange.host().headers(self.part).unwrap_or_default();
        all.into_iter().map(|Header { name, value }| (name, value))
    }

    /// Puts one header in place of all of this name, or at the end.
    ///
    /// # Errors
    ///
    /// [`EditError`] if the headers have gone, or the name or the value is invalid.
    pub fn set(&self, name: &str, value: impl AsRef<[u8]>) -> Result<(), EditError> {
        self.exchange.host().set_header(self.part, name, value.as_ref())
    }

    /// Adds a header at the end, in addition to others of this name.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    pub fn append(&self, name: &str, value: impl AsRef<[u8]>) -> Result<(), EditError> {
        self.exchange.host().add_header(self.part, name, value.as_ref())
    }

    /// Removes all headers of this name, if there are any.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set). What begins with `:` cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), EditError> {
        self.exchange.host().remove_header(self.part, name)
    }

    /// Puts these in place of all. A message without trailers is given some at the end of its body.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set). Nothing is changed then.
    pub fn replace_all<N, V>(&self, headers: impl IntoIterator<Item = (N, V)>) -> Result<(), EditError>
    where
        N: Into<String>,
        V: Into<Vec<u8>>,
    {
        let headers =
            headers.into_iter().map(|(name, value)| Header { name: name.into(), value: value.into() });
        self.exchange.host().set_headers(self.part, &headers.collect::<Vec<_>>())
    }
}

/// The headers of a request.
#[derive(Clone, Copy, Debug)]
pub struct RequestView<'a>(pub(crate) Headers<'a>);

impl<'a> Deref for RequestView<'a> {
    type Target = Headers<'a>;

    fn deref(&self) -> &Headers<'a> {
        &self.0
    }
}

impl RequestView<'_> {
    /// The method, for example `GET`.
    pub fn method(&self) -> String {
        self.get(":method").unwrap_or_default()
    }

    /// The path with its query, as the client wrote it: `/search?q=proxies`.
    pub fn path(&self) -> String {
        self.get(":path").unwrap_or_default()
    }

    /// The path without its query: `/search`.
    pub fn path_only(&self) -> String {
        let mut path = self.path();
        path.truncate(path.find('?').unwrap_or(path.len()));
        path
    }

    /// The query, without its `?`. None if the path has no `?`.
    pub fn query(&self) -> Option<String> {
        self.path().split_once('?').map(|(_, query)| query.to_owned())
    }

    /// The host and port that the client names: `example.org:8080`.
    pub fn authority(&self) -> String {
        self.get(":authority").unwrap_or_default()
    }

    /// The host that the client names, in lower case and without the port.
    pub fn host(&self) -> String {
        let mut host = self.authority().to_ascii_lowercase();
        let end = match host.rfind(']') {
            Some(bracket) => bracket + 1,
            None => host.rfind(':').unwrap_or(host.len()),
        };
        host.truncate(end);
        host
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> String {
        self.get(":scheme").unwrap_or_default()
    }

    /// Changes the path and the query.
    ///
    /// # Errors
    ///
    /// As [`Headers::set`].
    pub fn set_path(&self, path: &str) -> Result<(), EditError> {
        self.set(":path", path)
    }

    /// Changes the method.
    ///
    /// # Errors
    ///
    /// As [`Headers::set`].
    pub fn set_method(&self, method: &str) -> Result<(), EditError> {
        self.set(":method", method)
    }

    /// Changes the host and port.
    ///
    /// # Errors
    ///
    /// As [`Headers::set`].
    pub fn set_authority(&self, authority: &str) -> Result<(), EditError> {
        self.set(":authority", authority)
    }
}

/// The headers of a response.
#[derive(Clone, Copy, Debug)]
pub struct ResponseView<'a>(pub(crate) Headers<'a>);

impl<'a> Deref for ResponseView<'a> {
    type Target = Headers<'a>;

    fn deref(&self) -> &Headers<'a> {
        &self.0
    }
}

impl ResponseView<'_> {
    /// The status, or 0 if there is no response yet.
    pub fn status(&self) -> u16 {
        self.get(":status").and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// Changes the status.
    ///
    /// # Errors
    ///
    /// As [`Headers::set`].
    pub fn set_status(&self, status: u16) -> Result<(), EditError> {
        self.set(":status", status.to_string())
    }
}

pub(crate) fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

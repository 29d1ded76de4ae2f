//! Requests and responses of a test.

use crate::Header;
use crate::headers::into_text;

/// A request or a response: headers, a body in pieces, and trailers.
///
/// ```
/// use witdock_proxy_guest::testing::Message;
///
/// let request = Message::request("PUT", "/notes/1").authority("example.org").header("x-a", "1").body("some text");
/// assert_eq!((request.method(), request.text()), ("PUT".to_owned(), "some text".to_owned()));
///
/// // A body in pieces: the filter gets one after the other.
/// let response = Message::response(200).header("content-type", "text/plain").pieces(["some ", "text"]);
/// assert_eq!((response.status(), response.text().len()), (200, 9));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The headers, those with `:` first.
    pub headers: Vec<Header>,
    /// The body's pieces: as a test gives them, or as the filter let them go.
    pub pieces: Vec<Vec<u8>>,
    /// The trailers.
    pub trailers: Option<Vec<Header>>,
}

fn header(name: &str, value: impl AsRef<[u8]>) -> Header {
    Header { name: name.to_ascii_lowercase(), value: value.as_ref().to_vec() }
}

impl Message {
    /// A request with this method, to `example.test`.
    pub fn request(method: &str, path: &str) -> Self {
        let headers = vec![
            header(":authority", "example.test"),
            header(":path", path),
            header(":method", method),
            header(":scheme", "http"),
        ];
        Self { headers, pieces: Vec::new(), trailers: None }
    }

    /// A `GET`.
    pub fn get(path: &str) -> Self {
        Self::request("GET", path)
    }

    /// A `POST`.
    pub fn post(path: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::request("POST", path).body(body)
    }

    /// A response.
    pub fn response(status: u16) -> Self {
        Self { headers: vec![header(":status", status.to_string())], pieces: Vec::new(), trailers: None }
    }

    /// Sets the host and port that a request names.
    #[must_use]
    pub fn authority(mut self, authority: &str) -> Self {
        self.headers.retain(|header| header.name != ":authority");
        self.headers.insert(0, header(":authority", authority));
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push(header(name, value));
        self
    }

    /// Sets a body of one piece, and its `content-length`.
    #[must_use]
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let length = body.len().to_string();
        self.header("content-length", length).pieces([body])
    }

    /// Sets a body of several pieces, without a `content-length`. The last one ends it; it may be empty.
    #[must_use]
    pub fn pieces<P: Into<Vec<u8>>>(mut self, pieces: impl IntoIterator<Item = P>) -> Self {
        self.pieces = pieces.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a trailer.
    #[must_use]
    pub fn trailer(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.trailers.get_or_insert_default().push(header(name, value));
        self
    }

    /// The first header of this name, as text.
    pub fn get_header(&self, name: &str) -> Option<String> {
        let header = self.headers.iter().find(|header| header.name == name)?;
        Some(into_text(header.value.clone()))
    }

    /// The values of all headers of this name, as text.
    pub fn get_all(&self, name: &str) -> Vec<String> {
        let named = self.headers.iter().filter(|header| header.name == name);
        named.map(|header| into_text(header.value.clone())).collect()
    }

    /// The method of a request.
    pub fn method(&self) -> String {
        self.get_header(":method").unwrap_or_default()
    }

    /// The path of a request.
    pub fn path(&self) -> String {
        self.get_header(":path").unwrap_or_default()
    }

    /// The status of a response.
    pub fn status(&self) -> u16 {
        self.get_header(":status").and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// The whole body.
    pub fn bytes(&self) -> Vec<u8> {
        self.pieces.concat()
    }

    /// The whole body as text.
    pub fn text(&self) -> String {
        into_text(self.bytes())
    }
}

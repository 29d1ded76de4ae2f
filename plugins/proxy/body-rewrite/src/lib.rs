//! Replaces texts in bodies as they stream.
//!
//! ```toml
//! [filter.body-rewrite.settings]
//! content_types = ["text/html", "application/json"]
//!
//! [[filter.body-rewrite.settings.replace]]
//! from = "http://old.example.org/"
//! to = "https://example.org/"
//! ```
//!
//! A text is found wherever the body is cut into pieces, and no more of it is held than may be the beginning of one. Where several
//! texts match at one place, the longest counts; what is put in is not searched again.
//!
//! `side` is `response`, the default, or `request`. `content_types` are those of `text/html`, `text/plain`, `text/css`, `text/xml`,
//! `application/json`, `application/javascript` and `application/xml` unless they are set; `"*"` is all. Compressed bodies and parts
//! of a resource (206) pass as they are; so that responses come uncompressed, requests go on without `accept-encoding` and `range`,
//! unless `ask_for_plain` is false.
//!
//! Bodies that change lose their `content-length` and digests, and their `etag` becomes a weak one.

mod search;

use search::Search;
use serde::Deserialize;
use witdock_proxy_guest::{Action, Body, Callbacks, Headers, HttpFilter, Result, Stream};

witdock_proxy_guest::export!(BodyRewrite);

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    replace: Vec<Replacement>,
    content_types: Option<Vec<String>>,
    #[serde(default)]
    side: Side,
    #[serde(default = "yes")]
    ask_for_plain: bool,
}

/// A text, and what is put in its place.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    from: String,
    to: String,
}

/// Whose body is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The client's.
    Request,
    /// The upstream's.
    #[default]
    Response,
}

fn yes() -> bool {
    true
}

const TEXTS: [&str; 7] = [
    "text/html",
    "text/plain",
    "text/css",
    "text/xml",
    "application/json",
    "application/javascript",
    "application/xml",
];

/// Headers that are wrong for a body that has changed: its length, its digests (RFC 9530, RFC 1864), and that it comes in ranges.
const OF_THE_BODY: [&str; 6] =
    ["content-length", "content-digest", "repr-digest", "digest", "content-md5", "accept-ranges"];

/// The filter.
#[derive(Debug)]
pub struct BodyRewrite {
    search: Search,
    /// None for all.
    content_types: Option<Vec<String>>,
    side: Side,
    ask_for_plain: bool,
}

/// What may be the beginning of a text, and waits for the next piece.
#[derive(Debug, Default)]
pub struct Waiting(Vec<u8>);

impl HttpFilter for BodyRewrite {
    type Settings = Settings;
    type State = Waiting;

    fn configure(settings: Settings) -> Result<Self, String> {
        let Settings { replace, content_types, side, ask_for_plain } = settings;
        if replace.is_empty() {
            return Err("`replace` is empty: expected one text or more with `from` and `to`".to_owned());
        }
        if let Some(twice) = replace.iter().enumerate().find_map(|(at, own)| {
            let others = replace.iter().skip(at + 1);
            others.map(|other| &other.from).find(|from| **from == own.from)
        }) {
            return Err(format!("`replace` has `{twice}` twice"));
        }
        let pairs = replace.into_iter().map(|Replacement { from, to }| (from.into_bytes(), to.into_bytes()));
        let search = Search::new(pairs.collect()).ok_or("`from` is empty: expected a text to replace")?;
        let content_types = content_types.unwrap_or_else(|| TEXTS.map(str::to_owned).to_vec());
        if let Some(wrong) = content_types.iter().find(|own| *own != "*" && !own.contains('/')) {
            return Err(format!("`content_types` has `{wrong}`: expected one such as `text/html`, or `*`"));
        }
        let is_all = content_types.iter().any(|own| own == "*");
        let content_types = content_types.iter().map(|own| own.to_ascii_lowercase()).collect();
        Ok(Self { search, content_types: (!is_all).then_some(content_types), side, ask_for_plain })
    }

    fn on_request_headers(&mut self, stream: &mut Stream<Self>, end_of_stream: bool) -> Result<Action> {
        let request = stream.request();
        if self.side == Side::Request {
            stream.ignore(
                Callbacks::RESPONSE_HEADERS | Callbacks::RESPONSE_BODY | Callbacks::RESPONSE_TRAILERS,
            );
            if end_of_stream || !self.changes(&request)? {
                stream.ignore(Callbacks::REQUEST_BODY | Callbacks::REQUEST_TRAILERS);
            }
            return Ok(Action::Proceed);
        }
        stream.ignore(Callbacks::REQUEST_BODY | Callbacks::REQUEST_TRAILERS);
        if self.ask_for_plain {
            request.remove("accept-encoding")?;
            request.remove("range")?;
        }
        Ok(Action::Proceed)
    }

    fn on_request_body(
        &mut self,
        stream: &mut Stream<Self>,
        _size: u64,
        end_of_stream: bool,
    ) -> Result<Action> {
        let waiting = std::mem::take(&mut stream.state.0);
        stream.state.0 = self.rewrite(&stream.request_body(), waiting, end_of_stream)?;
        Ok(Action::Proceed)
    }

    fn on_request_trailers(&mut self, stream: &mut Stream<Self>) -> Result<Action> {
        let waiting = std::mem::take(&mut stream.state.0);
        self.rewrite(&stream.request_body(), waiting, true)?;
        Ok(Action::Proceed)
    }

    fn on_response_headers(&mut self, stream: &mut Stream<Self>, end_of_stream: bool) -> Result<Action> {
        let response = stream.response();
        let is_part = response.status() == 206;
        if end_of_stream || is_part || !self.changes(&response)? {
            stream.ignore(Callbacks::RESPONSE_BODY | Callbacks::RESPONSE_TRAILERS);
        }
        Ok(Action::Proceed)
    }

    fn on_response_body(
        &mut self,
        stream: &mut Stream<Self>,
        _size: u64,
        end_of_stream: bool,
    ) -> Result<Action> {
        let waiting = std::mem::take(&mut stream.state.0);
        stream.state.0 = self.rewrite(&stream.response_body(), waiting, end_of_stream)?;
        Ok(Action::Proceed)
    }

    fn on_response_trailers(&mut self, stream: &mut Stream<Self>) -> Result<Action> {
        let waiting = std::mem::take(&mut stream.state.0);
        self.rewrite(&stream.response_body(), waiting, true)?;
        Ok(Action::Proceed)
    }
}

impl BodyRewrite {
    /// Whether a message's body is one to change. Its headers then say so.
    fn changes(&self, headers: &Headers<'_>) -> Result<bool> {
        let encodings = headers.list("content-encoding");
        if encodings.iter().any(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
            return Ok(false);
        }
        if let Some(wanted) = &self.content_types {
            let kind = headers.get("content-type").unwrap_or_default().to_ascii_lowercase();
            let kind = kind.split(';').next().unwrap_or_default().trim();
            if !wanted.iter().any(|wanted| wanted == kind) {
                return Ok(false);
            }
        }
        for name in OF_THE_BODY {
            headers.remove(name)?;
        }
        if let Some(etag) = headers.get("etag").filter(|etag| !etag.starts_with("W/")) {
            headers.set("etag", format!("W/{etag}"))?;
        }
        Ok(true)
    }

    /// Changes what is held of a body, after what has waited. Returns what waits now.
    fn rewrite(&self, body: &Body<'_>, mut waiting: Vec<u8>, end: bool) -> Result<Vec<u8>> {
        let had_waited = !waiting.is_empty();
        waiting.append(&mut body.read());
        let found = self.search.replace(&waiting, end);
        if had_waited || found.is_changed {
            body.replace(&found.out)?;
        }
        Ok(waiting.split_off(found.used))
    }
}

#[cfg(test)]
mod tests;

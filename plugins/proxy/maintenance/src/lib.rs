//! Answers with a page that says when the service is back, except to those who may pass.
//!
//! ```toml
//! [filter.maintenance.settings]
//! from = "2026-03-01T22:00:00Z"      # at once unless set
//! until = "2026-03-02T02:00:00Z"     # until the filter goes unless set
//! title = "Back at two"
//! message = "We are moving to larger machines."
//! paths = ["/shop"]                  # what they begin with; all unless set
//! except = ["/health"]
//!
//! [filter.maintenance.settings.bypass]           # who may pass
//! header = "x-maintenance-key"
//! value = "a-secret-of-16-or-more"
//! ```
//!
//! The answer is a 503 with `retry-after`, if `until` is set, and `cache-control: no-store`. Who asks for JSON gets JSON. `page` is a page of HTML
//! in place of the built-in one. A request with the right header may pass, and so may one with a cookie of the same name and value.

mod page;
mod time;

use serde::Deserialize;
use std::time::Duration;
use witdock_proxy_guest::{Action, Callbacks, Exchange, HttpFilter, Response, Result, Stream};

witdock_proxy_guest::export!(Maintenance);

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    from: Option<String>,
    until: Option<String>,
    #[serde(default = "title")]
    title: String,
    #[serde(default)]
    message: String,
    page: Option<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
    bypass: Option<Bypass>,
}

fn title() -> String {
    "Back soon".to_owned()
}

/// What opens the way.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bypass {
    header: String,
    value: String,
}

/// A secret that is shorter can be guessed by trying.
const SHORTEST_SECRET: usize = 16;

/// The filter.
#[derive(Debug)]
pub struct Maintenance {
    from: Option<Duration>,
    until: Option<Duration>,
    html: String,
    json: String,
    paths: Vec<String>,
    except: Vec<String>,
    bypass: Option<Bypass>,
}

impl HttpFilter for Maintenance {
    type Settings = Settings;
    type State = ();

    fn configure(settings: Settings) -> Result<Self, String> {
        let Settings { from, until, title, message, page, paths, except, bypass } = settings;
        let time = |name: &str, text: Option<String>| {
            let parse = |text: String| {
                time::parse(&text).ok_or_else(|| {
                    format!(
                        "`{name}` is `{text}`: expected a time of RFC 3339, such as `2026-03-01T22:00:00Z`"
                    )
                })
            };
            text.map(parse).transpose()
        };
        let (from, until) = (time("from", from)?, time("until", until)?);
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            return Err("`until` is not after `from`".to_owned());
        }
        if let Some(path) = paths.iter().chain(&except).find(|path| !path.starts_with('/')) {
            return Err(format!("`{path}` is not what a path begins with: expected its `/` first"));
        }
        if let Some(bypass) = &bypass
            && (bypass.header.is_empty() || bypass.value.len() < SHORTEST_SECRET)
        {
            return Err(format!(
                "`bypass` needs the name of a header, and a value of {SHORTEST_SECRET} bytes or more"
            ));
        }
        let html = page.unwrap_or_else(|| page::html(&title, &message));
        let json = page::json(&title, &message);
        Ok(Self { from, until, html, json, paths, except, bypass })
    }

    fn on_request_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        stream.ignore(Callbacks::RESPONSE_HEADERS | Callbacks::RESPONSE_BODY | Callbacks::RESPONSE_TRAILERS);
        let now = stream.time();
        let is_on = self.from.is_none_or(|from| now >= from) && self.until.is_none_or(|until| now < until);
        if !is_on || !self.is_meant(&stream.request().path()) || self.may_pass(stream) {
            return Ok(Action::Proceed);
        }
        let accepts = stream.request().list("accept");
        let accepts =
            |kind: &str| accepts.iter().any(|own| own.split(';').next().unwrap_or_default().trim() == kind);
        let (kind, body) = match accepts("application/json") && !accepts("text/html") {
            true => ("application/json", &self.json),
            false => ("text/html; charset=utf-8", &self.html),
        };
        let response = Response::new(503).header("content-type", kind).header("cache-control", "no-store");
        let response = match self.until {
            Some(until) => response.header("retry-after", (until - now).as_secs().max(1).to_string()),
            None => response,
        };
        Ok(stream.respond(response.body(body.as_str()).details("maintenance"))?)
    }
}

impl Maintenance {
    fn is_meant(&self, path: &str) -> bool {
        let begins = |begin: &String| path.starts_with(begin.as_str());
        (self.paths.is_empty() || self.paths.iter().any(begins)) && !self.except.iter().any(begins)
    }

    fn may_pass(&self, exchange: &Exchange) -> bool {
        let Some(Bypass { header, value }) = &self.bypass else { return false };
        let request = exchange.request();
        let is_right = |given: &[u8]| equal(given, value.as_bytes());
        let cookie = || {
            let cookies = request.get_all("cookie");
            cookies.iter().flat_map(|cookies| cookies.split(|byte| *byte == b';')).any(|cookie| {
                let cookie = cookie.trim_ascii();
                let given = cookie.strip_prefix(header.as_bytes()).and_then(|rest| rest.strip_prefix(b"="));
                given.is_some_and(is_right)
            })
        };
        request.get_bytes(header).is_some_and(|given| is_right(&given)) || cookie()
    }
}

/// Compares in a time that does not tell how many bytes are right.
fn equal(given: &[u8], secret: &[u8]) -> bool {
    let differing = given.iter().zip(secret).fold(0, |differing, (one, other)| differing | (one ^ other));
    given.len() == secret.len() && differing == 0
}

#[cfg(test)]
mod tests;

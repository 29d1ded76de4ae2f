//! Keeps answers to `GET` requests in shared data, for as long as they are fresh (RFC 9111, as a shared cache).
//!
//! ```toml
//! [filter.answer-cache.settings]
//! default_seconds = 0      # freshness of answers that do not say; 0 keeps none of them
//! longest_seconds = 86400  # and no answer is kept for longer
//! slots = 512              # answers at most
//! most_bytes = 65536       # the largest body that is kept
//! ```
//!
//! An answer is kept if its status is 200, 203, 301, 308, 404 or 410, and `cache-control` (`s-maxage`, `max-age`) or `expires` says that it is
//! fresh. Not those with `no-store`, `no-cache`, `private`, `set-cookie`, `vary: *` or trailers, nor answers to requests with
//! `authorization`, unless they are `public`. `vary` is kept with the answer: a request with other values misses. A client's `if-none-match` is
//! answered with 304. A stale answer with an `etag` is revalidated with the upstream, and served if that says 304. Other methods than `GET`, `HEAD`,
//! `OPTIONS` and `TRACE` remove what is kept of the same URL, if they succeed.
//!
//! `cache-status` (RFC 9211) tells what happened. Answers share slots by a hash of their URL: two that fall into the same one take turns, so that
//! what is kept is bounded.

mod control;
mod date;
mod stored;

use control::Control;
use serde::Deserialize;
use std::hash::{DefaultHasher, Hash, Hasher};
use stored::{Head, Stored};
use witdock_proxy_guest::metrics::Counter;
use witdock_proxy_guest::{
    Action, Callbacks, Explain, HttpFilter, Response, Result, Stream, log, shared_data,
};

witdock_proxy_guest::export!(AnswerCache);

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    default_seconds: u64,
    longest_seconds: u64,
    slots: u64,
    most_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { default_seconds: 0, longest_seconds: 86_400, slots: 512, most_bytes: 64 << 10 }
    }
}

/// The shared data that a filter has at most, as far as this one uses it.
const MOST_BYTES: u64 = 48 << 20;

/// The filter.
#[derive(Debug)]
pub struct AnswerCache {
    settings: Settings,
    hits: Counter,
    misses: Counter,
}

/// What becomes of a request.
#[derive(Debug, Default)]
pub enum State {
    /// It is not the cache's concern.
    #[default]
    Passes,
    /// It was answered from the cache.
    Hit,
    /// Its answer may be kept.
    Misses {
        /// The URL.
        url: String,
        /// A stale answer that the upstream is asked about.
        stale: Option<Box<Stored>>,
    },
    /// Its answer is collected.
    Collects(Box<Head>, Vec<u8>),
    /// If it succeeds, what is kept of its URL is wrong.
    Changes(String),
}

impl HttpFilter for AnswerCache {
    type Settings = Settings;
    type State = State;

    fn configure(settings: Settings) -> Result<Self, String> {
        if settings.slots == 0 {
            return Err("`slots` is 0: expected 1 or more".to_owned());
        }
        let most = settings.slots.saturating_mul(settings.most_bytes as u64);
        if most > MOST_BYTES {
            let text = "`slots` times `most_bytes` is the most that can be kept";
            return Err(format!("{text}: it is {most} bytes, expected {MOST_BYTES} or less"));
        }
        Ok(Self { settings, hits: Counter::new("hits"), misses: Counter::new("misses") })
    }

    fn on_request_headers(&mut self, stream: &mut Stream<Self>, end_of_stream: bool) -> Result<Action> {
        stream.ignore(Callbacks::REQUEST_BODY | Callbacks::REQUEST_TRAILERS | Callbacks::LOG);
        let request = stream.request();
        let url = format!("{}://{}{}", request.scheme(), request.authority(), request.path());
        let method = request.method();
        let asks = Control::parse(&request.list("cache-control"));
        if method != "GET" || !end_of_stream || asks.no_store || request.contains("range") {
            let is_safe = matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE");
            stream.state = if is_safe { State::Passes } else { State::Changes(url) };
            return Ok(self.proceed(stream));
        }
        let now = stream.time().as_secs();
        let stored = self.stored(&url).filter(|stored| stored.head.matches(&request));
        let is_fresh = |stored: &Stored| {
            stored.head.is_fresh(now)
                && asks.max_age.is_none_or(|most| stored.head.age(now) <= most)
                && !asks.no_cache
        };
        match stored {
            Some(stored) if is_fresh(&stored) => {
                self.hits.add(1);
                let answer = answer(&stored, now, &request.list("if-none-match"));
                stream.state = State::Hit;
                Ok(stream.respond(answer)?)
            }
            stale => {
                self.misses.add(1);
                let stale =
                    stale.filter(|stale| stale.head.etag().is_some() && !request.contains("if-none-match"));
                if let Some(etag) = stale.as_ref().and_then(|stale| stale.head.etag()) {
                    request.set("if-none-match", etag)?;
                }
                stream.state = State::Misses { url, stale: stale.map(Box::new) };
                Ok(Action::Proceed)
            }
        }
    }

    fn on_response_headers(&mut self, stream: &mut Stream<Self>, end_of_stream: bool) -> Result<Action> {
        let now = stream.time().as_secs();
        let status = stream.response().status();
        match std::mem::take(&mut stream.state) {
            State::Hit => {
                stream.state = State::Hit;
                Ok(self.proceed(stream))
            }
            State::Changes(url) => {
                if (200..400).contains(&status) {
                    shared_data::remove(&self.slot(&url));
                }
                Ok(self.proceed(stream))
            }
            State::Misses { url: _, stale: Some(mut stale) } if status == 304 => {
                // RFC 9111 section 4.3.4: the answer has the headers of the validation.
                stale.head.refresh(&stream.response(), now, &self.settings);
                // The client has asked for no other one: the validator is the filter's.
                let answer = answer(&stale, now, &[]);
                self.keep(&stale);
                stream.state = State::Hit;
                Ok(stream.respond(answer)?)
            }
            State::Misses { url, .. } => {
                let head = Head::of(&url, &stream.request(), &stream.response(), now, &self.settings);
                stream.response().append(
                    "cache-status",
                    match head {
                        Some(_) => "witdock; fwd=uri-miss; stored",
                        None => "witdock; fwd=uri-miss",
                    },
                )?;
                let Some(head) = head else { return Ok(self.proceed(stream)) };
                if end_of_stream {
                    self.keep(&Stored { head, body: Vec::new() });
                } else {
                    stream.state = State::Collects(Box::new(head), Vec::new());
                }
                Ok(Action::Proceed)
            }
            State::Passes | State::Collects(..) => Ok(self.proceed(stream)),
        }
    }

    fn on_response_body(
        &mut self,
        stream: &mut Stream<Self>,
        size: u64,
        end_of_stream: bool,
    ) -> Result<Action> {
        let State::Collects(head, mut body) = std::mem::take(&mut stream.state) else {
            return Ok(self.proceed(stream));
        };
        let most = self.settings.most_bytes as u64;
        if (body.len() as u64).saturating_add(size) > most {
            return Ok(self.proceed(stream));
        }
        body.extend(stream.response_body().read());
        if end_of_stream {
            self.keep(&Stored { head: *head, body });
        } else {
            stream.state = State::Collects(head, body);
        }
        Ok(Action::Proceed)
    }

    fn on_response_trailers(&mut self, stream: &mut Stream<Self>) -> Result<Action> {
        stream.state = State::Passes;
        Ok(Action::Proceed)
    }
}

impl AnswerCache {
    /// Lets a response pass that is not to be kept.
    fn proceed(&self, stream: &Stream<Self>) -> Action {
        stream.ignore(Callbacks::RESPONSE_BODY | Callbacks::RESPONSE_TRAILERS);
        Action::Proceed
    }

    fn slot(&self, url: &str) -> String {
        let mut hasher = DefaultHasher::new();
        url.hash(&mut hasher);
        format!("answers/{}", hasher.finish() % self.settings.slots)
    }

    fn stored(&self, url: &str) -> Option<Stored> {
        let stored = Stored::read(&shared_data::get(&self.slot(url))?)?;
        (stored.head.url == url).then_some(stored)
    }

    fn keep(&self, stored: &Stored) {
        if let Err(error) = shared_data::set(&self.slot(&stored.head.url), stored.write()) {
            log::warn!("an answer is not kept: {}", error.explain());
        }
    }
}

/// The answer to a request, from what is kept. `known` are the entity tags that the client has.
fn answer(stored: &Stored, now: u64, known: &[String]) -> Response {
    let head = &stored.head;
    let is_known = head.etag().is_some_and(|etag| {
        let strong = |tag: &str| tag.trim_start_matches("W/").to_owned();
        known.iter().any(|own| own == "*" || strong(own) == strong(&etag))
    });
    // RFC 9110 section 15.4.5: what a 304 has of the headers.
    const OF_304: [&str; 6] = ["cache-control", "content-location", "date", "etag", "expires", "vary"];
    let is_304 = is_known && head.status == 200;
    let mut response = Response::new(if is_304 { 304 } else { head.status });
    for (name, value) in &head.headers {
        if !is_304 || OF_304.contains(&name.as_str()) {
            response = response.header(name, stored::bytes(value));
        }
    }
    response = response.header("age", head.age(now).to_string()).header(
        "cache-status",
        format!("witdock; hit; ttl={}", head.fresh_seconds.saturating_sub(head.age(now))),
    );
    if is_304 { response } else { response.body(stored.body.clone()) }
}

#[cfg(test)]
mod tests;

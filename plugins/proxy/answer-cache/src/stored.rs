//! An answer as it is kept: a line of JSON, and the body.

use crate::control::Control;
use crate::{Settings, date};
use serde::{Deserialize, Serialize};
use witdock_proxy_guest::{RequestView, ResponseView};

/// An answer.
#[derive(Debug, PartialEq)]
pub struct Stored {
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
}

/// All of an answer but its body.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    pub(crate) url: String,
    pub(crate) status: u16,
    /// A character for each byte of a value.
    pub(crate) headers: Vec<(String, String)>,
    /// The request's headers that `vary` names.
    vary: Vec<(String, Vec<String>)>,
    /// Seconds since 1970.
    stored_at: u64,
    /// Its age when it was stored.
    age_then: u64,
    pub(crate) fresh_seconds: u64,
}

/// Statuses whose answers are kept.
const STATUSES: [u16; 6] = [200, 203, 301, 308, 404, 410];

/// Headers that are not kept: the cache's own, and those that belong to one answer alone.
const NOT_KEPT: [&str; 3] = ["age", "cache-status", "content-length"];

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// The bytes of a value that is kept.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    text.chars().filter_map(|character| u8::try_from(u32::from(character)).ok()).collect()
}

fn varying(names: &[String], request: &RequestView<'_>) -> Vec<(String, Vec<String>)> {
    let values = |name: &String| request.get_all(name).iter().map(|value| text(value)).collect();
    names.iter().map(|name| (name.to_ascii_lowercase(), values(name))).collect()
}

/// How long a response is fresh, if it says so (RFC 9111 section 4.2.1).
fn freshness(response: &ResponseView<'_>, control: &Control, now: u64) -> Option<u64> {
    control.s_maxage.or(control.max_age).or_else(|| {
        let expires = response.get("expires")?;
        let now = i64::try_from(now).ok()?;
        let date = response.get("date").and_then(|date| date::parse(&date)).unwrap_or(now);
        // A date that cannot be read, for example `0`, is in the past.
        let seconds = date::parse(&expires).map_or(0, |expires| expires - date);
        Some(u64::try_from(seconds).unwrap_or(0))
    })
}

impl Head {
    /// The head of an answer that may be kept.
    pub(crate) fn of(
        url: &str,
        request: &RequestView<'_>,
        response: &ResponseView<'_>,
        now: u64,
        settings: &Settings,
    ) -> Option<Self> {
        let control = Control::parse(&response.list("cache-control"));
        let is_private = control.private || (request.contains("authorization") && !control.public);
        let names = response.list("vary");
        let may_not = control.no_store
            || control.no_cache
            || is_private
            || response.contains("set-cookie")
            || names.iter().any(|name| name == "*")
            || !STATUSES.contains(&response.status());
        if may_not {
            return None;
        }
        let fresh_seconds = freshness(response, &control, now).unwrap_or(settings.default_seconds);
        let fresh_seconds = fresh_seconds.min(settings.longest_seconds);
        if fresh_seconds == 0 {
            return None;
        }
        let kept =
            |(name, _): &(String, Vec<u8>)| !name.starts_with(':') && !NOT_KEPT.contains(&name.as_str());
        Some(Self {
            url: url.to_owned(),
            status: response.status(),
            headers: response.iter().filter(kept).map(|(name, value)| (name, text(&value))).collect(),
            vary: varying(&names, request),
            stored_at: now,
            age_then: response.get("age").and_then(|age| age.trim().parse().ok()).unwrap_or(0),
            fresh_seconds,
        })
    }

    /// Whether a request has the values that the answer was made for.
    pub(crate) fn matches(&self, request: &RequestView<'_>) -> bool {
        let names: Vec<_> = self.vary.iter().map(|(name, _)| name.clone()).collect();
        varying(&names, request) == self.vary
    }

    pub(crate) fn age(&self, now: u64) -> u64 {
        self.age_then.saturating_add(now.saturating_sub(self.stored_at))
    }

    pub(crate) fn is_fresh(&self, now: u64) -> bool {
        self.age(now) < self.fresh_seconds
    }

    pub(crate) fn etag(&self) -> Option<String> {
        self.headers.iter().find(|(name, _)| name == "etag").map(|(_, value)| value.clone())
    }

    /// The upstream says that it is still right: its new headers count.
    pub(crate) fn refresh(&mut self, response: &ResponseView<'_>, now: u64, settings: &Settings) {
        let new: Vec<_> = response.iter().collect();
        for (name, _) in new.iter().filter(|(name, _)| is_renewed(name)) {
            self.headers.retain(|(own, _)| own != name);
        }
        let renewed = new.into_iter().filter(|(name, _)| is_renewed(name));
        self.headers.extend(renewed.map(|(name, value)| (name, text(&value))));
        let control = Control::parse(&response.list("cache-control"));
        if let Some(seconds) = freshness(response, &control, now) {
            self.fresh_seconds = seconds.min(settings.longest_seconds);
        }
        (self.stored_at, self.age_then) = (now, 0);
    }
}

/// Whether a header of a 304 takes the place of the one that is kept. Not those of the body, RFC 9111 section 3.2.
fn is_renewed(name: &str) -> bool {
    !name.starts_with(':') && !name.starts_with("content-") && !NOT_KEPT.contains(&name)
}

impl Stored {
    pub(crate) fn write(&self) -> Vec<u8> {
        // A struct of strings and numbers always has a JSON form.
        let mut bytes = serde_json::to_vec(&self.head).unwrap_or_default();
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// None for what another version has written.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let (head, body) = bytes.split_at_checked(end)?;
        Some(Self { head: serde_json::from_slice(head).ok()?, body: body.get(1..)?.to_vec() })
    }
}

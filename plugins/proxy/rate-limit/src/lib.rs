//! Limits how many requests a client may make, over all threads of the proxy.
//!
//! ```toml
//! [filter.rate-limit.settings]
//! requests = 100
//! per = "minute"             # or second, hour, day
//! burst = 20                 # as many at once; `requests` unless set
//! key = "source"             # or { header = "x-api-key" }, "host", "all"
//! path = "/api/"             # only requests to paths that begin so; all unless set
//! ```
//!
//! A token bucket for each client: it holds `burst` tokens, a request takes one, and they come back evenly, `requests` in the period. A request
//! without a token gets 429 with `retry-after`. Responses tell how many are left, in `ratelimit` and `ratelimit-policy` (RFC draft
//! "RateLimit header fields for HTTP"), unless `tell` is false.
//!
//! Clients with an IPv6 address share a bucket in the same /64, since one client has all of it. Requests without the header that is the key
//! share one bucket.
//!
//! Buckets are in shared data, in at most 1,024 shards of 256. Where a shard is full, the bucket that is the closest to full makes room: with
//! more than 262,144 clients at a time, a limit may be kept less strictly.

mod bucket;
mod shard;

use bucket::{Bucket, Decision};
use serde::Deserialize;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::time::Duration;
use witdock_proxy_guest::metrics::Counter;
use witdock_proxy_guest::{
    Action, Callbacks, Exchange, Explain, HttpFilter, Response, Result, Stream, log, shared_data,
};

witdock_proxy_guest::export!(RateLimit);

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    requests: u32,
    per: Period,
    burst: Option<u32>,
    #[serde(default)]
    key: Key,
    path: Option<String>,
    #[serde(default = "yes")]
    tell: bool,
}

fn yes() -> bool {
    true
}

/// The period of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Period {
    Second,
    Minute,
    Hour,
    Day,
}

/// What tells clients apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Key {
    /// Their addresses.
    #[default]
    Source,
    /// A header of theirs.
    Header(String),
    /// The host that they ask for.
    Host,
    /// Nothing: all share one limit.
    All,
}

/// The filter.
#[derive(Debug)]
pub struct RateLimit {
    bucket: Bucket,
    key: Key,
    path: Option<String>,
    /// The value of `ratelimit-policy`, if responses tell of it.
    policy: Option<String>,
    limited: Counter,
}

/// What the client is told.
#[derive(Debug, Default)]
pub struct Told(Option<Decision>);

impl HttpFilter for RateLimit {
    type Settings = Settings;
    type State = Told;

    fn configure(settings: Settings) -> Result<Self, String> {
        let Settings { requests, per, burst, key, path, tell } = settings;
        let burst = burst.unwrap_or(requests);
        for (name, number) in [("requests", requests), ("burst", burst)] {
            if number == 0 {
                return Err(format!("`{name}` is 0: expected 1 or more"));
            }
        }
        if let Some(path) = path.as_deref().filter(|path| !path.starts_with('/')) {
            return Err(format!("`path` is `{path}`: expected what a path begins with, from its `/` on"));
        }
        let seconds = match per {
            Period::Second => 1,
            Period::Minute => 60,
            Period::Hour => 3_600,
            Period::Day => 86_400,
        };
        let key = match key {
            Key::Header(name) if name.is_empty() => {
                return Err("`key.header` is empty: expected a header's name".to_owned());
            }
            Key::Header(name) => Key::Header(name.to_ascii_lowercase()),
            key => key,
        };
        let policy = tell.then(|| format!("\"default\";q={requests};w={seconds}"));
        let bucket = Bucket::new(requests, Duration::from_secs(seconds), burst);
        Ok(Self { bucket, key, path, policy, limited: Counter::new("limited") })
    }

    fn on_request_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        if let Some(path) = &self.path
            && !stream.request().path().starts_with(path)
        {
            stream.ignore(Callbacks::RESPONSE_HEADERS);
            return Ok(Action::Proceed);
        }
        let decision = match self.take(stream) {
            Ok(decision) => decision,
            Err(error) => {
                // Without room for a bucket, the service goes on.
                log::error!("a request is not counted: {}", error.explain());
                return Ok(Action::Proceed);
            }
        };
        let is_allowed = decision.wait.is_zero();
        if self.policy.is_some() {
            stream.state = Told(Some(decision));
        } else {
            stream.ignore(Callbacks::RESPONSE_HEADERS);
        }
        if is_allowed {
            return Ok(Action::Proceed);
        }
        self.limited.add(1);
        let response = Response::new(429)
            .header("content-type", "text/plain; charset=utf-8")
            .header("retry-after", decision.wait_seconds().to_string())
            .body("too many requests\n")
            .details("over the rate limit");
        Ok(stream.respond(response)?)
    }

    fn on_response_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        if let (Some(policy), Told(Some(decision))) = (&self.policy, &stream.state) {
            let response = stream.response();
            response.set("ratelimit-policy", policy)?;
            let (left, full) = (decision.left, decision.until_next.as_secs_f64().ceil());
            response.set("ratelimit", format!("\"default\";r={left};t={full}"))?;
        }
        Ok(Action::Proceed)
    }
}

impl RateLimit {
    /// Takes a token for a request.
    fn take(&self, exchange: &Exchange) -> Result<Decision, shared_data::StoreError> {
        let key = self.client(exchange);
        let now = u64::try_from(exchange.time().as_nanos()).unwrap_or(u64::MAX);
        shared_data::update(&shard::name(key), |shard| {
            let mut shard = shard::Shard::read(&shard.unwrap_or_default(), now);
            let (full_at, decision) = self.bucket.take(shard.get(key), now);
            shard.set(key, full_at);
            (shard.write(), decision)
        })
    }

    /// What stands for the client.
    fn client(&self, exchange: &Exchange) -> u64 {
        let mut hasher = DefaultHasher::new();
        match &self.key {
            Key::Source => match exchange.source_address().map(|address| address.ip().to_canonical()) {
                Some(IpAddr::V6(address)) => (address.to_bits() >> 64).hash(&mut hasher),
                address => address.hash(&mut hasher),
            },
            Key::Header(name) => exchange.request().get_bytes(name).hash(&mut hasher),
            Key::Host => exchange.request().host().hash(&mut hasher),
            Key::All => {}
        }
        hasher.finish()
    }
}

#[cfg(test)]
mod tests;

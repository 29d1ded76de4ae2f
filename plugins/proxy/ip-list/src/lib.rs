//! Lets clients through or not, by their addresses.
//!
//! ```toml
//! [filter.ip-list.settings]
//! allow = ["10.0.0.0/8", "2001:db8::/32"]
//! deny = ["10.6.6.6"]
//! path = "/admin"                     # only requests below it; all unless set
//!
//! [filter.ip-list.settings.forwarded]         # behind another proxy
//! header = "x-forwarded-for"
//! trusted = ["192.0.2.0/24"]
//! ```
//!
//! The most specific range that has the address decides; of two equal ones, `deny`. An address in none is let through if there is no `allow`.
//! Others get 403.
//!
//! The address is the connection's. With `forwarded`, if that is `trusted`, it is the last one in the header that is not trusted: what
//! clients write into the header themselves counts for nothing.

mod range;

use range::Range;
use serde::Deserialize;
use std::net::IpAddr;
use witdock_proxy_guest::metrics::Counter;
use witdock_proxy_guest::{Action, Exchange, HttpFilter, Response, Result, Stream};

witdock_proxy_guest::export!(IpList);

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    deny: Vec<String>,
    path: Option<String>,
    forwarded: Option<Forwarded>,
}

/// Another proxy in front of this one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forwarded {
    header: String,
    trusted: Vec<String>,
}

/// The filter.
#[derive(Debug)]
pub struct IpList {
    /// The most specific first, and of equal ones those that deny.
    ranges: Vec<(Range, bool)>,
    /// Whether an address in no range is let through.
    lets_others_through: bool,
    path: Option<String>,
    forwarded: Option<(String, Vec<Range>)>,
    denied: Counter,
}

impl HttpFilter for IpList {
    type Settings = Settings;
    type State = ();

    fn configure(settings: Settings) -> Result<Self, String> {
        let Settings { allow, deny, path, forwarded } = settings;
        if allow.is_empty() && deny.is_empty() {
            return Err("there are no addresses: expected some in `allow` or `deny`".to_owned());
        }
        if let Some(path) = path.as_deref().filter(|path| !path.starts_with('/')) {
            return Err(format!("`path` is `{path}`: expected what a path begins with, from its `/` on"));
        }
        let lets_others_through = allow.is_empty();
        let (allow, deny) = (ranges("allow", &allow)?, ranges("deny", &deny)?);
        let denied = deny.into_iter().map(|range| (range, false));
        let mut ranges_of_both: Vec<_> = denied.chain(allow.into_iter().map(|range| (range, true))).collect();
        // Stable: of two equal ones, the one that denies stays first.
        ranges_of_both.sort_by_key(|(range, _)| std::cmp::Reverse(range.bits()));
        let forwarded = forwarded.map(|Forwarded { header, trusted }| {
            Ok::<_, String>((header.to_ascii_lowercase(), ranges("forwarded.trusted", &trusted)?))
        });
        let forwarded = forwarded.transpose()?;
        let denied = Counter::new("denied");
        Ok(Self { ranges: ranges_of_both, lets_others_through, path, forwarded, denied })
    }

    fn on_request_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        if let Some(path) = &self.path
            && !range::is_below(&stream.request().path_only(), path)
        {
            return Ok(Action::Proceed);
        }
        let address = self.address(stream);
        // A client without an address is not let through.
        if address.is_some_and(|address| self.lets_through(address)) {
            return Ok(Action::Proceed);
        }
        self.denied.add(1);
        let shown = address.map_or("unknown".to_owned(), |address| address.to_string());
        let response = Response::new(403).header("content-type", "text/plain; charset=utf-8");
        let response = response.body("this address is not let through\n");
        Ok(stream.respond(response.details(format!("the address {shown} is denied")))?)
    }
}

impl IpList {
    fn lets_through(&self, address: IpAddr) -> bool {
        let range = self.ranges.iter().find(|(range, _)| range.contains(address));
        range.map_or(self.lets_others_through, |(_, allows)| *allows)
    }

    /// The client's address. None if it is not known.
    fn address(&self, exchange: &Exchange) -> Option<IpAddr> {
        let connected = exchange.source_address()?.ip().to_canonical();
        let Some((header, trusted)) = &self.forwarded else { return Some(connected) };
        let is_trusted = |address: IpAddr| trusted.iter().any(|range| range.contains(address));
        let mut address = connected;
        let mut before = exchange.request().list(header);
        while is_trusted(address) {
            let Some(text) = before.pop() else { break };
            address = range::parse_forwarded(&text)?;
        }
        Some(address)
    }
}

fn ranges(setting: &str, texts: &[String]) -> Result<Vec<Range>, String> {
    let range =
        |text: &String| Range::parse(text).map_err(|problem| format!("`{setting}` has `{text}`: {problem}"));
    texts.iter().map(range).collect()
}

#[cfg(test)]
mod tests;

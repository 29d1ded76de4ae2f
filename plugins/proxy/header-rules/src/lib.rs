//! Sets, adds and removes headers of requests and responses.
//!
//! ```toml
//! [[filter.header-rules.settings.rules]]
//! request.set = { x-forwarded-host = "%{host}" }
//! request.remove = ["x-internal"]
//! response.set = { strict-transport-security = "max-age=31536000" }
//! response.remove = ["server"]
//!
//! [[filter.header-rules.settings.rules]]
//! host = "*.example.org"
//! path = "/api/"
//! method = ["POST", "PUT"]
//! response.add = { vary = "accept" }
//! ```
//!
//! All rules that match a request apply, in order; within one, headers are removed, then set, then added. `path` is what a path begins
//! with, `host` a name without the port, or `*.` and what it ends with.
//!
//! | in a value | becomes |
//! |---|---|
//! | `%{host}`, `%{method}`, `%{path}`, `%{scheme}` | what the client asked for; the path has its query |
//! | `%{source}` | the client's address, without the port |
//! | `%{header NAME}` | a header of the request, as it is when the rule applies; empty without one |
//!
//! A header that the proxy refuses, for example because the message would be too large, is left out, and logged.

mod rule;
mod template;

use rule::Rule;
use serde::Deserialize;
use witdock_proxy_guest::{Action, Callbacks, HttpFilter, Result, Stream};

witdock_proxy_guest::export!(HeaderRules);

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    rules: Vec<rule::Settings>,
}

/// The filter.
#[derive(Debug)]
pub struct HeaderRules {
    rules: Vec<Rule>,
    has_response_rules: bool,
}

/// The rules that match a request, by their places.
#[derive(Debug, Default)]
pub struct Matching(Vec<usize>);

impl HttpFilter for HeaderRules {
    type Settings = Settings;
    type State = Matching;

    fn configure(settings: Settings) -> Result<Self, String> {
        let rule =
            |(at, settings)| Rule::new(settings).map_err(|problem| format!("rule {}: {problem}", at + 1));
        let rules = settings.rules.into_iter().enumerate().map(rule).collect::<Result<Vec<_>, _>>()?;
        let has_response_rules = rules.iter().any(|rule| !rule.response.is_empty());
        Ok(Self { rules, has_response_rules })
    }

    fn on_request_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        // What decides is the client's request, not what earlier rules make of it.
        let places = rule::matching(&self.rules, &stream.request());
        for place in &places {
            if let Some(rule) = self.rules.get(*place) {
                rule.request.apply(&stream.request(), stream);
            }
        }
        if !self.has_response_rules || places.is_empty() {
            stream.ignore(Callbacks::RESPONSE_HEADERS);
        }
        stream.state = Matching(places);
        Ok(Action::Proceed)
    }

    fn on_response_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        for rule in stream.state.0.iter().filter_map(|place| self.rules.get(*place)) {
            rule.response.apply(&stream.response(), stream);
        }
        Ok(Action::Proceed)
    }
}

#[cfg(test)]
mod tests;

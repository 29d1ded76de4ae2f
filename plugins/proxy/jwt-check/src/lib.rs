//! Lets requests through that have a valid JSON Web Token (RFC 7519), in `authorization: Bearer`.
//!
//! ```toml
//! [filter.jwt-check.settings]
//! issuer = "https://login.example.org/"
//! audience = ["api"]
//! algorithms = ["RS256", "ES256", "EdDSA"]  # the default
//! leeway_seconds = 60
//! except = ["/health"]                      # paths that need no token
//! claims = { sub = "x-user", scope = "x-scope" }
//! optional = false                          # true: requests without a token pass, without these headers
//!
//! [filter.jwt-check.settings.jwks]
//! cluster = "login"
//! path = "/.well-known/jwks.json"
//! authority = "login.example.org"
//! fresh_seconds = 300
//! ```
//!
//! Keys are a JWK set (RFC 7517) that is fetched from a cluster and kept in shared data, for all threads and over reloads. It is fetched
//! anew when it is older than `fresh_seconds`, or when a token names a key that is not in it, at most every 10 seconds; meanwhile the request
//! waits. If it cannot be fetched, an older one goes on to be used; without one, the answer is 503. In place of `jwks`, `keys` has a JWK set in the
//! settings: `keys = { keys = [{ kty = "oct", k = "…", alg = "HS256" }] }`. `HS256` has to be among the `algorithms`, and is for `keys` alone.
//!
//! A token needs `exp`, and counts until then; `nbf`, `iss` and `aud` are checked. An algorithm has to be one of `algorithms` and the key's own, so `none`
//! is no algorithm. `claims` become headers for the upstream, as text or JSON; headers of these names that clients send are removed.
//! Others get 401 with `www-authenticate` (RFC 6750).

mod claims;
mod keys;
mod token;

use claims::Expected;
use keys::{Keys, Source};
use serde::Deserialize;
use std::collections::BTreeMap;
use token::Token;
use witdock_proxy_guest::metrics::Counter;
use witdock_proxy_guest::{Action, Exchange, HttpFilter, Response, Result, Side, Stream};

witdock_proxy_guest::export!(JwtCheck);

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    issuer: Option<String>,
    #[serde(default)]
    audience: Vec<String>,
    #[serde(default = "algorithms")]
    algorithms: Vec<token::Algorithm>,
    #[serde(default = "leeway_seconds")]
    leeway_seconds: u64,
    #[serde(default)]
    except: Vec<String>,
    #[serde(default)]
    claims: BTreeMap<String, String>,
    #[serde(default)]
    optional: bool,
    jwks: Option<keys::Jwks>,
    keys: Option<keys::JwkSet>,
}

fn algorithms() -> Vec<token::Algorithm> {
    vec![token::Algorithm::RS256, token::Algorithm::ES256, token::Algorithm::EdDSA]
}

fn leeway_seconds() -> u64 {
    60
}

/// The filter.
#[derive(Debug)]
pub struct JwtCheck {
    keys: Keys,
    algorithms: Vec<token::Algorithm>,
    expected: Expected,
    except: Vec<String>,
    /// Claims, and the headers that they become.
    headers: Vec<(String, String)>,
    optional: bool,
    refused: Counter,
}

impl HttpFilter for JwtCheck {
    type Settings = Settings;
    type State = ();

    fn configure(settings: Settings) -> Result<Self, String> {
        let Settings { issuer, audience, algorithms, leeway_seconds, except, claims, optional, jwks, keys } =
            settings;
        if algorithms.is_empty() {
            return Err(
                "`algorithms` is empty: expected one or more of RS256, ES256, EdDSA, HS256".to_owned()
            );
        }
        if let Some(path) = except.iter().find(|path| !path.starts_with('/')) {
            return Err(format!("`except` has `{path}`: expected what a path begins with, from its `/` on"));
        }
        let source = match (jwks, keys) {
            (Some(jwks), None) if jwks.path.starts_with('/') => Source::Cluster(jwks),
            (Some(jwks), None) => {
                return Err(format!("`jwks.path` is `{}`: expected its `/` first", jwks.path));
            }
            (None, Some(keys)) => Source::Settings(keys),
            _ => {
                return Err(
                    "expected either `jwks`, a cluster that has keys, or `keys` themselves".to_owned()
                );
            }
        };
        let keys = Keys::new(source)?;
        let expected = Expected { issuer, audience, leeway_seconds };
        let headers =
            claims.into_iter().map(|(claim, header)| (claim, header.to_ascii_lowercase())).collect();
        let refused = Counter::new("refused");
        Ok(Self { keys, algorithms, expected, except, headers, optional, refused })
    }

    fn on_request_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        let request = stream.request();
        for (_, header) in &self.headers {
            request.remove(header)?;
        }
        let path = request.path();
        if self.except.iter().any(|begin| path.starts_with(begin)) {
            return Ok(Action::Proceed);
        }
        let given = request.get_all("authorization");
        let token = match given.as_slice() {
            [] if self.optional => return Ok(Action::Proceed),
            [] => return self.refuse(stream, Refusal::NoToken),
            [value] => bearer(value),
            _ => None,
        };
        let token = token.and_then(|text| Token::parse(&text));
        let Some(token) = token.filter(|token| self.algorithms.contains(&token.algorithm)) else {
            return self.refuse(
                stream,
                Refusal::Token("it is malformed, or its algorithm is not allowed".to_owned()),
            );
        };
        let now = stream.time().as_secs();
        if !self.keys.must_be_fetched(&token, now) {
            return self.decide(stream, &token);
        }
        let call = self.keys.call();
        stream.call(call, move |filter, stream, outcome| {
            let now = stream.time().as_secs();
            match filter.keys.fetched(outcome, now) {
                Ok(()) => drop(filter.decide_after_call(stream, &token)?),
                Err(why) => drop(filter.refuse(stream, Refusal::NoKeys(why))?),
            }
            Ok(())
        })?;
        Ok(Action::Pause)
    }
}

/// Why a request is refused.
#[derive(Debug)]
enum Refusal {
    NoToken,
    Token(String),
    NoKeys(String),
}

impl JwtCheck {
    fn decide_after_call(&mut self, stream: &mut Stream<Self>, token: &Token) -> Result<Action> {
        let action = self.decide(stream, token)?;
        if action == Action::Proceed {
            stream.resume(Side::Request);
        }
        Ok(action)
    }

    /// Checks a token with the keys that there are.
    fn decide(&mut self, stream: &Stream<Self>, token: &Token) -> Result<Action> {
        let now = stream.time().as_secs();
        let checked = match self.keys.verify(token) {
            true => self.expected.check(&token.claims, now),
            false => Err("its signature is not one of a known key".to_owned()),
        };
        if let Err(why) = checked {
            return self.refuse(stream, Refusal::Token(why));
        }
        for (claim, header) in &self.headers {
            if let Some(value) = token.claims.get(claim) {
                stream.request().set(header, claims::shown(value))?;
            }
        }
        Ok(Action::Proceed)
    }

    fn refuse(&mut self, exchange: &Exchange, refusal: Refusal) -> Result<Action> {
        self.refused.add(1);
        let (status, challenge, text) = match refusal {
            Refusal::NoToken => (401, Some("Bearer".to_owned()), "a token is missing".to_owned()),
            Refusal::Token(why) => {
                let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{why}\"");
                (401, Some(challenge), format!("the token is invalid: {why}"))
            }
            Refusal::NoKeys(why) => (503, None, format!("tokens cannot be checked: {why}")),
        };
        let mut response = Response::new(status).header("content-type", "text/plain; charset=utf-8");
        if let Some(challenge) = challenge {
            response = response.header("www-authenticate", challenge);
        }
        // Why keys cannot be fetched is the operator's business.
        let body = if status == 503 {
            "tokens cannot be checked at present\n".to_owned()
        } else {
            format!("{text}\n")
        };
        Ok(exchange.respond(response.body(body).details(text))?)
    }
}

/// The token of an `authorization` header.
fn bearer(value: &[u8]) -> Option<String> {
    let value = std::str::from_utf8(value).ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

#[cfg(test)]
mod tests;

//! Requests by HTTP that a plugin may make.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{InvalidCapability, NetworkHost};

/// Requests to one host, with some methods or all.
///
/// As text it is the methods, a scheme and a host: `GET https://example.org`, `GET,HEAD http://192.0.2.1:8080`,
/// `https://example.org`. Without methods, all are meant, but `CONNECT`, which is never allowed. Without a port, it is the scheme's own; `*`
/// stands for all ports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpAccess {
    host: NetworkHost,
    scheme: HttpScheme,
    /// `None` for all methods.
    methods: Option<BTreeSet<String>>,
}

/// The scheme of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HttpScheme {
    /// Without encryption, by default on port 80.
    Http,
    /// With TLS, by default on port 443.
    Https,
}

impl HttpScheme {
    /// The port of a URL without one.
    pub fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl fmt::Display for HttpScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

/// The longest method.
const LONGEST_METHOD: usize = 32;

impl HttpAccess {
    /// The host and its port.
    pub fn host(&self) -> &NetworkHost {
        &self.host
    }

    /// The scheme.
    pub fn scheme(&self) -> HttpScheme {
        self.scheme
    }

    /// The methods, or `None` for all.
    pub fn methods(&self) -> Option<&BTreeSet<String>> {
        self.methods.as_ref()
    }

    /// Whether a grant of this one allows all requests of the other.
    pub fn covers(&self, wanted: &Self) -> bool {
        let has_methods = match (&self.methods, &wanted.methods) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(granted), Some(wanted)) => granted.is_superset(wanted),
        };
        self.scheme == wanted.scheme && self.host.covers(&wanted.host) && has_methods
    }

    /// Whether there is a request that both are about.
    pub fn overlaps(&self, other: &Self) -> bool {
        let has_method = match (&self.methods, &other.methods) {
            (Some(one), Some(other)) => !one.is_disjoint(other),
            _ => true,
        };
        let is_host = self.host.covers(&other.host) || other.host.covers(&self.host);
        self.scheme == other.scheme && is_host && has_method
    }

    /// Whether a grant of this one allows a request.
    #[cfg(feature = "http")]
    pub(crate) fn allows(&self, scheme: HttpScheme, host: &NetworkHost, method: &str) -> bool {
        let has_method = self.methods.as_ref().is_none_or(|methods| methods.contains(method));
        self.scheme == scheme && self.host.covers(host) && has_method
    }
}

impl fmt::Display for HttpAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(methods) = &self.methods {
            for (n, method) in methods.iter().enumerate() {
                write!(f, "{}{method}", if n == 0 { "" } else { "," })?;
            }
            f.write_str(" ")?;
        }
        write!(f, "{}://", self.scheme)?;
        self.host.fmt_in_url(f, self.scheme.port())
    }
}

impl FromStr for HttpAccess {
    type Err = InvalidCapability;

    fn from_str(text: &str) -> Result<Self, InvalidCapability> {
        parse(text).map_err(|reason| {
            InvalidCapability(format!("`{}` is not a grant of HTTP requests: {reason}", text.escape_debug()))
        })
    }
}

fn parse(text: &str) -> Result<HttpAccess, String> {
    let (methods, url) = match text.split_once(' ') {
        Some((methods, url)) => (Some(parse_methods(methods)?), url),
        None => (None, text),
    };
    let (scheme, host) = url
        .split_once("://")
        .ok_or("write a scheme, a host and a port if it has one, as in \"GET https://example.org:8443\"")?;
    let scheme = match scheme {
        "http" => HttpScheme::Http,
        "https" => HttpScheme::Https,
        other => return Err(format!("unknown scheme `{}`; write `http` or `https`", other.escape_debug())),
    };
    let host = host.strip_suffix('/').unwrap_or(host);
    if host.contains(['/', '?', '#']) {
        return Err("remove the path: a grant is for a host".to_owned());
    }
    if host.contains('@') {
        return Err("remove the name and password before `@`".to_owned());
    }
    let host = NetworkHost::of_url(host, scheme.port())?;
    Ok(HttpAccess { host, scheme, methods })
}

fn parse_methods(text: &str) -> Result<BTreeSet<String>, String> {
    let methods = text.split(',').map(|method| {
        let is_method = |c: char| c.is_ascii_uppercase() || c == '-';
        if method.is_empty() || method.len() > LONGEST_METHOD || !method.chars().all(is_method) {
            return Err(format!(
                "`{}` is not a method; write them in capitals with commas between them, as in \"GET,POST\"",
                method.escape_debug()
            ));
        }
        match method {
            "CONNECT" => Err("`CONNECT` is a connection and no request; request it as `network`".to_owned()),
            method => Ok(method.to_owned()),
        }
    });
    methods.collect()
}

impl Serialize for HttpAccess {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HttpAccess {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(text: &str) -> HttpAccess {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn parses_requests_and_formats_them_in_one_form() {
        for (text, formatted) in [
            ("https://example.org", "https://example.org"),
            ("https://Example.org:443/", "https://example.org"),
            ("http://example.org:443", "http://example.org:443"),
            ("http://example.org:80", "http://example.org"),
            ("https://example.org:*", "https://example.org:*"),
            ("POST,GET,GET https://example.org", "GET,POST https://example.org"),
            ("https://192.0.2.1:8443", "https://192.0.2.1:8443"),
            ("http://[2001:DB8::1]", "http://[2001:db8::1]"),
            ("http://[2001:db8::1]:*", "http://[2001:db8::1]:*"),
            ("http://[2001:db8::1]:8080", "http://[2001:db8::1]:8080"),
        ] {
            assert_eq!(access(text).to_string(), formatted);
            assert_eq!(access(formatted), access(text));
        }
    }

    #[test]
    fn explains_invalid_requests() {
        for (text, words) in [
            ("example.org", "write a scheme"),
            ("ftp://example.org", "unknown scheme `ftp`"),
            ("https://example.org/v1", "remove the path"),
            ("https://example.org?x", "remove the path"),
            ("https://user:word@example.org", "before `@`"),
            ("https://", "the name is missing"),
            ("https://*.example.org", "list each host"),
            ("https://2001:db8::1", "in brackets"),
            ("get https://example.org", "`get` is not a method"),
            ("GET, https://example.org", "`` is not a method"),
            ("CONNECT https://example.org", "request it as `network`"),
            ("GET  https://example.org", "unknown scheme"),
        ] {
            let error = text.parse::<HttpAccess>().unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn a_grant_covers_fewer_methods_and_ports() {
        let covers = |one: &str, other: &str| access(one).covers(&access(other));
        assert!(covers("https://a.org", "GET https://a.org"));
        assert!(covers("GET,POST https://a.org:*", "GET https://a.org:8443"));
        for (one, other) in [
            ("GET https://a.org", "https://a.org"),
            ("GET https://a.org", "GET,POST https://a.org"),
            ("https://a.org", "http://a.org"),
            ("https://a.org", "https://a.org:8443"),
            ("https://a.org", "https://a.org:*"),
            ("https://a.org", "https://www.a.org"),
        ] {
            assert!(!covers(one, other), "{one} {other}");
        }
        let overlaps = |one: &str, other: &str| access(one).overlaps(&access(other));
        assert!(overlaps("GET,PUT https://a.org:*", "GET,POST https://a.org"));
        assert!(!overlaps("PUT https://a.org:*", "GET,POST https://a.org"));
        assert!(!overlaps("GET https://a.org", "GET https://a.org:8443"));
    }
}

use std::fmt;

use serde::Deserialize;

/// The hosts that a route serves: `example.org`, or `*.example.org` for all names below.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct HostPattern {
    name: String,
    below: bool,
}

impl HostPattern {
    /// Whether a host, without its port, is one of these.
    pub fn matches(&self, host: &str) -> bool {
        // A name with a dot at its end is the same name.
        let host = host.strip_suffix('.').unwrap_or(host);
        if !self.below {
            return host.eq_ignore_ascii_case(&self.name);
        }
        let Some(split) = host.len().checked_sub(self.name.len()) else { return false };
        let (Some(head), Some(tail)) = (host.get(..split), host.get(split..)) else { return false };
        tail.eq_ignore_ascii_case(&self.name) && head.len() > 1 && head.ends_with('.')
    }
}

impl TryFrom<String> for HostPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (name, below) = match text.strip_prefix("*.") {
            Some(name) => (name, true),
            None => (text.as_str(), false),
        };
        let inner = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let is_address = inner.is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok());
        let is_name = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
        if !(is_name || (is_address && !below)) {
            return Err(format!(
                "`{text}` is not a host; write a name without a port, such as example.org or *.example.org"
            ));
        }
        Ok(Self { name: name.to_ascii_lowercase(), below })
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.below { "*." } else { "" }, self.name)
    }
}

/// The paths that a route serves: `/health`, or `/api/*` for `/api/` and all below.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PathPattern {
    prefix: String,
    below: bool,
}

impl PathPattern {
    /// Whether a path is one of these. Upper and lower case differ, as RFC 3986 says.
    pub fn matches(&self, path: &str) -> bool {
        if self.below { path.starts_with(&self.prefix) } else { path == self.prefix }
    }

    /// The pattern without its `*`.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
}

impl TryFrom<String> for PathPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (prefix, below) = match text.strip_suffix('*') {
            Some(prefix) => (prefix, true),
            None => (text.as_str(), false),
        };
        if !prefix.starts_with('/') || prefix.contains(['*', '?', '#']) {
            return Err(format!(
                "`{text}` is not a path; write it with / first and * only at its end, such as /health or /api/*"
            ));
        }
        Ok(Self { prefix: prefix.to_owned(), below })
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.prefix, if self.below { "*" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_match_by_name_and_below() {
        for (pattern, host, matches) in [
            ("example.org", "example.org", true),
            ("example.org", "EXAMPLE.org.", true),
            ("example.org", "www.example.org", false),
            ("*.example.org", "www.example.org", true),
            ("*.example.org", "a.b.example.org", true),
            ("*.example.org", "example.org", false),
            ("*.example.org", ".example.org", false),
            ("*.example.org", "badexample.org", false),
            ("*.example.org", "éexample.org", false),
            ("[::1]", "[::1]", true),
        ] {
            let pattern = HostPattern::try_from(pattern.to_owned()).unwrap();
            assert_eq!(pattern.matches(host), matches, "{pattern} {host}");
        }
        for text in ["", "*", "example.org:80", "*.[::1]", "a b", "http://x"] {
            assert!(HostPattern::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn paths_match_whole_or_below() {
        for (pattern, path, matches) in [
            ("/api/*", "/api/", true),
            ("/api/*", "/api/x", true),
            ("/api/*", "/api", false),
            ("/api", "/api/", false),
            ("/*", "/", true),
            ("/Api", "/api", false),
        ] {
            let pattern = PathPattern::try_from(pattern.to_owned()).unwrap();
            assert_eq!(pattern.matches(path), matches, "{pattern} {path}");
        }
        for text in ["", "api", "*", "/a*b", "/a?b"] {
            assert!(PathPattern::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}

use std::fmt;

use serde::Deserialize;

/// A server of a cluster: `http://127.0.0.1:9001`, `https://api.example.org`, or `127.0.0.1:5432` for plain TCP.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Endpoint {
    /// The name or address, and the port.
    pub target: Target,
    /// Whether the connection is encrypted.
    pub tls: bool,
}

impl TryFrom<String> for Endpoint {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (tls, rest, port) = match text.split_once("://") {
            Some(("http", rest)) => (false, rest, Some(80)),
            Some(("https", rest)) => (true, rest, Some(443)),
            Some(("tcp", rest)) => (false, rest, None),
            Some((scheme, _)) => {
                return Err(format!("unknown scheme `{scheme}`; use http, https or tcp"));
            }
            None => (false, text.as_str(), None),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let target = Target::parse(rest, port).ok_or_else(|| {
            format!("`{text}` is not a server; write for example http://127.0.0.1:9001, without a path")
        })?;
        Ok(Self { target, tls })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.tls { "https" } else { "http" }, self.target)
    }
}

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Target {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Target {
    /// Reads `host:port`. Without a port it is the default one, if there is one.
    pub fn parse(text: &str, default_port: Option<u16>) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']')?;
                host.parse::<std::net::Ipv6Addr>().ok()?;
                (host, port)
            }
            None => {
                let (host, port) = match text.find(':') {
                    Some(colon) => (text.get(..colon)?, text.get(colon..)?),
                    None => (text, ""),
                };
                let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
                if host.is_empty() || !host.bytes().all(is_name) {
                    return None;
                }
                (host, port)
            }
        };
        let port = match port.strip_prefix(':') {
            Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => port.parse().ok()?,
            Some(_) => return None,
            None if port.is_empty() => default_port?,
            None => return None,
        };
        (port != 0).then(|| Self { host: host.to_ascii_lowercase(), port })
    }
}

impl TryFrom<String> for Target {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text, None)
            .ok_or_else(|| format!("`{text}` is not a target; write HOST:PORT, for example db.internal:5432"))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read() {
        for (text, shown) in [
            ("http://127.0.0.1:9001", "http://127.0.0.1:9001"),
            ("http://Example.org/", "http://example.org:80"),
            ("https://[::1]", "https://[::1]:443"),
            ("db:5432", "http://db:5432"),
        ] {
            assert_eq!(Endpoint::try_from(text.to_owned()).unwrap().to_string(), shown);
        }
        for text in [
            "",
            "db",
            "http://",
            "http://a/b",
            "ftp://a",
            "http://u@a",
            "http://a:0",
            "http://a:+1",
            "[::1",
            "::1",
        ] {
            assert!(Endpoint::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}

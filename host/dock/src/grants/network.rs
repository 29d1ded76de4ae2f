//! A host on the network.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::InvalidCapability;

/// A host on the network, with one port or all of them.
///
/// As text it is a name or an address, and a port after a colon: `example.org`, `example.org:443`, `192.0.2.1:53`,
/// `[2001:db8::1]:443`, `2001:db8::1`. Without a port, or with `*` for it, all ports are meant. Names compare without case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NetworkHost {
    host: Host,
    /// `None` for all ports.
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Host {
    /// In lower case, without a trailing dot.
    Name(String),
    /// Never an IPv4-mapped IPv6 address: that is stored as IPv4.
    Address(IpAddr),
}

impl NetworkHost {
    /// The port, or `None` for all ports.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether a grant of this one allows connections to the other.
    pub fn covers(&self, wanted: &Self) -> bool {
        self.host == wanted.host && (self.port.is_none() || self.port == wanted.port)
    }

    /// Whether the socket address is this host's. A name is looked up for each connection, since its addresses change.
    pub(crate) async fn has(&self, address: SocketAddr) -> bool {
        if self.port.is_some_and(|port| port != address.port()) {
            return false;
        }
        let wanted = address.ip().to_canonical();
        match &self.host {
            Host::Address(own) => *own == wanted,
            Host::Name(name) => {
                let name = name.clone();
                let lookup = tokio::task::spawn_blocking(move || {
                    let found = std::net::ToSocketAddrs::to_socket_addrs(&(name.as_str(), 0));
                    found.map(|mut found| found.any(|found| found.ip().to_canonical() == wanted))
                });
                matches!(lookup.await, Ok(Ok(true)))
            }
        }
    }
}

impl fmt::Display for NetworkHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.host, self.port) {
            (Host::Address(IpAddr::V6(address)), Some(port)) => write!(f, "[{address}]:{port}"),
            (Host::Address(address), Some(port)) => write!(f, "{address}:{port}"),
            (Host::Address(address), None) => address.fmt(f),
            (Host::Name(name), Some(port)) => write!(f, "{name}:{port}"),
            (Host::Name(name), None) => f.write_str(name),
        }
    }
}

impl FromStr for NetworkHost {
    type Err = InvalidCapability;

    fn from_str(text: &str) -> Result<Self, InvalidCapability> {
        parse(text).map_err(|reason| {
            InvalidCapability(format!("`{}` is not a network host: {reason}", text.escape_debug()))
        })
    }
}

fn parse(text: &str) -> Result<NetworkHost, String> {
    if let Some((scheme, rest)) = text.split_once("://") {
        let host = rest.split('/').next().unwrap_or(rest);
        return Err(format!("remove `{scheme}://` and the path: write \"{host}\""));
    }
    // An IPv6 address has colons of its own.
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Ok(NetworkHost { host: Host::Address(IpAddr::V6(address).to_canonical()), port: None });
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest.split_once(']').ok_or("a `]` is missing after the IPv6 address")?;
        let address: Ipv6Addr = address.parse().map_err(|_| format!("`{address}` is not an IPv6 address"))?;
        let port = match (rest, rest.strip_prefix(':')) {
            ("", _) => None,
            (_, Some(port)) => parse_port(port)?,
            _ => return Err("only a colon and a port may follow the `]`".to_owned()),
        };
        return Ok(NetworkHost { host: Host::Address(IpAddr::V6(address).to_canonical()), port });
    }
    let (host, port) = match text.split_once(':') {
        Some((_, port)) if port.contains(':') => {
            return Err(
                "write an IPv6 address with a port in brackets, as in \"[2001:db8::1]:443\"".to_owned()
            );
        }
        Some((host, port)) => (host, parse_port(port)?),
        None => (text, None),
    };
    Ok(NetworkHost { host: parse_host(host)?, port })
}

fn parse_port(text: &str) -> Result<Option<u16>, String> {
    if text == "*" {
        return Ok(None);
    }
    let is_number = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    match text.parse::<u16>() {
        Ok(port) if is_number && port > 0 => Ok(Some(port)),
        _ => Err(format!("`{text}` is not a port: write a number from 1 to 65535, or `*` for all ports")),
    }
}

/// Longest name and label that DNS has.
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

fn parse_host(text: &str) -> Result<Host, String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(Host::Address(address));
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    if name.is_empty() {
        return Err("the name is missing: write it as in \"example.org:443\"".to_owned());
    }
    if name.contains('*') {
        return Err("a name cannot have `*`: list each host".to_owned());
    }
    if name.contains('/') {
        return Err("write the host alone, without a path".to_owned());
    }
    if !name.is_ascii() {
        return Err("write the name in its ASCII form, which begins with `xn--`".to_owned());
    }
    if name.len() > LONGEST_NAME {
        return Err(format!("a name has at most {LONGEST_NAME} characters"));
    }
    for label in name.split('.') {
        let is_label = !label.is_empty()
            && label.len() <= LONGEST_LABEL
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !is_label {
            return Err(format!(
                "`{}` is not a valid part of a name: write 1 to {LONGEST_LABEL} letters, digits and `-` between dots",
                label.escape_debug()
            ));
        }
    }
    // A resolver would parse it as an address.
    if name.rsplit('.').next().is_some_and(|label| label.chars().all(|c| c.is_ascii_digit())) {
        return Err("an IPv4 address has four numbers from 0 to 255, as in \"192.0.2.1\"".to_owned());
    }
    Ok(Host::Name(name.to_ascii_lowercase()))
}

impl Serialize for NetworkHost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NetworkHost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> NetworkHost {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn parses_hosts_and_formats_them_in_one_form() {
        for (text, formatted) in [
            ("example.org", "example.org"),
            ("Example.ORG.", "example.org"),
            ("example.org:443", "example.org:443"),
            ("example.org:*", "example.org"),
            ("localhost:1", "localhost:1"),
            ("my_host-2:65535", "my_host-2:65535"),
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:53", "192.0.2.1:53"),
            ("2001:DB8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "[2001:db8::1]:443"),
            ("[2001:db8::1]:*", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(host(text).to_string(), formatted);
            assert_eq!(host(formatted), host(text));
        }
    }

    #[test]
    fn explains_invalid_hosts() {
        for (text, words) in [
            ("", "the name is missing"),
            (":443", "the name is missing"),
            ("https://example.org/path", "remove `https://` and the path: write \"example.org\""),
            ("example.org/path", "without a path"),
            ("example.org:", "`` is not a port"),
            ("example.org:0", "`0` is not a port: write a number from 1 to 65535, or `*` for all ports"),
            ("example.org:65536", "is not a port"),
            ("example.org:+1", "is not a port"),
            ("example.org:http", "is not a port"),
            ("*.example.org", "list each host"),
            ("256.0.0.1", "four numbers"),
            ("1.2.3", "four numbers"),
            ("a..b", "`` is not a valid part"),
            ("-a.org", "`-a` is not a valid part"),
            ("a b", "`a b` is not a valid part"),
            ("münchen.de", "xn--"),
            ("[::1", "`]` is missing"),
            ("[::1]443", "follow the `]`"),
            ("[example.org]:1", "is not an IPv6 address"),
            ("2001:db8::1:443:x", "in brackets"),
        ] {
            let error = text.parse::<NetworkHost>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` is not a network host: ")), "{error}");
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn a_host_without_a_port_covers_all_of_its_ports() {
        assert!(host("example.org").covers(&host("Example.org:443")));
        assert!(host("example.org:*").covers(&host("example.org")));
        assert!(host("example.org:443").covers(&host("example.org:443")));
        assert!(!host("example.org:443").covers(&host("example.org")));
        assert!(!host("example.org:443").covers(&host("example.org:80")));
        assert!(!host("example.org").covers(&host("www.example.org")));
        assert!(host("::1").covers(&host("[::1]:80")));
        assert!(!host("localhost").covers(&host("127.0.0.1")));
    }

    #[tokio::test]
    async fn compares_addresses_in_canonical_form() {
        let has = async |text: &str, address: &str| host(text).has(address.parse().unwrap()).await;
        assert!(has("127.0.0.1", "127.0.0.1:80").await);
        assert!(has("127.0.0.1:80", "[::ffff:127.0.0.1]:80").await);
        assert!(has("[0:0::1]:80", "[::1]:80").await);
        assert!(!has("127.0.0.1:80", "127.0.0.1:81").await);
        assert!(!has("127.0.0.1", "127.0.0.2:80").await);
        assert!(has("localhost", "127.0.0.1:80").await, "a bare name means any port");
        assert!(!has("localhost", "192.0.2.1:80").await);
        assert!(!has("localhost:81", "127.0.0.1:80").await);
    }
}

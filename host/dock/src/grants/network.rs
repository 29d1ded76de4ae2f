//! A host on the network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
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

    /// The host of a URL, which has a port of its own where it has none in the text.
    pub(super) fn of_url(text: &str, default_port: u16) -> Result<Self, String> {
        if text.parse::<Ipv6Addr>().is_ok() {
            return Err(format!("write an IPv6 address in brackets, as in \"[{text}]\""));
        }
        let Self { host, port } = parse(text)?;
        let is_all = text.ends_with(":*");
        Ok(Self { host, port: if is_all { None } else { Some(port.unwrap_or(default_port)) } })
    }

    /// One port of a host. Fails where the text is neither a name nor an address.
    #[cfg(feature = "http")]
    pub(crate) fn with_port(host: &str, port: u16) -> Result<Self, InvalidCapability> {
        let Self { host, .. } = host.parse()?;
        Ok(Self { host, port: Some(port) })
    }

    /// Formats it as [`of_url`](Self::of_url) reads it.
    pub(super) fn fmt_in_url(&self, f: &mut fmt::Formatter<'_>, default_port: u16) -> fmt::Result {
        match &self.host {
            Host::Address(IpAddr::V6(address)) => write!(f, "[{address}]")?,
            Host::Address(address) => write!(f, "{address}")?,
            Host::Name(name) => f.write_str(name)?,
        }
        match self.port {
            Some(port) if port == default_port => Ok(()),
            Some(port) => write!(f, ":{port}"),
            None => f.write_str(":*"),
        }
    }

    /// The name, in lower case and without a dot at its end, if the host is one.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.host {
            Host::Name(name) => Some(name),
            Host::Address(_) => None,
        }
    }

    /// The address in its canonical form, if the host is one.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        match self.host {
            Host::Address(address) => Some(address),
            Host::Name(_) => None,
        }
    }
}

/// Whether a name means the machine itself, by RFC 6761.
pub(crate) fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether an address is of the machine itself, of a network that is not the internet, or of no single machine. Services
/// there trust those who can reach them, so the grant of a name does not cover them.
pub(crate) fn is_internal(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_internal_v4(address),
        IpAddr::V6(address) => {
            let [first, second, third, ..] = address.segments();
            let [.., sixth, seventh] = address.segments();
            let embedded = |high: u16, low: u16| {
                let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
                Ipv4Addr::new(a, b, c, d)
            };
            address.is_unspecified()
                || address.is_loopback()
                || address.is_multicast()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                // Site-local, which some systems still know.
                || first & 0xffc0 == 0xfec0
                // Addresses that stand for one of IPv4: by NAT64 and 6to4, and the old form of compatible ones.
                || first == 0x64 && second == 0xff9b && is_internal_v4(embedded(sixth, seventh))
                || first == 0x2002 && is_internal_v4(embedded(second, third))
                || address.segments().iter().take(6).all(|part| *part == 0)
                    && is_internal_v4(embedded(sixth, seventh))
        }
    }
}

fn is_internal_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    first == 0
        || first >= 240
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        // Shared among the customers of a provider, by RFC 6598; clouds use it for services of their own.
        || first == 100 && second & 0xc0 == 64
        // Between test benches and of protocols, by RFC 2544 and RFC 6890.
        || first == 198 && second & 0xfe == 18
        || first == 192 && second == 0 && address.octets().get(2) == Some(&0)
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

    #[test]
    fn knows_the_addresses_that_are_not_of_the_internet() {
        for internal in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.1.2.3",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.168.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(is_internal(internal.parse().unwrap()), "{internal}");
        }
        for outside in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.32.0.1",
            "192.0.2.1",
            "192.167.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "2001:db8::1",
            "2002:101:101::",
            "2600::1",
            "64:ff9b::1.1.1.1",
            "::ffff:1.1.1.1",
        ] {
            assert!(!is_internal(outside.parse().unwrap()), "{outside}");
        }
        assert!(is_localhost("localhost") && is_localhost("app.localhost"));
        assert!(!is_localhost("localhost.org") && !is_localhost("mylocalhost"));
    }
}

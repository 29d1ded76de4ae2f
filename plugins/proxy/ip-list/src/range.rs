//! Ranges of addresses.

use std::net::{IpAddr, SocketAddr};

/// A range of addresses: those whose first bits are the same. Those of IPv4 are ranges of IPv6 (RFC 4291 section 2.5.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    first: u128,
    bits: u32,
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn mask(bits: u32) -> u128 {
    u128::MAX.checked_shl(128 - bits).unwrap_or(0)
}

impl Range {
    /// Parses `192.0.2.0/24`, `2001:db8::/32`, or one address.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| {
            "expected an address or a range, such as `192.0.2.0/24` or `2001:db8::/32`".to_owned()
        })?;
        let (most, offset) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let bits = match bits {
            None => most,
            Some(bits) => bits
                .parse()
                .ok()
                .filter(|bits| *bits <= most)
                .ok_or_else(|| format!("expected 0 to {most} bits after the `/`"))?,
        };
        let (first, bits) = (number(address), bits + offset);
        if first & !mask(bits) != 0 {
            return Err("the address has bits after those that count; set them to 0".to_owned());
        }
        Ok(Self { first, bits })
    }

    /// How many bits its addresses share.
    pub(crate) fn bits(self) -> u32 {
        self.bits
    }

    pub(crate) fn contains(self, address: IpAddr) -> bool {
        number(address) & mask(self.bits) == self.first
    }
}

/// Parses an address as proxies write it into `x-forwarded-for`: also with a port, or in brackets.
pub(crate) fn parse_forwarded(text: &str) -> Option<IpAddr> {
    let bare = text.trim().trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse().ok().or_else(|| Some(text.trim().parse::<SocketAddr>().ok()?.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

/// Whether a path is this one or below it: `/admin` has `/admin` and `/admin/x`, and not `/administration`. As upstreams see it:
/// `%61` is `a`, `//` is `/`, and `..` goes back.
pub(crate) fn is_below(path: &str, top: &str) -> bool {
    let (path, top) = (parts(path), parts(top));
    path.starts_with(&top)
}

fn parts(path: &str) -> Vec<String> {
    let decoded = decoded(path);
    let mut parts: Vec<String> = Vec::new();
    // Some upstreams take `\` for `/`.
    for part in decoded.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part.to_ascii_lowercase()),
        }
    }
    parts
}

fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let hex = |at: usize| after.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        rest = after;
        match (byte, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                rest = after.get(2..).unwrap_or_default();
            }
            _ => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

//! Maps as Proxy-Wasm has them in memory: a count, the lengths of all names and values, then all names and values, each ended by NUL.

use alloc::string::String;
use alloc::vec::Vec;

use crate::bindings::witdock::proxy::types::Header;

/// The limits of proxy-wasm-cpp-host.
const MOST_BYTES: usize = 1 << 20;
const MOST_PAIRS: usize = 1024;

pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// Reads pairs. What is malformed or too large is an empty map, as for Envoy.
pub(crate) fn decode(bytes: &[u8]) -> Vec<Pair> {
    try_decode(bytes).unwrap_or_default()
}

fn try_decode(bytes: &[u8]) -> Option<Vec<Pair>> {
    if bytes.len() > MOST_BYTES {
        return None;
    }
    let (count, mut lengths) = split_u32(bytes)?;
    if count > MOST_PAIRS {
        return None;
    }
    let mut texts = lengths.get(count * 8..)?;
    let mut pairs = Vec::with_capacity(count);
    for _ in 0..count {
        let (name_length, rest) = split_u32(lengths)?;
        let (value_length, rest) = split_u32(rest)?;
        lengths = rest;
        let (name, rest) = split_text(texts, name_length)?;
        let (value, rest) = split_text(rest, value_length)?;
        texts = rest;
        pairs.push((name, value));
    }
    Some(pairs)
}

fn split_u32(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*number) as usize, rest))
}

fn split_text(bytes: &[u8], length: usize) -> Option<(Vec<u8>, &[u8])> {
    let (text, rest) = bytes.split_at_checked(length)?;
    Some((text.to_vec(), rest.strip_prefix(b"\0")?))
}

pub(crate) fn encode(headers: &[Header]) -> Vec<u8> {
    let size: usize = headers.iter().map(|header| 10 + header.name.len() + header.value.len()).sum();
    let mut bytes = Vec::with_capacity(4 + size);
    let number = |bytes: &mut Vec<u8>, number: usize| bytes.extend_from_slice(&(number as u32).to_le_bytes());
    number(&mut bytes, headers.len());
    for header in headers {
        number(&mut bytes, header.name.len());
        number(&mut bytes, header.value.len());
    }
    for header in headers {
        bytes.extend_from_slice(header.name.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(&header.value);
        bytes.push(0);
    }
    bytes
}

/// Pairs as headers. None if a name is not text.
pub(crate) fn headers(bytes: &[u8]) -> Option<Vec<Header>> {
    decode(bytes).into_iter().map(|(name, value)| Some(Header { name: self::name(name)?, value })).collect()
}

/// A header's name, in lower case. None if it is not text.
pub(crate) fn name(mut bytes: Vec<u8>) -> Option<String> {
    bytes.make_ascii_lowercase();
    String::from_utf8(bytes).ok()
}

//! Headers in memory, with the proxy's rules for changing them.

use crate::{EditError, Header, Part};

/// Headers of one message, as many as the proxy allows.
const MOST_HEADERS: usize = 256;
/// Names and values of one message's headers, bytes.
const MOST_BYTES: usize = 64 << 10;

/// Headers that concern one connection, RFC 9110 section 7.6.1: the proxy's own.
const CONNECTION_HEADERS: [&str; 6] =
    ["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];

/// Checks a header of a message or a call; the error says what was found and expected.
pub(super) fn check(header: &Header) -> Result<(), String> {
    let Header { name, value } = header;
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let bare = name.strip_prefix(':').unwrap_or(name);
    if bare.is_empty() || !bare.bytes().all(token) {
        return Err(format!("`{}` is not a header's name", name.escape_debug()));
    }
    if CONNECTION_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(format!("`{name}` concerns one connection, which is the proxy's"));
    }
    if value.iter().any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f) {
        return Err(format!("the value of `{name}` has control characters"));
    }
    if name.eq_ignore_ascii_case("content-length")
        && (value.is_empty() || !value.iter().all(u8::is_ascii_digit))
    {
        return Err(format!("`{}` is not a length", value.escape_ascii()));
    }
    Ok(())
}

/// The pseudo-headers of a part.
fn pseudo(part: Part) -> &'static [&'static str] {
    match part {
        Part::RequestHeaders => &[":method", ":scheme", ":authority", ":path"],
        Part::ResponseHeaders => &[":status"],
        Part::RequestTrailers | Part::ResponseTrailers => &[],
    }
}

fn check_in(part: Part, header: &Header) -> Result<(), EditError> {
    let Header { name, value } = header;
    check(header).map_err(EditError::Invalid)?;
    if !name.starts_with(':') {
        return Ok(());
    }
    if !pseudo(part).contains(&name.as_str()) {
        return Err(EditError::Invalid(format!("unknown `{name}` in {part:?}")));
    }
    let text = std::str::from_utf8(value).unwrap_or_default();
    let is_valid = match name.as_str() {
        ":status" => text.len() == 3 && text.parse().is_ok_and(|status: u16| (200..600).contains(&status)),
        ":path" => (text.starts_with('/') || text == "*") && !text.contains(' '),
        ":scheme" => matches!(text, "http" | "https"),
        ":authority" => !text.is_empty() && !text.contains(['@', '/', ' ']),
        _ => !text.is_empty() && !text.contains(' '),
    };
    if !is_valid {
        return Err(EditError::Invalid(format!("`{}` is not valid as `{name}`", value.escape_ascii())));
    }
    Ok(())
}

fn room(headers: &[Header]) -> Result<(), EditError> {
    let bytes: usize = headers.iter().map(|header| header.name.len() + header.value.len()).sum();
    match (headers.len() > MOST_HEADERS, bytes > MOST_BYTES) {
        (true, _) => Err(EditError::TooLarge(MOST_HEADERS as u64)),
        (_, true) => Err(EditError::TooLarge(MOST_BYTES as u64)),
        _ => Ok(()),
    }
}

fn header(part: Part, name: &str, value: &[u8]) -> Result<Header, EditError> {
    let mut name = name.to_ascii_lowercase();
    if part == Part::RequestHeaders && name == "host" {
        name = ":authority".to_owned();
    }
    let header = Header { name, value: value.to_vec() };
    check_in(part, &header)?;
    Ok(header)
}

pub(super) fn set(headers: &mut Vec<Header>, part: Part, name: &str, value: &[u8]) -> Result<(), EditError> {
    let header = header(part, name, value)?;
    let mut changed = headers.clone();
    match changed.iter().position(|own| own.name == header.name) {
        Some(at) => {
            let mut index = 0;
            changed.retain(|own| {
                index += 1;
                index - 1 <= at || own.name != header.name
            });
            if let Some(own) = changed.get_mut(at) {
                *own = header;
            }
        }
        None => changed.push(header),
    }
    room(&changed)?;
    *headers = changed;
    Ok(())
}

pub(super) fn add(headers: &mut Vec<Header>, part: Part, name: &str, value: &[u8]) -> Result<(), EditError> {
    let header = header(part, name, value)?;
    if header.name.starts_with(':') || header.name == "content-length" {
        return Err(EditError::Invalid(format!("there is one `{name}` at most: set it")));
    }
    headers.push(header);
    room(headers).inspect_err(|_| drop(headers.pop()))
}

pub(super) fn remove(headers: &mut Vec<Header>, part: Part, name: &str) -> Result<(), EditError> {
    let name = header(part, name, b"0").map_or_else(|_| name.to_ascii_lowercase(), |header| header.name);
    if name.starts_with(':') {
        return Err(EditError::Invalid(format!("`{name}` cannot be removed")));
    }
    headers.retain(|own| own.name != name);
    Ok(())
}

pub(super) fn replace(headers: &mut Vec<Header>, part: Part, new: &[Header]) -> Result<(), EditError> {
    let new = new.iter().map(|own| header(part, &own.name, &own.value)).collect::<Result<Vec<_>, _>>()?;
    // What the first line has stays where it is not set.
    let mut changed: Vec<Header> = headers.iter().filter(|own| own.name.starts_with(':')).cloned().collect();
    for header in new {
        match changed.iter_mut().find(|own| header.name.starts_with(':') && own.name == header.name) {
            Some(own) => *own = header,
            None => changed.push(header),
        }
    }
    room(&changed)?;
    *headers = changed;
    Ok(())
}

//! A line of a log:
//!
//! ```text
//! 203.0.113.9 - ada [10/Oct/2023:13:55:36 -0700] "GET /a?b HTTP/1.1" 200 2326 "https://example.org/" "Mozilla/5.0"
//! ```
//!
//! The two strings at the end are part of Combined Log Format; Common Log Format ends with the size.

use std::borrow::Cow;
use witdock_etl_guest::{Date, OrReject, Reject, Row, Timestamp};

/// The line, which may be missing.
#[derive(Debug, Row)]
pub struct Line<'a> {
    line: Option<&'a str>,
}

/// The columns of a line.
#[derive(Debug, PartialEq, Row)]
pub struct Request<'a> {
    ip: &'a str,
    time: Timestamp,
    method: Cow<'a, str>,
    path: Cow<'a, str>,
    status: i32,
    bytes: Option<i64>,
    referrer: Option<Cow<'a, str>>,
    user_agent: Option<Cow<'a, str>>,
}

/// How many characters of an invalid text the message shows.
const SHOWN_CHARACTERS: usize = 60;

/// The parts of a line, as text.
struct Parts<'a> {
    ip: &'a str,
    time: &'a str,
    request: &'a str,
    status: &'a str,
    bytes: &'a str,
    /// Referrer and user agent.
    client: Option<(&'a str, &'a str)>,
}

impl<'a> Line<'a> {
    /// Parses the line.
    pub(crate) fn parse(&self) -> Result<Request<'a>, Reject> {
        let line = self.line.or_reject("not-a-log-line", "the line is missing")?;
        let parts = Parts::of(line)
            .or_reject("not-a-log-line", format_args!("`{}` is not a log line", Shown(line)))?;
        let time = timestamp(parts.time).or_reject(
            "bad-time",
            format_args!("`{}` is not a time such as 10/Oct/2023:13:55:36 -0700", Shown(parts.time)),
        )?;
        let (method, path) = request(parts.request).or_reject(
            "bad-request",
            format_args!("`{}` is not a request such as GET / HTTP/1.1", Shown(parts.request)),
        )?;
        let status = status(parts.status).or_reject(
            "bad-status",
            format_args!("`{}` is not a status from 100 to 599", Shown(parts.status)),
        )?;
        let bytes = match parts.bytes {
            "-" => None,
            text => Some(
                bytes(text)
                    .or_reject("bad-bytes", format_args!("`{}` is not a number of bytes", Shown(text)))?,
            ),
        };
        let (referrer, user_agent) = parts.client.unzip();
        Ok(Request {
            ip: parts.ip,
            time,
            method,
            path,
            status,
            bytes,
            referrer: referrer.and_then(present),
            user_agent: user_agent.and_then(present),
        })
    }
}

impl<'a> Parts<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let (ip, rest) = word(line)?;
        let (_identity, rest) = word(rest.strip_prefix(' ')?)?;
        let rest = rest.strip_prefix(' ')?;
        // The user is everything before the time, including blanks and brackets, and is not empty.
        let mut brackets = rest.match_indices(" [").filter(|(at, _)| *at > 0);
        brackets.find_map(|(at, bracket)| {
            rest.get(..at).filter(|user| !user.contains('\n'))?;
            Self::from_time(ip, rest.get(at + bracket.len()..)?)
        })
    }

    fn from_time(ip: &'a str, rest: &'a str) -> Option<Self> {
        let (time, rest) = rest.split_once(']')?;
        let (request, rest) = quoted(rest)?;
        let (status, rest) = word(rest.strip_prefix(' ')?)?;
        let (bytes, end) = word(rest.strip_prefix(' ')?)?;
        let client = quoted(end).and_then(|(referrer, rest)| {
            let (user_agent, rest) = quoted(rest)?;
            rest.trim().is_empty().then_some((referrer, user_agent))
        });
        (client.is_some() || end.trim().is_empty()).then_some(Self {
            ip,
            time,
            request,
            status,
            bytes,
            client,
        })
    }
}

/// The text before the next white space, and the rest.
fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(word, _)| !word.is_empty())
}

/// The text between quotes after a blank, still escaped, and the rest.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix(" \"")?;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            '\n' if escaped => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some((text.get(..at)?, text.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

/// A quoted text; a dash means null.
fn present(text: &str) -> Option<Cow<'_, str>> {
    (text != "-").then(|| unescaped(text))
}

/// Unescapes quotes and backslashes; other escapes are not changed.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(&next @ ('"' | '\\')) if character == '\\' => {
                plain.push(next);
                characters.next();
            }
            _ => plain.push(character),
        }
    }
    Cow::Owned(plain)
}

/// Method and path of a request such as `GET / HTTP/1.1`, whose end may be missing.
fn request(text: &str) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    fn split(text: &str) -> Option<(&str, &str)> {
        let (method, rest) = text.split_once(' ')?;
        let (path, end) = word(rest)?;
        let version = end.strip_prefix(" HTTP/").map(str::as_bytes);
        let whole = match version {
            None => end.is_empty(),
            Some([major]) => major.is_ascii_digit(),
            Some([major, b'.', minor]) => major.is_ascii_digit() && minor.is_ascii_digit(),
            Some(_) => false,
        };
        let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
        (is_method && whole).then_some((method, path))
    }
    match unescaped(text) {
        Cow::Borrowed(text) => split(text).map(|(method, path)| (method.into(), path.into())),
        Cow::Owned(text) => {
            split(&text).map(|(method, path)| (method.to_owned().into(), path.to_owned().into()))
        }
    }
}

fn status(text: &str) -> Option<i32> {
    let &[b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] = text.as_bytes() else { return None };
    text.parse().ok()
}

fn bytes(text: &str) -> Option<i64> {
    const DIGITS: usize = 18;
    let digits = text.len() <= DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// An instant such as `10/Oct/2023:13:55:36 -0700`.
fn timestamp(text: &str) -> Option<Timestamp> {
    const MONTHS: [&[u8; 3]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let &[
        d0,
        d1,
        b'/',
        m0,
        m1,
        m2,
        b'/',
        y0,
        y1,
        y2,
        y3,
        b':',
        h0,
        h1,
        b':',
        n0,
        n1,
        b':',
        s0,
        s1,
        b' ',
        sign,
        z0,
        z1,
        z2,
        z3,
    ] = text.as_bytes()
    else {
        return None;
    };
    let month = (1..).zip(MONTHS).find(|(_, name)| **name == [m0, m1, m2])?.0;
    let year = number([y0, y1, y2, y3])?;
    let date = Date::new(year.try_into().ok()?, month, number([d0, d1])?)?;
    let time = date.at(number([h0, h1])?, number([n0, n1])?, number([s0, s1])?)?;
    let (zone_hours, zone_minutes) = (number([z0, z1])?, number([z2, z3]).filter(|minutes| *minutes < 60)?);
    let east = i64::from(zone_hours * 60 + zone_minutes);
    match sign {
        b'+' => time.plus_minutes(-east),
        b'-' => time.plus_minutes(east),
        _ => None,
    }
}

fn number<const N: usize>(digits: [u8; N]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
}

/// The beginning of a text, for a message.
struct Shown<'a>(&'a str);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.char_indices().nth(SHOWN_CHARACTERS).and_then(|(end, _)| self.0.get(..end)) {
            Some(beginning) => write!(f, "{beginning}…"),
            None => f.write_str(self.0),
        }
    }
}

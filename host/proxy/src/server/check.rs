//! The rules of RFC 9110 and 9112 for a request's head that hyper leaves to its users.

use http::header::{self, HeaderMap};
use http::request::Parts;
use http::uri::{Authority, PathAndQuery};
use http::{Method, StatusCode, Uri, Version};

use crate::config::ListenerConfig;

/// A rule that a request breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) text: &'static str,
}

const fn bad(text: &'static str) -> Problem {
    Problem { status: StatusCode::BAD_REQUEST, text }
}

/// Checks a request's head, makes its target one form, and gives the host that it asks for.
pub(super) fn request(parts: &mut Parts, listener: &ListenerConfig) -> Result<Option<Authority>, Problem> {
    if parts.method == Method::TRACE {
        // It would show a client's page the credentials that proxies add.
        return Err(Problem { status: StatusCode::METHOD_NOT_ALLOWED, text: "TRACE is not allowed" });
    }
    // In HTTP/1 hyper sees to it.
    if parts.headers.get_all(header::CONTENT_LENGTH).iter().nth(1).is_some() {
        return Err(bad("the request has more than one `Content-Length`"));
    }
    let authority = authority(parts)?;
    if parts.method == Method::CONNECT {
        return Ok(authority);
    }
    if parts.uri.scheme().is_none() && parts.uri.authority().is_some() {
        return Err(bad("the target does not begin with /"));
    }
    if let Some(scheme) = parts.uri.scheme_str()
        && !matches!(scheme, "http" | "https")
    {
        return Err(bad("the scheme of the target is neither http nor https"));
    }
    let path = path(&parts.uri, &parts.method)?;
    let path = if listener.normalize_path { normalized(&path)? } else { path };
    // Only the path goes on: the host stands in `authority`, whichever way it came.
    parts.uri = Uri::from(path);
    match &authority {
        Some(authority) => {
            let value = authority.as_str().parse().map_err(|_| bad("the host is invalid"))?;
            parts.headers.insert(header::HOST, value);
        }
        None => {
            parts.headers.remove(header::HOST);
        }
    }
    Ok(authority)
}

/// The host: of the target if it has one, else of `Host`. Both have to be valid, and alike in HTTP/2.
fn authority(parts: &Parts) -> Result<Option<Authority>, Problem> {
    let host = host(&parts.headers)?;
    if let Some(authority) = parts.uri.authority() {
        check_authority(authority)?;
        if let Some(host) = &host
            && parts.version == Version::HTTP_2
            && host != authority
        {
            return Err(bad("`:authority` and `host` differ"));
        }
        return Ok(Some(authority.clone()));
    }
    match host {
        // Before HTTP/1.1, a request needed none.
        None if parts.version == Version::HTTP_10 => Ok(None),
        None => Err(bad("the request has no host")),
        Some(host) => Ok(Some(host)),
    }
}

fn host(headers: &HeaderMap) -> Result<Option<Authority>, Problem> {
    let mut values = headers.get_all(header::HOST).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(bad("the request has more than one `Host`"));
    }
    let authority = Authority::try_from(value.as_bytes()).map_err(|_| bad("`Host` is invalid"))?;
    check_authority(&authority)?;
    Ok(Some(authority))
}

fn check_authority(authority: &Authority) -> Result<(), Problem> {
    let text = authority.as_str();
    let port = text.rsplit_once(':').filter(|_| !text.ends_with(']')).map(|(_, port)| port);
    let valid = !authority.host().is_empty()
        && !text.contains('@')
        && port
            .is_none_or(|port| port.is_empty() || port.parse::<u16>().is_ok_and(|_| !port.starts_with('+')))
        && (text.starts_with('[') || authority.host().bytes().all(is_host_byte));
    if valid { Ok(()) } else { Err(bad("the host is invalid")) }
}

/// A byte of a name. What RFC 3986 allows besides is in no real host, and read differently by different servers.
fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~' | b'%')
}

fn path(uri: &Uri, method: &Method) -> Result<PathAndQuery, Problem> {
    match uri.path_and_query() {
        Some(path) if path.as_str() == "*" && *method != Method::OPTIONS => {
            Err(bad("only OPTIONS has the target `*`"))
        }
        Some(path) if path.as_str().starts_with('/') || path.as_str() == "*" => Ok(path.clone()),
        // `http://host?query`
        Some(path) if path.as_str().starts_with('?') => {
            PathAndQuery::try_from(format!("/{}", path.as_str())).map_err(|_| bad("the path is invalid"))
        }
        None => Ok(PathAndQuery::from_static("/")),
        Some(_) => Err(bad("the path does not begin with /")),
    }
}

/// A path with `.` and `..` resolved, also where they are written as `%2e`. One that leads above the root is refused.
fn normalized(path: &PathAndQuery) -> Result<PathAndQuery, Problem> {
    let text = path.path();
    if !text.contains("/.") && !text.contains("/%2") {
        return Ok(path.clone());
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = text.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
            "." | ".." => {
                if segment.len() != 1 && !matches!(segment, "%2e" | "%2E") && kept.pop().is_none() {
                    return Err(bad("the path leads above the root"));
                }
                if is_last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    let query = path.query().map(|query| format!("?{query}")).unwrap_or_default();
    PathAndQuery::try_from(format!("/{}{query}", kept.join("/"))).map_err(|_| bad("the path is invalid"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_resolved() {
        for (path, expected) in [
            ("/a/b", Some("/a/b")),
            ("/a/./b", Some("/a/b")),
            ("/a/../b?c=../d", Some("/b?c=../d")),
            ("/a/%2e%2E/b", Some("/b")),
            ("/a/%2e/b", Some("/a/b")),
            ("/a/.%2e", Some("/")),
            ("/a/b/..", Some("/a/")),
            ("/a//../b", Some("/a/b")),
            ("/.hidden/...", Some("/.hidden/...")),
            ("/..", None),
            ("/a/../../b", None),
        ] {
            let normal = normalized(&path.parse().unwrap()).ok();
            assert_eq!(normal.as_ref().map(PathAndQuery::as_str), expected, "{path}");
        }
    }

    #[test]
    fn hosts_are_checked() {
        for (host, valid) in [
            ("example.org", true),
            ("example.org:8080", true),
            ("[::1]:80", true),
            ("[::1]", true),
            ("", false),
            (":80", false),
            ("user@example.org", false),
            ("example.org:99999", false),
            ("example.org:x", false),
            ("a b", false),
            ("a/b", false),
            ("a,b", false),
            ("a;b", false),
        ] {
            let checked =
                Authority::try_from(host).ok().filter(|authority| check_authority(authority).is_ok());
            assert_eq!(checked.is_some(), valid, "{host}");
        }
    }
}

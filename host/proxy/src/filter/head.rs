//! The headers of a message as filters see them: the first line's parts are headers too.

use http::header::{CONTENT_LENGTH, HOST};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};

use super::bindings::witdock::proxy::types::{EditError, Header};
use super::limits::{MOST_HEADER_BYTES, MOST_HEADERS};

/// The headers of a request.
#[derive(Clone, Debug)]
pub(crate) struct RequestHead {
    pub(crate) method: Method,
    pub(crate) scheme: Scheme,
    /// From the request's target, or its `host`.
    pub(crate) authority: Option<Authority>,
    pub(crate) path: PathAndQuery,
    /// A `host` in it is hidden, in its place: `authority` is what counts.
    pub(crate) headers: HeaderMap,
}

/// The headers of a response.
#[derive(Clone, Debug)]
pub(crate) struct ResponseHead {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

/// A list of headers or trailers, to read.
#[derive(Clone, Copy)]
pub(crate) enum Fields<'a> {
    Request(&'a RequestHead),
    Response(&'a ResponseHead),
    Trailers(&'a HeaderMap),
}

/// A list of headers or trailers, to change.
pub(crate) enum FieldsMut<'a> {
    Request(&'a mut RequestHead),
    Response(&'a mut ResponseHead),
    Trailers(&'a mut HeaderMap),
}

fn invalid(text: String) -> EditError {
    EditError::Invalid(text)
}

fn shown(bytes: &[u8]) -> String {
    let mut text = bytes.escape_ascii().to_string();
    if text.len() > 60 {
        text.truncate(60);
        text.push('…');
    }
    text
}

fn is_length(bytes: &[u8]) -> bool {
    (1..=19).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit)
}

/// A header's name. Those that frame a message or concern one connection are the proxy's own.
pub(crate) fn name(text: &str) -> Result<HeaderName, EditError> {
    let name = HeaderName::from_bytes(text.as_bytes()).map_err(|_| {
        invalid(format!(
            "`{}` is not a header's name: letters, digits and `!#$%&'*+-.^_`|~` are allowed",
            shown(text.as_bytes())
        ))
    })?;
    if is_the_proxys(&name) {
        return Err(invalid(format!("`{name}` concerns one connection, which is the proxy's")));
    }
    Ok(name)
}

/// Headers that concern one connection, RFC 9110 section 7.6.1, and how a message is framed on it.
const CONNECTION_HEADERS: [&str; 6] =
    ["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];

fn is_the_proxys(name: &HeaderName) -> bool {
    CONNECTION_HEADERS.contains(&name.as_str())
}

fn is_the_proxys_name(text: &str) -> bool {
    CONNECTION_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(text))
}

pub(crate) fn value(name: &str, bytes: &[u8]) -> Result<HeaderValue, EditError> {
    if name.eq_ignore_ascii_case(CONTENT_LENGTH.as_str()) && !is_length(bytes) {
        return Err(invalid(format!("`{}` is not a length: expected a number of bytes", shown(bytes))));
    }
    HeaderValue::from_bytes(bytes).map_err(|_| {
        invalid(format!(
            "the value of `{}` is `{}`: control characters are not allowed in one",
            shown(name.as_bytes()),
            shown(bytes)
        ))
    })
}

impl<'a> Fields<'a> {
    fn map(self) -> &'a HeaderMap {
        match self {
            Self::Request(head) => &head.headers,
            Self::Response(head) => &head.headers,
            Self::Trailers(map) => map,
        }
    }

    /// The parts of the first line.
    fn pseudo(self) -> Vec<(&'static str, &'a [u8])> {
        match self {
            Self::Request(head) => {
                let authority =
                    head.authority.as_ref().map(|authority| (":authority", authority.as_str().as_bytes()));
                let rest = [
                    (":path", head.path.as_str().as_bytes()),
                    (":method", head.method.as_str().as_bytes()),
                    (":scheme", head.scheme.as_str().as_bytes()),
                ];
                authority.into_iter().chain(rest).collect()
            }
            Self::Response(head) => vec![(":status", head.status.as_str().as_bytes())],
            Self::Trailers(_) => Vec::new(),
        }
    }

    pub(crate) fn all(self) -> Vec<Header> {
        let pseudo = self.pseudo().into_iter().map(|(name, value)| header(name, value));
        let rest = self.map().iter().filter(|(name, _)| !self.is_host(name.as_str()));
        let rest = rest.map(|(name, value)| header(name.as_str(), value.as_bytes()));
        pseudo.chain(rest).collect()
    }

    pub(crate) fn first(self, name: &str) -> Option<Vec<u8>> {
        if name.starts_with(':') {
            let pseudo = self.pseudo();
            return pseudo.iter().find(|(own, _)| *own == name).map(|(_, value)| value.to_vec());
        }
        if self.is_host(name) {
            return None;
        }
        self.map().get(name).map(|value| value.as_bytes().to_vec())
    }

    pub(crate) fn values(self, name: &str) -> Vec<Vec<u8>> {
        if name.starts_with(':') || self.is_host(name) {
            return self.first(name).into_iter().collect();
        }
        self.map().get_all(name).iter().map(|value| value.as_bytes().to_vec()).collect()
    }

    fn is_host(self, name: &str) -> bool {
        matches!(self, Self::Request(_)) && name.eq_ignore_ascii_case(HOST.as_str())
    }
}

impl FieldsMut<'_> {
    fn read(&self) -> Fields<'_> {
        match self {
            Self::Request(head) => Fields::Request(head),
            Self::Response(head) => Fields::Response(head),
            Self::Trailers(map) => Fields::Trailers(map),
        }
    }

    fn map_mut(&mut self) -> &mut HeaderMap {
        match self {
            Self::Request(head) => &mut head.headers,
            Self::Response(head) => &mut head.headers,
            Self::Trailers(map) => map,
        }
    }

    fn is_host(&self, name: &str) -> bool {
        self.read().is_host(name)
    }

    pub(crate) fn set(&mut self, name_text: &str, bytes: &[u8]) -> Result<(), EditError> {
        if name_text.starts_with(':') {
            return self.set_pseudo(name_text, bytes);
        }
        if self.is_host(name_text) {
            return self.set_pseudo(":authority", bytes);
        }
        let (name, value) = (name(name_text)?, value(name_text, bytes)?);
        self.room(&name, &value)?;
        self.map_mut().insert(name, value);
        Ok(())
    }

    pub(crate) fn add(&mut self, name_text: &str, bytes: &[u8]) -> Result<(), EditError> {
        let once = name_text.eq_ignore_ascii_case(CONTENT_LENGTH.as_str());
        if name_text.starts_with(':') || self.is_host(name_text) || once {
            return Err(invalid(format!("there is one `{}` at most: set it", shown(name_text.as_bytes()))));
        }
        let (name, value) = (name(name_text)?, value(name_text, bytes)?);
        self.room(&name, &value)?;
        self.map_mut().append(name, value);
        Ok(())
    }

    pub(crate) fn remove(&mut self, name_text: &str) -> Result<(), EditError> {
        if name_text.starts_with(':') || self.is_host(name_text) {
            return Err(invalid(format!("`{}` cannot be removed", shown(name_text.as_bytes()))));
        }
        let name = name(name_text)?;
        let map = self.map_mut();
        if map.contains_key(&name) {
            // `HeaderMap::remove` moves the last header into the gap; the others keep their order here.
            *map = map
                .iter()
                .filter(|(own, _)| **own != name)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
        }
        Ok(())
    }

    /// Puts these in place of all, or leaves all as they are. What is the proxy's own stays.
    pub(crate) fn replace(&mut self, headers: &[Header]) -> Result<(), EditError> {
        few_enough(headers)?;
        let mut map = HeaderMap::new();
        for (name, value) in self.read().map() {
            if is_the_proxys(name) {
                map.append(name.clone(), value.clone());
            }
        }
        let mut pseudo = Vec::new();
        for Header { name: text, value: bytes } in headers {
            match text.as_str() {
                text if text.starts_with(':') => pseudo.push((text, bytes)),
                text if self.is_host(text) => pseudo.push((":authority", bytes)),
                // It was read with the others.
                text if is_the_proxys_name(text) => {}
                text => {
                    let (name, value) = (name(text)?, value(text, bytes)?);
                    map.append(name, value);
                }
            }
        }
        room(&map)?;
        let mut changed = self.clone_pseudo();
        for (name, bytes) in pseudo {
            changed.set(name, bytes)?;
        }
        self.apply_pseudo(changed);
        *self.map_mut() = map;
        Ok(())
    }

    fn set_pseudo(&mut self, name: &str, bytes: &[u8]) -> Result<(), EditError> {
        let mut changed = self.clone_pseudo();
        changed.set(name, bytes)?;
        self.apply_pseudo(changed);
        Ok(())
    }

    fn clone_pseudo(&self) -> Pseudo {
        match self {
            Self::Request(head) => Pseudo::Request {
                method: head.method.clone(),
                scheme: head.scheme.clone(),
                authority: head.authority.clone(),
                path: head.path.clone(),
            },
            Self::Response(head) => Pseudo::Response(head.status),
            Self::Trailers(_) => Pseudo::None,
        }
    }

    fn apply_pseudo(&mut self, changed: Pseudo) {
        match (self, changed) {
            (Self::Request(head), Pseudo::Request { method, scheme, authority, path }) => {
                (head.method, head.scheme, head.authority, head.path) = (method, scheme, authority, path);
            }
            (Self::Response(head), Pseudo::Response(status)) => head.status = status,
            _ => {}
        }
    }

    /// Whether one more header is within the limits.
    fn room(&self, name: &HeaderName, value: &HeaderValue) -> Result<(), EditError> {
        let map = self.read().map();
        if map.len() >= MOST_HEADERS {
            return Err(EditError::TooLarge(MOST_HEADERS as u64));
        }
        if bytes_of(map) + name.as_str().len() + value.len() > MOST_HEADER_BYTES {
            return Err(EditError::TooLarge(MOST_HEADER_BYTES as u64));
        }
        Ok(())
    }
}

/// The parts of a first line.
enum Pseudo {
    Request { method: Method, scheme: Scheme, authority: Option<Authority>, path: PathAndQuery },
    Response(StatusCode),
    None,
}

impl Pseudo {
    fn set(&mut self, name: &str, bytes: &[u8]) -> Result<(), EditError> {
        let bad = |expected: &str| {
            invalid(format!("`{}` is not valid as `{name}`: expected {expected}", shown(bytes)))
        };
        match (self, name) {
            (Self::Request { method, .. }, ":method") => {
                *method = Method::from_bytes(bytes).map_err(|_| bad("a method such as `GET`"))?;
            }
            (Self::Request { scheme, .. }, ":scheme") => {
                *scheme = match bytes {
                    b"http" => Scheme::HTTP,
                    b"https" => Scheme::HTTPS,
                    _ => return Err(bad("`http` or `https`")),
                };
            }
            (Self::Request { authority, .. }, ":authority") => {
                let parsed: Authority =
                    bytes.try_into().map_err(|_| bad("a host, with or without a port"))?;
                if parsed.as_str().contains('@') {
                    return Err(bad("a host, with or without a port, without a user"));
                }
                *authority = Some(parsed);
            }
            (Self::Request { path, .. }, ":path") => {
                *path = match bytes {
                    [b'/', ..] | b"*" => {
                        bytes.try_into().map_err(|_| bad("a path that begins with `/`, without spaces"))?
                    }
                    _ => return Err(bad("a path that begins with `/`")),
                };
            }
            (Self::Response(status), ":status") => {
                *status = StatusCode::from_bytes(bytes)
                    .ok()
                    .filter(|status| (200..600).contains(&status.as_u16()))
                    .ok_or_else(|| bad("a number from 200 to 599"))?;
            }
            (Self::None, _) => {
                return Err(invalid(format!("`{}`: trailers have no first line", shown(name.as_bytes()))));
            }
            (_, other) => {
                return Err(invalid(format!(
                    "unknown `{}`: a request has `:method`, `:scheme`, `:authority` and `:path`, a response `:status`",
                    shown(other.as_bytes())
                )));
            }
        }
        Ok(())
    }
}

fn header(name: &str, value: &[u8]) -> Header {
    Header { name: name.to_owned(), value: value.to_vec() }
}

fn bytes_of(map: &HeaderMap) -> usize {
    map.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

/// A guest may pass any number; a map of headers has room for some ten thousand.
fn few_enough(headers: &[Header]) -> Result<(), EditError> {
    match headers.len() > MOST_HEADERS {
        true => Err(EditError::TooLarge(MOST_HEADERS as u64)),
        false => Ok(()),
    }
}

fn room(map: &HeaderMap) -> Result<(), EditError> {
    match (map.len() > MOST_HEADERS, bytes_of(map) > MOST_HEADER_BYTES) {
        (true, _) => Err(EditError::TooLarge(MOST_HEADERS as u64)),
        (_, true) => Err(EditError::TooLarge(MOST_HEADER_BYTES as u64)),
        _ => Ok(()),
    }
}

/// Headers of a response or a call of a filter's own, which has no others yet.
pub(crate) fn fresh(headers: &[Header]) -> Result<HeaderMap, EditError> {
    few_enough(headers)?;
    let mut map = HeaderMap::with_capacity(headers.len());
    for Header { name: text, value: bytes } in headers {
        map.append(name(text)?, value(text, bytes)?);
    }
    room(&map)?;
    Ok(map)
}

impl RequestHead {
    /// What is left of one that has gone.
    pub(crate) fn nothing() -> Self {
        Self {
            method: Method::GET,
            scheme: Scheme::HTTP,
            authority: None,
            path: PathAndQuery::from_static("/"),
            headers: HeaderMap::new(),
        }
    }

    /// Takes a request apart. `scheme` is the listener's, where the request's target has none.
    pub(crate) fn from_parts(parts: &mut http::request::Parts, scheme: Scheme) -> Self {
        let uri = std::mem::take(&mut parts.uri).into_parts();
        let headers = std::mem::take(&mut parts.headers);
        let host = || Authority::try_from(headers.get(HOST)?.as_bytes()).ok();
        Self {
            method: parts.method.clone(),
            scheme: uri.scheme.unwrap_or(scheme),
            authority: uri.authority.or_else(host),
            path: uri.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/")),
            headers,
        }
    }

    /// Puts it back, as the proxy keeps requests: a path as the target, and `host`.
    pub(crate) fn into_parts(self, parts: &mut http::request::Parts) {
        let Self { method, scheme: _, authority, path, mut headers } = self;
        if let Some(authority) = &authority
            && let Ok(host) = HeaderValue::from_str(authority.as_str())
        {
            headers.insert(HOST, host);
        }
        parts.method = method;
        parts.uri = Uri::from(path);
        parts.headers = headers;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> RequestHead {
        let request = http::Request::get("http://example.org/a?b=1")
            .header("host", "other.example")
            .header("x-one", "1")
            .header("x-two", "2")
            .header("connection", "keep-alive")
            .header("x-one", "3");
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        RequestHead::from_parts(&mut parts, Scheme::HTTP)
    }

    fn listed(head: &RequestHead) -> Vec<String> {
        let all = Fields::Request(head).all();
        all.iter().map(|header| format!("{}={}", header.name, header.value.escape_ascii())).collect()
    }

    #[test]
    fn the_first_line_comes_first_and_host_is_its_authority() {
        let head = request();
        let lines = [":authority=example.org", ":path=/a?b=1", ":method=GET", ":scheme=http"];
        assert_eq!(listed(&head)[..4], lines);
        let fields = Fields::Request(&head);
        assert_eq!(fields.first("host"), None);
        assert_eq!(fields.values("x-one"), [b"1".to_vec(), b"3".to_vec()]);
        let (mut parts, ()) = http::Request::new(()).into_parts();
        head.into_parts(&mut parts);
        assert_eq!(parts.uri, "/a?b=1");
        assert_eq!(parts.headers["host"], "example.org");
    }

    #[test]
    fn a_change_keeps_the_order_of_the_others() {
        let mut head = request();
        let mut fields = FieldsMut::Request(&mut head);
        fields.remove("x-one").unwrap();
        fields.add("x-last", b"\xff").unwrap();
        fields.set("host", b"new.example:8080").unwrap();
        fields.set(":path", b"/c").unwrap();
        assert_eq!(
            listed(&head),
            [
                ":authority=new.example:8080",
                ":path=/c",
                ":method=GET",
                ":scheme=http",
                "x-two=2",
                "connection=keep-alive",
                r"x-last=\xff"
            ]
        );
    }

    #[test]
    fn what_would_frame_a_message_otherwise_is_refused_with_words() {
        let mut head = request();
        let mut fields = FieldsMut::Request(&mut head);
        for (name, value, words) in [
            ("x y", "1", "`x y` is not a header's name"),
            ("", "1", "`` is not a header's name"),
            ("x", "a\r\nb: c", r"the value of `x` is `a\r\nb: c`: control characters are not allowed in one"),
            ("x", "a\0", r"the value of `x` is `a\x00`"),
            ("transfer-encoding", "chunked", "`transfer-encoding` concerns one connection"),
            ("Connection", "close", "`connection` concerns one connection"),
            ("content-length", "1, 1", "`1, 1` is not a length"),
            ("content-length", "-1", "`-1` is not a length"),
            (":path", "x", "`x` is not valid as `:path`: expected a path that begins with `/`"),
            (":path", "/a b", "`/a b` is not valid as `:path`"),
            (":path", "/a\r\nb", r"`/a\r\nb` is not valid as `:path`"),
            (":method", "GET /", "`GET /` is not valid as `:method`"),
            (":authority", "a@b", "`a@b` is not valid as `:authority`"),
            (":scheme", "ftp", "`ftp` is not valid as `:scheme`"),
            (":status", "200", "unknown `:status`"),
        ] {
            let error = fields.set(name, value.as_bytes()).unwrap_err();
            let EditError::Invalid(text) = error else { panic!("{name}: {error:?}") };
            assert!(text.starts_with(words), "{text}");
        }
        assert!(matches!(fields.remove(":path"), Err(EditError::Invalid(_))));
        assert!(matches!(fields.add("content-length", b"1"), Err(EditError::Invalid(_))));
        assert_eq!(listed(&head), listed(&request()), "nothing of a refused call is done");
    }

    #[test]
    fn replacing_all_keeps_what_concerns_the_connection_and_is_whole_or_not_at_all() {
        let mut head = request();
        let one = |name: &str, value: &str| Header { name: name.to_owned(), value: value.into() };
        let mut fields = FieldsMut::Request(&mut head);
        fields
            .replace(&[one("a", "1"), one(":method", "POST"), one("connection", "close"), one("a", "2")])
            .unwrap();
        let expected = [
            ":authority=example.org",
            ":path=/a?b=1",
            ":method=POST",
            ":scheme=http",
            "connection=keep-alive",
            "a=1",
            "a=2",
        ];
        assert_eq!(listed(&head), expected);
        let mut fields = FieldsMut::Request(&mut head);
        assert!(fields.replace(&[one("b", "1"), one(":method", "PUT"), one("c", "\n")]).is_err());
        assert_eq!(listed(&head), expected);
    }

    #[test]
    fn their_number_and_size_are_bounded() {
        let mut head = request();
        let room = MOST_HEADERS - head.headers.len();
        let mut fields = FieldsMut::Request(&mut head);
        (0..room).for_each(|_| fields.add("x", b"1").unwrap());
        assert!(matches!(fields.add("x", b"1"), Err(EditError::TooLarge(256))));
        fields.remove("x").unwrap();
        assert!(matches!(fields.set("x", &vec![b'1'; MOST_HEADER_BYTES]), Err(EditError::TooLarge(_))));
        let many = vec![Header { name: "x".to_owned(), value: Vec::new() }; MOST_HEADERS + 1];
        assert!(matches!(fields.replace(&many), Err(EditError::TooLarge(256))));
        assert!(matches!(fresh(&many), Err(EditError::TooLarge(256))));
    }
}

//! What a request does, without HTTP and without a host.

/// Where links are kept.
pub trait Links {
    /// Where a link leads.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn get(&self, name: &str) -> Result<Option<String>, String>;
    /// Makes a link lead somewhere.
    ///
    /// # Errors
    ///
    /// When the store is full or cannot be written.
    fn set(&mut self, name: &str, to: &str) -> Result<(), String>;
    /// Removes a link.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    fn delete(&mut self, name: &str) -> Result<(), String>;
}

/// What the client gets.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header `location`.
    pub location: Option<String>,
    /// The text.
    pub text: String,
}

impl Answer {
    fn text(status: u16, text: impl Into<String>) -> Self {
        Self { status, location: None, text: text.into() + "\n" }
    }
}

/// The longest name and the longest link, bytes.
const LONGEST_NAME: usize = 128;
const LONGEST_LINK: usize = 8192;

/// Answers one request. `token` is what changes need, `given` the request's `authorization`.
pub fn answer(
    links: &mut dyn Links,
    token: Option<&str>,
    given: Option<&str>,
    method: &str,
    path: &str,
    body: &[u8],
) -> Answer {
    let path = path.split('?').next().unwrap_or_default();
    let name = path.strip_prefix('/').unwrap_or(path);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_name) {
        return Answer::text(404, "a link is one word of letters, digits, `-`, `_` and `.`");
    }
    let done = match method {
        "GET" | "HEAD" => {
            return match links.get(name) {
                Ok(Some(to)) => Answer { status: 302, location: Some(to.clone()), text: to + "\n" },
                Ok(None) => Answer::text(404, format!("there is no link `{name}`")),
                Err(error) => Answer::text(503, error),
            };
        }
        "PUT" | "DELETE" if !may_change(token, given) => {
            return Answer::text(401, "send the token as `authorization: Bearer …`");
        }
        "PUT" => {
            let to = std::str::from_utf8(body).unwrap_or_default().trim();
            let is_link = to.starts_with("http://") || to.starts_with("https://");
            if !is_link || to.len() > LONGEST_LINK || to.contains(|c: char| c.is_control() || c == ' ') {
                return Answer::text(400, "the body is a link that begins with `http://` or `https://`");
            }
            links.set(name, to)
        }
        "DELETE" => links.delete(name),
        _ => return Answer::text(405, "use GET, PUT or DELETE"),
    };
    match done {
        Ok(()) => Answer { status: 204, location: None, text: String::new() },
        Err(error) => Answer::text(507, error),
    }
}

/// Whether the token is the expected one. It takes as long for each one of the same length.
fn may_change(token: Option<&str>, given: Option<&str>) -> bool {
    let given = given.and_then(|given| given.strip_prefix("Bearer "));
    let (Some(token), Some(given)) = (token.filter(|token| !token.is_empty()), given) else { return false };
    let differences = token.bytes().zip(given.bytes()).map(|(one, other)| one ^ other);
    token.len() == given.len() && differences.fold(0, |all, one| all | one) == 0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    impl Links for BTreeMap<String, String> {
        fn get(&self, name: &str) -> Result<Option<String>, String> {
            Ok(self.get(name).cloned())
        }
        fn set(&mut self, name: &str, to: &str) -> Result<(), String> {
            if self.len() > 1 {
                Err("full".to_owned())
            } else {
                Ok(drop(self.insert(name.into(), to.into())))
            }
        }
        fn delete(&mut self, name: &str) -> Result<(), String> {
            Ok(drop(self.remove(name)))
        }
    }

    #[test]
    fn links_are_made_followed_and_removed() {
        let mut links = BTreeMap::new();
        let given = Some("Bearer secret");
        let mut ask = |method: &str, path: &str, body: &str| {
            answer(&mut links, Some("secret"), given, method, path, body.as_bytes())
        };
        assert_eq!(ask("GET", "/docs", "").status, 404);
        assert_eq!(ask("PUT", "/docs", "https://example.org/a\n").status, 204);
        let found = ask("GET", "/docs?x=1", "");
        assert_eq!((found.status, found.location.as_deref()), (302, Some("https://example.org/a")));
        for (path, body) in
            [("/docs", "javascript:x"), ("/docs", "https://a b"), ("/docs", "https://a\r\nx: y")]
        {
            assert_eq!(ask("PUT", path, body).status, 400, "{body:?}");
        }
        for path in ["/", "/a/b", "/ü", ""] {
            assert_eq!(ask("PUT", path, "https://a").status, 404, "{path:?}");
        }
        assert_eq!(ask("PUT", "/more", "https://a").status, 204);
        assert_eq!(ask("PUT", "/most", "https://a").status, 507);
        assert_eq!(ask("POST", "/docs", "").status, 405);
        assert_eq!(ask("DELETE", "/docs", "").status, 204);
        assert_eq!(ask("GET", "/docs", "").status, 404);
    }

    #[test]
    fn changes_need_the_token() {
        let mut links = BTreeMap::new();
        for (token, given) in [
            (None, None),
            (None, Some("Bearer ")),
            (Some(""), Some("Bearer ")),
            (Some("secret"), None),
            (Some("secret"), Some("Bearer secres")),
            (Some("secret"), Some("Bearer secret2")),
            (Some("secret"), Some("secret")),
        ] {
            assert_eq!(answer(&mut links, token, given, "PUT", "/a", b"https://a").status, 401);
        }
        assert!(links.is_empty());
    }
}

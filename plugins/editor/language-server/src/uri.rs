//! Paths of files as URIs, and back.

/// The URI of an absolute path.
pub(crate) fn of_path(path: &str) -> String {
    let mut uri = "file://".to_owned();
    if !path.starts_with('/') {
        uri.push('/');
    }
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// The path of a URI, if it is one of a file on this machine.
pub(crate) fn path_of(uri: &str) -> Option<String> {
    let rest = uri.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    if !rest.starts_with('/') {
        return None;
    }
    let mut bytes = Vec::with_capacity(rest.len());
    let mut left = rest.bytes();
    while let Some(byte) = left.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [left.next()?, left.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    let path = String::from_utf8(bytes).ok()?;
    // A drive of Windows: `/C:/x`.
    let mut start = path.chars().skip(1);
    let is_drive = start.next().is_some_and(|drive| drive.is_ascii_alphabetic()) && start.next() == Some(':');
    Some(if is_drive { path.get(1..)?.to_owned() } else { path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_again() {
        for path in ["/a/b.rs", "/with space/ü😀#?%.rs", "/a+b/[c]"] {
            assert_eq!(path_of(&of_path(path)).as_deref(), Some(path));
        }
        assert_eq!(of_path("/a b/é"), "file:///a%20b/%C3%A9");
        // As Visual Studio Code writes it.
        assert_eq!(path_of("file:///c%3A/x.rs").as_deref(), Some("c:/x.rs"));
        assert_eq!(path_of("file:///a%2"), None);
        assert_eq!(path_of("untitled:1"), None);
    }
}

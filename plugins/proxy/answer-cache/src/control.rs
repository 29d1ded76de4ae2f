//! `cache-control`, RFC 9111 section 5.2.

/// What it says, of a request or of a response.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Control {
    pub(crate) no_store: bool,
    pub(crate) no_cache: bool,
    pub(crate) private: bool,
    pub(crate) public: bool,
    pub(crate) max_age: Option<u64>,
    pub(crate) s_maxage: Option<u64>,
}

impl Control {
    pub(crate) fn parse(directives: &[String]) -> Self {
        let mut control = Self::default();
        for directive in directives {
            let (name, value) = match directive.split_once('=') {
                Some((name, value)) => (name.trim(), Some(value.trim().trim_matches('"'))),
                None => (directive.as_str(), None),
            };
            // A number that cannot be read is stale, section 4.2.1.
            let seconds = || value.and_then(|value| value.parse().ok()).or(Some(0));
            match name.to_ascii_lowercase().as_str() {
                "no-store" => control.no_store = true,
                "no-cache" => control.no_cache = true,
                "private" => control.private = true,
                "public" => control.public = true,
                "max-age" => control.max_age = seconds(),
                "s-maxage" => control.s_maxage = seconds(),
                _ => {}
            }
        }
        control
    }
}

//! Which origins are allowed.

/// Origins, by name or by what they end with.
#[derive(Debug)]
pub(crate) struct Origins {
    all: bool,
    names: Vec<String>,
    /// The scheme with its `://`, and the end of the host from its dot on, with the port.
    ends: Vec<(String, String)>,
}

impl Origins {
    pub(crate) fn parse(texts: &[String]) -> Result<Self, String> {
        let mut origins = Self { all: false, names: Vec::new(), ends: Vec::new() };
        for text in texts {
            let expected =
                "expected `*`, `https://app.example.org` or `https://*.example.org`, without a path";
            let wrong = || format!("`origins` has `{text}`: {expected}");
            let lower = text.to_ascii_lowercase();
            if lower == "*" {
                origins.all = true;
                continue;
            }
            if lower == "null" {
                return Err("`origins` has `null`: any page can have that origin; name those that are meant"
                    .to_owned());
            }
            let (scheme, host) = lower.split_once("://").ok_or_else(wrong)?;
            let is_host = |text: &str| !text.is_empty() && !text.contains(['/', '*', '@', ' ', '?', '#']);
            match host.strip_prefix('*') {
                Some(end) if end.starts_with('.') && end.len() > 1 && is_host(end) => {
                    origins.ends.push((format!("{scheme}://"), end.to_owned()));
                }
                None if is_host(host) && !scheme.is_empty() => origins.names.push(lower),
                _ => return Err(wrong()),
            }
        }
        match texts.is_empty() {
            true => Err("`origins` is empty: expected one or more".to_owned()),
            false => Ok(origins),
        }
    }

    pub(crate) fn are_all(&self) -> bool {
        self.all
    }

    pub(crate) fn allow(&self, origin: &str) -> bool {
        // Browsers write origins in lower case; a host is the same in any.
        let origin = origin.to_ascii_lowercase();
        let ends = |(scheme, end): &(String, String)| {
            let host = origin.strip_prefix(scheme).and_then(|host| host.strip_suffix(end.as_str()));
            host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '@', ':', '?', '#']))
        };
        self.all || self.names.contains(&origin) || self.ends.iter().any(ends)
    }
}

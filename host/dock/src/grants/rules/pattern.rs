//! Which names of plugins a rule is about.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// The name of a plugin, or a pattern in which each `*` stands for any number of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern(String);

/// A text is no name of a plugin, nor a pattern for names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` is not the name of a plugin: write letters a-z, digits, `-`, `_` and `.`, and `*` for any number of them",
    crate::text::name(.0)
)]
pub struct InvalidPattern(String);

impl NamePattern {
    /// Whether it is one name, without `*`.
    pub fn is_exact(&self) -> bool {
        !self.0.contains('*')
    }

    /// Whether it matches the name.
    pub fn matches(&self, name: &str) -> bool {
        let mut pieces = self.0.split('*');
        let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
        let mut pieces = pieces.peekable();
        if pieces.peek().is_none() {
            return rest.is_empty();
        }
        while let Some(piece) = pieces.next() {
            // The last piece ends the name; each other one is taken where it comes first, which leaves the most for those after it.
            if pieces.peek().is_none() {
                return rest.ends_with(piece);
            }
            match rest.split_once(piece) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        true
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for NamePattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, InvalidPattern> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*');
        if text.is_empty() || !text.chars().all(is_allowed) {
            return Err(InvalidPattern(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for NamePattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, matching, others) in [
            ("tidy", &["tidy"][..], &["tid", "tidy2", "Tidy", ""][..]),
            ("*", &["", "tidy", "a.b"], &[]),
            ("acme-*", &["acme-", "acme-tidy"], &["acme", "my-acme-tidy"]),
            ("*-tidy", &["-tidy", "acme-tidy", "a-tidy-tidy"], &["tidy", "acme-tidy2"]),
            ("a*b*c", &["abc", "axbxc", "abbcc", "abcbc"], &["ac", "acb", "ab"]),
            ("ab*ba", &["abba", "abxba"], &["aba"]),
            ("a**a", &["aa", "axa"], &["a"]),
        ] {
            let pattern: NamePattern = pattern.parse().unwrap();
            assert!(matching.iter().all(|name| pattern.matches(name)), "{pattern}: {matching:?}");
            assert!(!others.iter().any(|name| pattern.matches(name)), "{pattern}: {others:?}");
        }
    }

    #[test]
    fn rejects_what_no_plugin_is_called() {
        for text in ["", "a b", "a/b", "é", "a?"] {
            text.parse::<NamePattern>().unwrap_err();
        }
    }
}

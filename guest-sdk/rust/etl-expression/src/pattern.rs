//! Regular expressions, of `matches`.

use std::fmt;

use regex::Regex;

/// A regular expression in the syntax of the crate `regex`. It is compiled once, and the time that it takes is at most the product of its length and that of the
/// text, whatever both are.
#[derive(Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles a regular expression.
    ///
    /// # Errors
    ///
    /// If it is none, or a too large one; the message is one line.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        Regex::new(text).map(Self).map_err(|error| {
            let error = match error {
                regex::Error::CompiledTooBig(_) => "it takes too much memory".to_owned(),
                other => other.to_string(),
            };
            // The first lines show the place in the expression.
            let last = error.lines().next_back().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        })
    }

    /// The expression as it is written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it matches some part of a text.
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.as_str()).finish()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

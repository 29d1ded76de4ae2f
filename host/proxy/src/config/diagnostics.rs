//! Errors that point at a place in a configuration file.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use miette::{NamedSource, SourceSpan};

use super::error::{ConfigError, Invalid};
use witdock::text;

/// A configuration file's text, for messages that show it.
#[derive(Debug, Clone)]
pub(crate) struct ConfigText {
    name: Arc<str>,
    text: Arc<str>,
}

impl ConfigText {
    pub(super) fn new(path: &Path, text: String) -> Self {
        Self { name: path.display().to_string().into(), text: text.into() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// An error about the text at `span`.
    pub(crate) fn error(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<Option<String>>,
    ) -> ConfigError {
        let shown = |words: String| text::block(&words).to_string();
        ConfigError::Invalid(Box::new(Invalid {
            message: shown(message.into()),
            source_code: NamedSource::new(&self.name, self.text.to_string()).with_language("toml"),
            span: self.first_line(span),
            label: shown(label.into()),
            help: help.into().map(shown),
        }))
    }

    /// The error for a name that no table has.
    pub(crate) fn unknown<'n>(
        &self,
        span: Range<usize>,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) -> ConfigError {
        let label = match witdock::nearest(name, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there is no `[{what}.{name}]`"),
        };
        let names: Vec<_> = known.collect();
        let help = match names.as_slice() {
            [] => format!("add a table `[{what}.{name}]`"),
            names => format!("the file has: {}", names.join(", ")),
        };
        self.error(span, format!("unknown {what} `{name}`"), label, help)
    }

    /// An error of serde or the TOML reader, in the words of this project.
    pub(super) fn toml_error(&self, error: &toml::de::Error) -> ConfigError {
        let span = error.span().unwrap_or(0..self.text.len());
        let message = error.message().trim();
        if let Some((unknown, known)) = unknown_name(message) {
            let what = if message.starts_with("unknown variant") { "value" } else { "key" };
            let label = match witdock::nearest(&unknown, known.iter().map(String::as_str)) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("not a valid {what} here"),
            };
            let help = match known.as_slice() {
                [] => "this table has no keys; remove it".to_owned(),
                names => format!("valid here: {}", names.join(", ")),
            };
            return self.error(span, format!("unknown {what} `{unknown}`"), label, help);
        }
        if let Some(field) = message.strip_prefix("missing field ") {
            let label = format!("add {field} to this table");
            return self.error(span, format!("the key {field} is missing"), label, None);
        }
        // Checks of values write what to do after a semicolon.
        match message.split_once("; ") {
            Some((what, help)) => self.error(span, what, "here", help.to_owned()),
            None => self.error(span, message, "here", None),
        }
    }

    /// The part of `span` on its first line: a table may be long, and its header is enough.
    fn first_line(&self, span: Range<usize>) -> SourceSpan {
        let rest = self.text.get(span.clone()).unwrap_or_default();
        let length = rest.lines().next().map_or(0, str::len);
        SourceSpan::new(span.start.min(self.text.len()).into(), length)
    }
}

/// Takes serde's "unknown field `x`, expected one of `a`, `b`" apart. Serde offers the names only as text.
fn unknown_name(message: &str) -> Option<(String, Vec<String>)> {
    let rest = message.strip_prefix("unknown field ").or_else(|| message.strip_prefix("unknown variant "))?;
    let mut names = rest.split('`').skip(1).step_by(2).map(str::to_owned);
    Some((names.next()?, names.collect()))
}

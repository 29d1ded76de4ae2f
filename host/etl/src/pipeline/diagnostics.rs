//! Errors that point at a place in a pipeline file.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use miette::{NamedSource, SourceSpan};
use witdock::{nearest, text};

use super::error::{Invalid, PipelineError};

/// A pipeline file's text, for messages that show it.
#[derive(Debug, Clone)]
pub(super) struct PipelineText {
    name: Arc<str>,
    text: Arc<str>,
}

impl PipelineText {
    pub(super) fn new(path: &Path, text: String) -> Self {
        Self { name: path.display().to_string().into(), text: text.into() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// An error about the text at `span`.
    pub(super) fn error(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<Option<String>>,
    ) -> PipelineError {
        PipelineError::Invalid(Box::new(self.invalid(span, message, label, help)))
    }

    /// What is wrong with the text at `span`.
    pub(super) fn invalid(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<Option<String>>,
    ) -> Invalid {
        // Names of columns in it may come from anywhere.
        let shown = |words: String| text::block(&words).to_string();
        Invalid {
            message: shown(message.into()),
            source_code: NamedSource::new(&self.name, self.text.to_string()).with_language("toml"),
            span: self.first_line(span),
            label: shown(label.into()),
            help: help.into().map(shown),
        }
    }

    /// An error of serde or the TOML reader, in the words of this project.
    pub(super) fn toml_error(&self, error: &toml::de::Error) -> PipelineError {
        let span = error.span().unwrap_or(0..self.text.len());
        let message = error.message().trim();
        if let Some((unknown, known)) = unknown_name(message) {
            let what = if message.starts_with("unknown variant") { "value" } else { "key" };
            let label = match nearest(&unknown, known.iter().map(String::as_str)) {
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
            return self.error(
                span,
                format!("the key {field} is missing"),
                format!("add {field} to this table"),
                None,
            );
        }
        self.error(span, message.to_owned(), "here", None)
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

//! What is wrong with an expression, and with a row.

use std::fmt;
use std::ops::Range;

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The place in the text, in bytes.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// A short text for the place itself.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { span, message: message.into(), label: label.into(), help: None }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The problem with the expression's text on a line of its own and a mark under the place, for terminals and logs.
    pub fn shown(&self, text: &str) -> String {
        let line = text.replace(['\n', '\r', '\t'], " ");
        let before = text.get(..self.span.start).unwrap_or(text).chars().count();
        let marks = text.get(self.span.clone()).map_or(1, |part| part.chars().count().max(1));
        let help = self.help.as_ref().map_or_else(String::new, |help| format!("\nhelp: {help}"));
        let (space, mark) = (" ".repeat(before), "^".repeat(marks));
        format!("{}\n  {line}\n  {space}{mark} {}{help}", self.message, self.label)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

/// Why an expression has no value for a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The part of the expression that has no value, in bytes.
    pub span: Range<usize>,
    /// A short name to count by.
    pub code: &'static str,
    /// The reason, with the values.
    pub message: String,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { span: 0..0, code, message: message.into() }
    }

    pub(crate) fn at(self, span: &Range<usize>) -> Self {
        Self { span: span.clone(), ..self }
    }
}

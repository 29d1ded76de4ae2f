//! What is wrong with a TOML file that a person wrote, and where.

use std::ops::Range;

use super::nearest::nearest;

/// An error of parsing TOML, with its place.
#[derive(Debug)]
pub(crate) struct TomlProblem {
    /// The line and column, both counted from 1, columns in characters.
    pub(crate) position: Option<(usize, usize)>,
    /// The byte range in the text.
    pub(crate) span: Option<Range<usize>>,
    /// What is wrong, on one line.
    pub(crate) message: String,
}

impl TomlProblem {
    pub(crate) fn new(text: &str, error: &toml::de::Error) -> Self {
        let span = error.span();
        Self {
            position: span.as_ref().and_then(|span| position(text, span.start)),
            span,
            message: explain(error.message()),
        }
    }
}

/// Adds the nearest name to serde's "unknown field `x`, expected one of `a`, `b`".
fn explain(message: &str) -> String {
    let message = message.trim_end().replace('\n', ": ");
    if !(message.starts_with("unknown field") || message.starts_with("unknown variant")) {
        return message;
    }
    // Every second piece between backticks is a name: first the unknown one, then the known ones.
    let mut names = message.split('`').skip(1).step_by(2);
    let suggestion = names.next().and_then(|unknown| nearest(unknown, names));
    match suggestion {
        Some(known) => format!("{message}; did you mean `{known}`?"),
        None => message,
    }
}

/// The line and column of an offset, both counted from 1.
pub(crate) fn position(text: &str, offset: usize) -> Option<(usize, usize)> {
    let before = text.get(..offset)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    Some((line, column))
}

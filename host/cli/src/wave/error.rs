//! Errors in a value's text.

use std::fmt;
use std::ops::Range;

use wasm_wave::parser::{ParserError, ParserErrorKind};
use wit_parser::{Resolve, Type};

use crate::component::definition;

/// An error in a value, and where it is in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WaveError {
    pub(crate) message: String,
    /// Bytes of the value's text.
    pub(crate) span: Range<usize>,
    /// A few words that are shown below the span: `not a u32`.
    pub(crate) label: String,
}

impl fmt::Display for WaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.message, self.label)
    }
}

/// The error for text that is not WAVE.
pub(super) fn syntax(resolve: &Resolve, ty: &Type, text: &str, error: &ParserError) -> WaveError {
    let label = match error.kind() {
        ParserErrorKind::UnexpectedEnd => "unexpected end of the value",
        ParserErrorKind::UnexpectedToken => "unexpected",
        ParserErrorKind::InvalidToken if text.get(error.span()).is_some_and(|it| it.starts_with('"')) => {
            match unknown_escape(text, error.span().start) {
                Some(error) => return error,
                None => "unterminated string",
            }
        }
        ParserErrorKind::InvalidToken => "invalid in WAVE",
        ParserErrorKind::TrailingCharacters => "unexpected after the value",
        ParserErrorKind::EmptyTuple => "a tuple cannot be empty",
        ParserErrorKind::DuplicateField => "duplicate field",
        ParserErrorKind::DuplicateFlag => "duplicate flag",
        ParserErrorKind::NestingTooDeep => "nested too deeply",
        _ => "invalid",
    };
    let trimmed = text.trim_end();
    let last = trimmed.char_indices().next_back().map_or(0, |(at, _)| at);
    let span = match error.kind() {
        // The parser's own span is that of the last token, or empty.
        ParserErrorKind::UnexpectedEnd => last..trimmed.len(),
        _ => error.span(),
    };
    WaveError {
        message: format!("invalid value; expected {}", definition(resolve, ty)),
        span,
        label: label.to_owned(),
    }
}

/// The error for the first escape that WAVE does not have, in the string that begins at a byte of the text.
pub(super) fn unknown_escape(text: &str, start: usize) -> Option<WaveError> {
    let string = text.get(start..)?;
    let content = string.trim_start_matches('"');
    let start = start + string.len() - content.len();
    let mut chars = content.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == '"' {
            return None;
        }
        if c != '\\' {
            continue;
        }
        let (_, next) = chars.next()?;
        if !matches!(next, 'n' | 't' | 'r' | '\\' | '"' | '\'' | 'u') {
            let message = format!(
                "unknown escape `\\{next}`; valid escapes are `\\n`, `\\t`, `\\r`, `\\\\`, `\\\"`, `\\'` and `\\u{{…}}`"
            );
            let start = start + at;
            let end = start + 1 + next.len_utf8();
            return Some(WaveError { message, span: start..end, label: "in this string".to_owned() });
        }
    }
    None
}

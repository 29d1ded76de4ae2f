//! What is wrong with a value's text.

use std::fmt;
use std::ops::Range;

use wasm_wave::parser::{ParserError, ParserErrorKind};
use wit_parser::{Resolve, Type};

use crate::component::definition;

/// What is wrong with a value, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WaveError {
    pub(crate) message: String,
    /// Bytes of the value's text.
    pub(crate) span: Range<usize>,
    /// What stands at the span, in a word or two: `not a u32`.
    pub(crate) label: String,
}

impl fmt::Display for WaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.message, self.label)
    }
}

/// The text is no WAVE at all.
pub(super) fn syntax(resolve: &Resolve, ty: &Type, text: &str, error: &ParserError) -> WaveError {
    let label = match error.kind() {
        ParserErrorKind::UnexpectedEnd => "the value ends too early",
        ParserErrorKind::UnexpectedToken => "not expected here",
        ParserErrorKind::InvalidToken if text.get(error.span()).is_some_and(|it| it.starts_with('"')) => {
            "a text without its end, or with an escape that there is not"
        }
        ParserErrorKind::InvalidToken => "this is not WAVE",
        ParserErrorKind::TrailingCharacters => "behind the value's end",
        ParserErrorKind::EmptyTuple => "there is no empty tuple",
        ParserErrorKind::DuplicateField => "this field is there already",
        ParserErrorKind::DuplicateFlag => "this flag is there already",
        ParserErrorKind::NestingTooDeep => "nested too deep",
        _ => "cannot be read",
    };
    let trimmed = text.trim_end();
    let last = trimmed.char_indices().next_back().map_or(0, |(at, _)| at);
    let span = match error.kind() {
        // The parser points at the last thing that it has read, or at nothing.
        ParserErrorKind::UnexpectedEnd => last..trimmed.len(),
        _ => error.span(),
    };
    WaveError {
        message: format!("this is not a value in WAVE; expected {}", definition(resolve, ty)),
        span,
        label: label.to_owned(),
    }
}

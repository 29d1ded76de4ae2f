//! The text model of a terminal editor: no I/O, no terminal, no plugins.
//!
//! A [`Document`] is a [`Text`] with [`Selections`], undo and redo, and a dirty flag. It changes through
//! [`Transaction`]s, which [`commands`] make from a [`View`](commands::View) of it and which other parties make from
//! [`Edit`]s against a [`Revision`] that they have read.
//!
//! **One coordinate.** Every position is a UTF-8 byte offset in the text. Lines and columns ([`LineColumn`]),
//! graphemes ([`grapheme`]), words ([`word`]) and terminal cells ([`mod@column`]) are computed from it where they are
//! needed.
//!
//! **Costs.** For a text of n bytes, loading is O(n) once; cloning is O(1); an edit, an offset and a line are
//! O(log n). Words and graphemes cost what they cross. The first display column of a very long line costs the line up to it; from
//! then on an index knows places along the line, which edits keep up to date. Selections are sorted and mapped with every
//! change: O(cursors). Search is linear in the bytes between start and match.
//!
//! **Nothing panics** on what a user or a plugin hands in: offsets are clamped by what reads, and refused with a
//! typed error by what writes.

pub mod column;
mod column_index;
pub mod commands;
pub mod grapheme;
pub mod word;

mod change;
mod change_log;
mod document;
mod encoding;
mod history;
mod indent;
mod line_ending;
mod movement;
mod search;
mod selection;
mod style;
mod text;
mod transaction;

#[cfg(test)]
mod fixture;

pub use change::{Bias, ChangeError, ChangeSet, Edit, Mapper};
pub use column::TabWidth;
pub use document::{Document, Snapshot};
pub use encoding::{DecodeError, Decoded, Decoder, EncodeError, Encoded, Encoding, Format, Guess};
pub use history::HistoryError;
pub use indent::{IndentStyle, indentation};
pub use line_ending::{LineEnding, LineEndings};
pub use movement::{Extend, Motion, move_selections};
pub use search::{
    Case, ContiguousQuery, Found, Interrupt, Matches, Query, QueryError, QueryOptions, Replacement,
    ReplacementError,
};
pub use selection::{Selection, Selections};
pub use style::Style;
pub use text::{LineColumn, Text};
pub use transaction::{EditKind, Revision, Transaction};

//! What the editor lends to plugins: one file for each world of `wit/editor`. What a call changes stands in its
//! [`Outcome`](super::outcome::Outcome) until it has returned.

mod decorations;
mod display;
mod documents;
mod services;
mod text;

use std::ops::Range;

use wasmtime::component::ResourceTable;
use witdock_editor_core::Text;

use super::api::DocumentVersion;
use super::bindings::witdock::editor::types;
use super::call::CallState;
use super::convert::offset;
use super::snapshot::DocumentView;
pub(super) use documents::change;

/// What host functions work on.
pub(super) struct CallView<'a> {
    pub(super) state: &'a mut CallState,
    pub(super) table: &'a mut ResourceTable,
}

impl types::Host for CallView<'_> {}

/// How many pieces of the status line, panels, questions, timers and jobs a plugin may have, of each, and how many
/// messages one call may send.
const MOST: usize = 64;

fn version(view: &DocumentView) -> DocumentVersion {
    DocumentVersion { document: view.id, revision: view.revision.number() }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Why a range is none of the text's.
enum Misplaced {
    OutOfRange,
    NotOnBoundary(usize),
}

/// A guest's range as one of the text's.
fn within(text: &Text, range: types::Range) -> Result<Range<usize>, Misplaced> {
    let (start, end) = (offset(range.start), offset(range.end));
    if start > end || end > text.len() {
        return Err(Misplaced::OutOfRange);
    }
    match [start, end].into_iter().find(|place| !text.is_boundary(*place)) {
        Some(place) => Err(Misplaced::NotOnBoundary(place)),
        None => Ok(start..end),
    }
}

//! The functions that the editor provides to plugins. They work on the call's snapshot, and collect its changes in its
//! [`Outcome`](super::outcome::Outcome).

mod decorations;
mod diagnostics;
mod display;
mod documents;
mod files;
mod floats;
mod folder;
mod keys;
mod language;
mod processes;
mod services;
mod storage;
mod text;
mod topics;
mod work;

use std::ops::Range;

use wasmtime::component::ResourceTable;
use witdock::Programs;
use witdock_editor_core::Text;

use super::api::DocumentVersion;
use super::bindings::witdock::editor::types;
use super::call::CallState;
use super::convert::offset;
use super::holdings::{Held, MOST, TooMany};
use super::snapshot::DocumentView;
pub(super) use documents::change;

/// The state that host functions work on.
pub(super) struct CallView<'a> {
    pub(super) state: &'a mut CallState,
    pub(super) table: &'a mut ResourceTable,
    pub(super) programs: &'a Programs,
}

impl types::Host for CallView<'_> {}

impl CallView<'_> {
    /// Counts what the editor keeps for the plugin from now on.
    fn hold(&mut self, held: Held, bytes: usize) -> wasmtime::Result<Result<(), TooMany>> {
        self.state.handed_over.add(bytes)?;
        Ok(self.state.holdings.take(held, bytes)?)
    }
}

fn version(view: &DocumentView) -> DocumentVersion {
    DocumentVersion { document: view.id, revision: view.revision.number() }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The reason why a range is invalid.
enum Misplaced {
    OutOfRange,
    NotOnBoundary(usize),
}

/// Checks a range from a guest.
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

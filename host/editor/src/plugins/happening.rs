//! What plugins are told.

use witdock_editor_core::{Edit, Revision};

use super::bindings::exports::witdock::editor::plugin::{Change, ChangeOrigin, Event as GuestEvent};
use super::bindings::witdock::editor::types::{self, DocumentVersion};
use crate::buffer::DocumentId;

/// Something that plugins are told.
#[derive(Debug)]
pub enum Happening {
    /// A document has been opened.
    Opened(DocumentId, Revision),
    /// A document's text has changed.
    Changed {
        /// The document.
        document: DocumentId,
        /// What it is now.
        revision: Revision,
        /// What it was.
        before: Revision,
        /// What was done to that text.
        edits: Vec<Edit>,
        /// Where the last of it came from.
        origin: Origin,
    },
    /// A document has been saved.
    Saved(DocumentId, Revision),
    /// Nothing was typed for a while.
    Idle(DocumentId, Revision),
}

/// Where a change of the text came from, as a plugin is told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A key that stands for itself, or for a line break.
    Typed,
    /// Pasted text.
    Pasted,
    /// Undo or redo.
    History,
    /// Any other command of the editor.
    Command,
    /// The plugin that is told.
    ThisPlugin,
    /// Another plugin.
    OtherPlugin,
}

impl Happening {
    pub(super) fn into_guest(self) -> GuestEvent {
        let version =
            |document, revision: Revision| DocumentVersion { document, revision: revision.number() };
        match self {
            Self::Opened(document, revision) => GuestEvent::Opened(version(document, revision)),
            Self::Saved(document, revision) => GuestEvent::Saved(version(document, revision)),
            Self::Idle(document, revision) => GuestEvent::Idle(Some(version(document, revision))),
            Self::Changed { document, revision, before, edits, origin } => GuestEvent::Changed(Change {
                version: version(document, revision),
                before: before.number(),
                edits: edits.into_iter().map(edit_for_guest).collect(),
                origin: match origin {
                    Origin::Typed => ChangeOrigin::Typed,
                    Origin::Pasted => ChangeOrigin::Pasted,
                    Origin::History => ChangeOrigin::History,
                    Origin::Command => ChangeOrigin::Command,
                    Origin::ThisPlugin => ChangeOrigin::ThisPlugin,
                    Origin::OtherPlugin => ChangeOrigin::OtherPlugin,
                },
            }),
        }
    }
}

fn edit_for_guest(edit: Edit) -> types::Edit {
    let range = types::Range { start: edit.range.start as u64, end: edit.range.end as u64 };
    types::Edit { range, text: edit.text }
}

//! What a call has changed. It counts when the call has returned, all at once.

use std::time::Duration;

use witdock_editor_core::{ChangeSet, Revision, Selections};

use super::call::Ticket;
use crate::app::Message;
use crate::buffer::DocumentId;
use crate::decoration::Decoration;
use crate::display::{Invocation, Location, Panel, Question, Segment};

/// What a call has changed.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Documents that were edited, or whose selections were set.
    pub documents: Vec<DocumentChange>,
    /// Sets of decorations, in the order of their setting.
    pub decorations: Vec<DecorationChange>,
    /// Pieces of the status line by name; none takes one down.
    pub segments: Vec<(String, Option<Segment>)>,
    /// Panels by name; none takes one down.
    pub panels: Vec<(String, Option<Panel>)>,
    /// Messages, in order.
    pub messages: Vec<Message>,
    /// What was copied.
    pub copied: Option<String>,
    /// The place to show.
    pub shown: Option<Location>,
    /// Questions to a person.
    pub questions: Vec<(Ticket, Question)>,
    /// Timers to start.
    pub timers: Vec<(Ticket, Timer)>,
    /// Questions and timers to give up.
    pub cancelled: Vec<Ticket>,
    /// Commands to run.
    pub jobs: Vec<(Ticket, Invocation)>,
}

impl Outcome {
    /// What is left of it where the generation that was called is gone: its edits and its words. What it shows and waits
    /// for went with it.
    pub fn without_display(self) -> Self {
        let Self { documents, messages, copied, shown, .. } = self;
        Self { documents, messages, copied, shown, ..Self::default() }
    }
}

/// What a call has made of a document.
#[derive(Debug)]
pub struct DocumentChange {
    /// The document.
    pub id: DocumentId,
    /// The revision that the changes begin at.
    pub base: Revision,
    /// The changes, each for the text that the one before it leads to, and the revision that it leads to.
    pub changes: Vec<(Revision, ChangeSet)>,
    /// The selections afterwards, if the call has set them.
    pub selections: Option<Selections>,
}

/// A set of decorations.
#[derive(Debug)]
pub struct DecorationChange {
    /// The document.
    pub document: DocumentId,
    /// The name of the set.
    pub name: String,
    /// What it is now, and for which revision; none takes it down.
    pub set: Option<(Revision, Vec<Decoration>)>,
}

/// A timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// In what time it runs out.
    pub after: Duration,
    /// Whether it begins anew then.
    pub repeats: bool,
}

/// Puts `value` under this name, in the place of what had the name. False where there are `most` others already.
pub(super) fn replace<T>(list: &mut Vec<(String, T)>, name: String, value: T, most: usize) -> bool {
    list.retain(|(old, _)| *old != name);
    let has_room = list.len() < most;
    if has_room {
        list.push((name, value));
    }
    has_room
}

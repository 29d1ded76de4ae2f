//! The outcome of a call: its changes, which the session takes all at once when the call has returned.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use witdock_editor_core::{ChangeSet, Revision, Selections};

use super::call::Ticket;
use super::files::FileAction;
use super::process::ProcessAction;
use crate::code::{Answer, Offer};
use crate::display::{Float, Invocation, KeyBinding, Location, Panel, Question, Segment};
use crate::documents::{Decoration, DocumentId};
use crate::message::Message;

/// The changes of a call.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Documents whose text or selections have changed.
    pub documents: Vec<DocumentChange>,
    /// Decoration sets, in the order in which they were set.
    pub decorations: Vec<DecorationChange>,
    /// Status line segments by name; none removes one.
    pub segments: Vec<(String, Option<Segment>)>,
    /// Panels by name; none removes one.
    pub panels: Vec<(String, Option<Panel>)>,
    /// Messages to the person, in order.
    pub messages: Vec<Message>,
    /// The new text on the clipboard.
    pub copied: Option<String>,
    /// The place to bring to the front.
    pub shown: Option<Location>,
    /// Questions to the person.
    pub questions: Vec<(Ticket, Question)>,
    /// Timers to start.
    pub timers: Vec<(Ticket, Timer)>,
    /// Questions and timers to cancel.
    pub cancelled: Vec<Ticket>,
    /// Commands to run.
    pub jobs: Vec<(Ticket, Invocation)>,
    /// What to do with processes, in order.
    pub processes: Vec<(Ticket, ProcessAction)>,
    /// What the plugin can answer from now on, if that has changed.
    pub offers: Option<Vec<Offer>>,
    /// Answers to what the person has asked about code.
    pub answers: Vec<(Ticket, Result<Answer, String>)>,
    /// What to do with documents and their files, in order.
    pub files: Vec<(Ticket, FileAction)>,
    /// Whether the plugin hears of the files of the folder from now on, if that has changed.
    pub follows_folder: Option<bool>,
    /// Windows over the text by name; none removes one.
    pub floats: Vec<(String, Option<Float>)>,
    /// The plugin's keys that count only somewhere, if they have changed.
    pub bindings: Option<Vec<KeyBinding>>,
    /// The mode to turn on, or none to turn it off, if that has changed.
    pub mode: Option<Option<String>>,
    /// Messages to other plugins, each with its topic.
    pub published: Vec<(String, Arc<[u8]>)>,
    /// Topics, and whether the plugin hears of them from now on.
    pub subscriptions: Vec<(String, bool)>,
    /// What happens to long work, in order.
    pub work: Vec<(Ticket, WorkChange)>,
    /// What the plugin has stored, until it is written; none removes a key.
    pub stored: BTreeMap<String, Option<Arc<[u8]>>>,
    /// Processes whose input is to be read before the plugin writes more.
    pub waits_for_room: Vec<Ticket>,
}

impl Outcome {
    /// The part that still counts when the generation that was called has retired: edits, messages and the clipboard. Its
    /// display and its timers are removed with the generation.
    pub fn without_display(self) -> Self {
        let Self { documents, messages, copied, shown, .. } = self;
        Self { documents, messages, copied, shown, ..Self::default() }
    }
}

/// The changes of a call to one document.
#[derive(Debug)]
pub struct DocumentChange {
    /// The document's number.
    pub id: DocumentId,
    /// The revision that the changes start from.
    pub base: Revision,
    /// The changes in order, each with the revision that it leads to.
    pub changes: Vec<(Revision, ChangeSet)>,
    /// The selections afterwards, if the call has set them.
    pub selections: Option<Selections>,
}

/// A message of a plugin to those that have subscribed to its topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicMessage {
    /// `PLUGIN/TOPIC`.
    pub topic: Arc<str>,
    /// What the plugins know the meaning of.
    pub bytes: Arc<[u8]>,
    /// The number of messages before this one that were dropped.
    pub missed: u32,
}

/// What happens to long work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkChange {
    /// It begins.
    Start {
        /// What is done, in a few words.
        title: String,
        /// Whether the editor calls the plugin for each step.
        in_steps: bool,
    },
    /// It is this far.
    Report {
        /// How much is done.
        done: u64,
        /// How much there is; 0 if that is not known.
        total: u64,
        /// What is being done now.
        detail: String,
    },
    /// It has ended.
    Finish,
}

/// A new set of decorations.
#[derive(Debug)]
pub struct DecorationChange {
    /// The document's number.
    pub document: DocumentId,
    /// The name of the set.
    pub name: String,
    /// The decorations with the revision that they belong to; none removes the set.
    pub set: Option<(Revision, Vec<Decoration>)>,
}

/// A timer to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// The time until it runs out.
    pub after: Duration,
    /// Whether it starts again then.
    pub repeats: bool,
}

/// Sets the value of a name.
pub(super) fn replace<T>(list: &mut Vec<(String, T)>, name: String, value: T) {
    list.retain(|(old, _)| *old != name);
    list.push((name, value));
}

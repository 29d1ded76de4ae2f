//! Ends what plugins do for ever in answer to themselves, or to each other.
//!
//! A plugin that edits when it hears of a change hears of its own edit too. Where it answers that with a further edit, and two plugins
//! with edits to each other's, nothing would ever end it: each call is short. So the answers in a row are counted, up to the next input
//! of the person.

use super::Plugins;
use super::slot::{Slot, Waiting};
use crate::documents::{Author, Documents};
use crate::host::api::Event;
use crate::host::{Outcome, PluginAction, PluginId};
use crate::message::Message;
use crate::outbox::{Effect, Outbox};

/// The most answers of a plugin to plugins in a row.
pub(crate) const MOST_ECHOES: u32 = 100;

/// What a call answers that no person has caused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Echo {
    /// A change of a text by this plugin.
    Change(PluginId),
    /// Something else that a plugin has caused: a command that was run, a cursor that was moved, a document that was saved.
    Other,
}

impl Echo {
    /// What a call answers, if a plugin may have caused it.
    pub(super) fn of(waiting: &Waiting, documents: &Documents) -> Option<Self> {
        match waiting {
            Waiting::Changed(id) => match documents.find(*id)?.author {
                Author::Plugin(author) => Some(Self::Change(author)),
                Author::Person(_) => None,
            },
            Waiting::Run { by_person: false, .. }
            | Waiting::CursorMoved
            | Waiting::SelectionChanged
            | Waiting::File(..)
            | Waiting::Message(_)
            | Waiting::Tell(Event::JobEnded(_) | Event::Saved(_)) => Some(Self::Other),
            _ => None,
        }
    }
}

/// Whether something follows from an outcome that plugins hear of.
fn goes_on(outcome: &Outcome) -> bool {
    let asks = !outcome.jobs.is_empty() || !outcome.files.is_empty() || !outcome.published.is_empty();
    asks || !outcome.documents.is_empty() || outcome.shown.is_some()
}

impl Slot {
    /// Counts an outcome in answer to plugins. Gives whether that were too many.
    fn counts_echo(&mut self, echo: Option<Echo>, outcome: &Outcome, is_change: bool) -> bool {
        match echo {
            Some(_) if goes_on(outcome) => self.echoes += 1,
            // A text that another program has changed, or the person.
            None if is_change => self.echoes = 0,
            _ => {}
        }
        self.echoes == MOST_ECHOES
    }
}

impl Plugins {
    /// The person has done something: whatever plugins do now may be an answer to it.
    pub(crate) fn person_acts(&mut self) {
        for slot in self.slots.values_mut() {
            slot.echoes = 0;
        }
    }

    /// Stops a plugin that answers plugins for ever.
    pub(super) fn follow_echo(
        &mut self,
        plugin: PluginId,
        waiting: &Waiting,
        echo: Option<Echo>,
        outcome: &Outcome,
        documents: &Documents,
        out: &mut Outbox,
    ) {
        let Some(slot) = self.slots.get_mut(plugin) else { return };
        let is_change = matches!(waiting, Waiting::Changed(_) | Waiting::Run { by_person: true, .. });
        if !slot.counts_echo(echo, outcome, is_change) {
            return;
        }
        // No call is made until it has stopped.
        slot.backing_off = true;
        let did = match outcome.documents.first().and_then(|change| documents.find(change.id)) {
            Some(buffer) => format!("changed {}", buffer.name()),
            None if !outcome.published.is_empty() => "sent messages".to_owned(),
            None => "run commands".to_owned(),
        };
        let cause = match echo {
            Some(Echo::Change(author)) if author != plugin => {
                format!("to changes of {}", self.name_of(author))
            }
            Some(Echo::Change(_)) => "to its own changes".to_owned(),
            _ => "to what plugins did".to_owned(),
        };
        let text = format!(
            "stopped: it has {did} {MOST_ECHOES} times in a row in answer {cause}, without a key of yours in between; v in the list of \
             plugins starts it again"
        );
        out.show(Message::error(text).of(self.name_of(plugin)));
        self.stands.fail(plugin);
        out.effect(Effect::Manage(plugin, PluginAction::Stop));
    }
}

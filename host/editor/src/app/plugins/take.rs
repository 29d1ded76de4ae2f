//! What becomes of a call that has ended.

use std::time::Duration;

use witdock_editor_core::{Bias, ChangeError, Selection, Selections, Transaction};

use super::super::{App, Effect, Message};
use super::find_mut;
use super::slot::Waiting;
use super::timer::Alarm;
use crate::buffer::{Author, Buffer};
use crate::display::Location;
use crate::plugins::api::CommandError;
use crate::plugins::{Answered, DecorationChange, DocumentChange, Failure, Outcome, PluginId, Ticket};

impl App {
    pub(super) fn ended(
        &mut self,
        plugin: PluginId,
        result: Result<(Answered, Box<Outcome>), Failure>,
    ) -> Vec<Effect> {
        let Some(Some(slot)) = self.slots.get_mut(plugin) else { return Vec::new() };
        let Some(waiting) = slot.running.take() else { return Vec::new() };
        let is_of_before = std::mem::take(&mut slot.is_of_before);
        match result {
            Ok((answered, outcome)) => {
                let outcome = if is_of_before { outcome.without_display() } else { *outcome };
                let mut effects = self.take(plugin, &waiting, outcome);
                effects.extend(self.answered(plugin, waiting, answered));
                effects
            }
            Err(Failure::Resting(wait)) => self.rest(plugin, waiting, wait),
            Err(Failure::Failed(why)) => {
                self.say(Message::error(why.clone()));
                self.disown(plugin);
                if let Some(Some(slot)) = self.slots.get_mut(plugin) {
                    slot.forget();
                }
                self.give_up(plugin, vec![waiting])
            }
            Err(Failure::Refused) => self.give_up(plugin, vec![waiting]),
        }
    }

    /// Lets a plugin rest, and the call wait that was not made.
    fn rest(&mut self, plugin: PluginId, waiting: Waiting, wait: Duration) -> Vec<Effect> {
        if let Some(Some(slot)) = self.slots.get_mut(plugin) {
            slot.resting = true;
            slot.wait_first(waiting);
        }
        vec![Effect::Wait { alarm: Alarm::Rested(plugin), after: wait }]
    }

    /// Tells whoever waits for these calls that nothing comes of them.
    pub(super) fn give_up(&mut self, plugin: PluginId, calls: Vec<Waiting>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for waiting in calls {
            match waiting {
                Waiting::Run { asked, .. } => {
                    self.job_ended(asked, Err(CommandError::Failed("the plugin failed".to_owned())));
                }
                Waiting::Format(document) => effects.extend(self.format_failed(plugin, document)),
                _ => {}
            }
        }
        effects
    }

    fn answered(&mut self, plugin: PluginId, waiting: Waiting, answered: Answered) -> Vec<Effect> {
        match answered {
            Answered::Run(result) => {
                let Waiting::Run { asked, .. } = waiting else { return Vec::new() };
                if let (Err(error), None) = (&result, asked) {
                    self.say(explain(self.name_of(plugin), error));
                }
                self.job_ended(asked, result);
                Vec::new()
            }
            Answered::Told => Vec::new(),
            Answered::Formatted(version, result) => self.formatted(plugin, version, result),
            Answered::Completed(at, completions) => {
                self.completed(plugin, at, completions);
                Vec::new()
            }
            Answered::Hovered(at, text) => {
                self.hovered(plugin, at, text);
                Vec::new()
            }
        }
    }

    /// Takes what a call has changed. Where a text has moved on the edits of all texts are dropped: half of them would be
    /// a state that nobody wanted.
    fn take(&mut self, plugin: PluginId, waiting: &Waiting, outcome: Outcome) -> Vec<Effect> {
        let by_command = matches!(waiting, Waiting::Run { .. });
        let is_late = outcome.documents.iter().any(|change| {
            find_mut(&mut self.buffers, change.id)
                .is_none_or(|buffer| buffer.document.revision() != change.base)
        });
        if is_late && by_command {
            self.late(plugin, "its edits");
        } else if is_late {
            // It hears of the change, and so has its next chance.
            self.count_late(plugin);
        } else {
            let joins = match waiting {
                Waiting::Changed(id) => Some(*id),
                _ => None,
            };
            for change in outcome.documents {
                let Some(buffer) = find_mut(&mut self.buffers, change.id) else { continue };
                if let Err(error) = apply(buffer, plugin, joins == Some(change.id), change) {
                    let message = Message::error(format!("{}: {error}", self.name_of(plugin)));
                    self.say(message);
                }
            }
        }
        for change in outcome.decorations {
            self.decorate(plugin, change);
        }
        if let Some(Some(slot)) = self.slots.get_mut(plugin) {
            for (name, segment) in outcome.segments {
                slot.segments.retain(|(other, _)| *other != name);
                slot.segments.extend(segment.map(|segment| (name, segment)));
            }
            slot.jobs += outcome.jobs.len();
        }
        for (name, panel) in outcome.panels {
            self.take_panel(plugin, name, panel, by_command);
        }
        self.cancel(plugin, &outcome.cancelled);
        self.take_questions(plugin, outcome.questions, by_command);
        for message in outcome.messages {
            self.say(message);
        }
        if let Some(place) = outcome.shown {
            self.show(place);
        }
        let mut effects = self.start_timers(plugin, outcome.timers);
        if let Some(text) = outcome.copied {
            self.clip = text.as_str().into();
            effects.push(Effect::Copy(text));
        }
        for (ticket, invocation) in outcome.jobs {
            effects.extend(self.invoke(invocation, Some((plugin, ticket))));
        }
        effects
    }

    fn decorate(&mut self, plugin: PluginId, change: DecorationChange) {
        let Some(buffer) = find_mut(&mut self.buffers, change.document) else { return };
        // Edits of this call may not have been followed yet.
        buffer.decorations.follow(&buffer.document);
        match change.set {
            None => buffer.decorations.clear(plugin, &change.name),
            Some((revision, set)) if revision == buffer.document.revision() => {
                buffer.decorations.set(plugin, change.name, set);
            }
            // Of a text that is no more: the plugin hears of the change, and the old ones stay until then.
            Some(_) => {}
        }
    }

    fn cancel(&mut self, plugin: PluginId, tickets: &[Ticket]) {
        if tickets.is_empty() {
            return;
        }
        self.withdraw(|asked| asked.plugin == plugin && tickets.contains(&asked.ticket));
        if let Some(Some(slot)) = self.slots.get_mut(plugin) {
            slot.timers.retain(|(ticket, _)| !tickets.contains(ticket));
        }
    }

    /// Brings a place to the front. One in an older text is where that text is now.
    pub(super) fn show(&mut self, place: Location) {
        let Some(index) = self.buffers.iter().position(|buffer| buffer.id == place.document) else {
            return;
        };
        let Some(buffer) = self.buffers.get_mut(index) else { return };
        let document = &mut buffer.document;
        let text = document.text();
        let offset = place.offset.min(text.len());
        let since = document.changes_since(place.revision);
        let offset = since.map_or(offset, |since| since.map(offset.min(since.length_before()), Bias::After));
        document.set_selections(Selections::one(Selection::at(text.floor_boundary(offset))));
        self.active = index;
        self.show_cursor();
    }

    pub(super) fn late(&mut self, plugin: PluginId, what: &str) {
        self.count_late(plugin);
        let name = self.name_of(plugin);
        let message =
            Message::warning(format!("{name} was late: the text has changed, and {what} is dropped"));
        self.say(message);
    }

    fn count_late(&mut self, plugin: PluginId) {
        if let Some(Some(slot)) = self.slots.get_mut(plugin) {
            slot.late += 1;
        }
    }
}

fn explain(plugin: &str, error: &CommandError) -> Message {
    match error {
        CommandError::NotApplicable(why) => Message::info(format!("{plugin}: {why}")),
        CommandError::NoSuchCommand(name) => Message::error(format!("{plugin} has no command `{name}`")),
        CommandError::Argument(why) => Message::error(format!("{plugin}: the argument is wrong: {why}")),
        CommandError::Failed(why) => Message::error(format!("{plugin}: {why}")),
    }
}

/// Applies what a call has made of a document: as one step to undo, or as part of the step that it answers to.
fn apply(
    buffer: &mut Buffer,
    plugin: PluginId,
    joins: bool,
    change: DocumentChange,
) -> Result<(), ChangeError> {
    let document = &mut buffer.document;
    if !change.changes.is_empty() {
        buffer.author = Author::Plugin(plugin);
        let mut joins = joins;
        for (revision, edits) in change.changes {
            if joins {
                document.join_undo();
            }
            // What follows the first is one step with it.
            joins = true;
            document.apply_reserved(Transaction::new(document.revision(), edits), revision)?;
        }
    }
    if let Some(selections) = change.selections {
        document.set_selections(selections);
    }
    Ok(())
}

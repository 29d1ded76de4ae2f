//! Taking the outcome of a call that has ended.

use std::time::Duration;

use witdock_editor_core::{Bias, ChangeError, Selection, Selections, Transaction};

use super::Plugins;
use super::process::taken;
use super::slot::Waiting;
use super::timer::Alarm;
use crate::display::Location;
use crate::documents::{Author, Buffer, Documents};
use crate::host::api::{CommandError, Event};
use crate::host::{Answered, DecorationChange, DocumentChange, Failure, Outcome, PluginId, Ticket};
use crate::message::Message;
use crate::outbox::{Effect, Job, Outbox, Request};
use crate::size::Size;

impl Plugins {
    pub(super) fn ended(
        &mut self,
        plugin: PluginId,
        result: Result<(Answered, Box<Outcome>), Failure>,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        let Some(slot) = self.slots.get_mut(plugin) else { return };
        let Some(waiting) = slot.running.take() else { return };
        if !matches!(waiting, Waiting::Step(_)) {
            slot.work_goes_on();
        }
        let echo = slot.echo.take();
        let is_of_previous = std::mem::take(&mut slot.is_of_previous);
        if result.is_ok() {
            out.effects.extend(taken(plugin, &waiting));
        }
        match result {
            Ok((answered, outcome)) => {
                let outcome = if is_of_previous { outcome.without_display() } else { *outcome };
                self.follow_echo(plugin, &waiting, echo, &outcome, documents, out);
                self.take(plugin, &waiting, outcome, documents, out);
                self.answered(plugin, waiting, answered, documents, out);
            }
            Err(Failure::BackingOff(wait)) => self.back_off(plugin, waiting, wait, out),
            Err(Failure::Failed(why)) => {
                out.show(Message::error(why).of(self.name_of(plugin)));
                self.take_down(plugin, documents);
                self.end_processes(plugin, out);
                self.drop_requests(plugin, out);
                if let Some(slot) = self.slots.get_mut(plugin) {
                    slot.forget();
                }
                self.give_up_call(plugin, waiting, documents, out);
            }
            Err(Failure::Refused) => self.give_up_call(plugin, waiting, documents, out),
        }
    }

    /// Keeps a call for later that a plugin has refused because it is backing off.
    fn back_off(&mut self, plugin: PluginId, waiting: Waiting, wait: Duration, out: &mut Outbox) {
        if let Some(slot) = self.slots.get_mut(plugin) {
            slot.backing_off = true;
            slot.wait_first(waiting);
        }
        out.effect(Effect::Wait { alarm: Alarm::BackedOff(plugin), after: wait });
    }

    /// Tells whoever waits for these calls of a plugin that they fail.
    pub(super) fn give_up(
        &mut self,
        plugin: PluginId,
        calls: Vec<Waiting>,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        for waiting in calls {
            self.give_up_call(plugin, waiting, documents, out);
        }
    }

    fn give_up_call(
        &mut self,
        plugin: PluginId,
        waiting: Waiting,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        match waiting {
            Waiting::Run { asked, .. } => {
                self.job_ended(asked, Err(CommandError::Failed("the plugin failed".to_owned())));
            }
            Waiting::Format(document) | Waiting::BeforeSave(document) => {
                self.format_failed(plugin, document, documents, out)
            }
            _ => {}
        }
    }

    fn answered(
        &mut self,
        plugin: PluginId,
        waiting: Waiting,
        answered: Answered,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        match answered {
            Answered::Run(result) => {
                let Waiting::Run { asked, .. } = waiting else { return };
                if let (Err(error), None) = (&result, asked) {
                    out.show(explain(self.name_of(plugin), error));
                }
                self.job_ended(asked, result);
            }
            Answered::Told => {}
            Answered::Stepped(step) => {
                if let (Some(slot), Waiting::Step(work)) = (self.slots.get_mut(plugin), waiting) {
                    slot.stepped(work, step);
                }
            }
            Answered::Formatted(version, result) => self.formatted(plugin, version, result, documents, out),
            Answered::Completed(at, completions) => self.completed(plugin, at, completions, documents),
            Answered::Hovered(at, text) => self.hovered(plugin, at, text, documents, out),
        }
    }

    /// Takes the changes of a call. Where one text has moved on, the edits of all texts are dropped: a part of them would
    /// be a state that nobody wanted.
    fn take(
        &mut self,
        plugin: PluginId,
        waiting: &Waiting,
        outcome: Outcome,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        let by_command = matches!(waiting, Waiting::Run { by_person: true, .. });
        let is_late = outcome.documents.iter().any(|change| {
            documents.find(change.id).is_none_or(|buffer| buffer.document.revision() != change.base)
        });
        if is_late && by_command {
            self.late(plugin, "the text has changed meanwhile, so its edits were dropped", out);
        } else if is_late {
            // The plugin hears of the change, and can answer that.
            self.count_late(plugin);
        } else {
            let joins = match waiting {
                Waiting::Changed(id) => Some(*id),
                _ => None,
            };
            for change in outcome.documents {
                let Some(buffer) = documents.find_mut(change.id) else { continue };
                if let Err(error) = apply(buffer, plugin, joins == Some(change.id), change) {
                    out.show(Message::error(error.to_string()).of(self.name_of(plugin)));
                }
            }
        }
        for change in outcome.decorations {
            decorate(plugin, change, documents);
        }
        if let Some(slot) = self.slots.get_mut(plugin) {
            for (name, segment) in outcome.segments {
                slot.segments.retain(|(other, _)| *other != name);
                slot.segments.extend(segment.map(|segment| (name, segment)));
            }
            slot.offers = outcome.offers.unwrap_or(std::mem::take(&mut slot.offers));
            let jobs = outcome.jobs.iter();
            slot.jobs.extend(jobs.map(|(ticket, invocation)| (*ticket, invocation.bytes())));
        }
        for (name, panel) in outcome.panels {
            self.take_panel(plugin, name, panel, by_command);
        }
        self.cancel(plugin, &outcome.cancelled);
        self.take_questions(plugin, outcome.questions, by_command);
        for message in outcome.messages {
            out.show(message.of(self.name_of(plugin)));
        }
        for (request, answer) in outcome.answers {
            self.code_answered(plugin, request, answer, documents, out);
        }
        if let Some(place) = outcome.shown {
            documents.show(place, out);
        }
        self.start_timers(plugin, outcome.timers, out);
        for (name, float) in outcome.floats {
            self.take_float(plugin, name, float, by_command);
        }
        if let Some(slot) = self.slots.get_mut(plugin) {
            slot.subscribe(outcome.subscriptions);
            slot.bindings = outcome.bindings.unwrap_or(std::mem::take(&mut slot.bindings));
        }
        if let Some(mode) = outcome.mode {
            self.set_mode(plugin, mode, by_command);
        }
        self.publish(plugin, outcome.published);
        self.follow_folder(plugin, outcome.follows_folder, out);
        self.take_work(plugin, outcome.work, by_command);
        // An answer to a question is the person's too.
        let by_person = by_command || matches!(waiting, Waiting::Tell(Event::Answered(_)));
        self.act_on_files(plugin, outcome.files, by_person, documents, out);
        self.act_on_processes(plugin, outcome.processes, &outcome.waits_for_room, out);
        if let Some(text) = outcome.copied {
            documents.set_clipboard(&text);
            out.request(Request::Copy(text));
        }
        let jobs = outcome.jobs.into_iter();
        out.jobs.extend(jobs.map(|(ticket, invocation)| Job {
            invocation,
            asked: Some((plugin, ticket)),
            by_person: by_command,
        }));
    }

    fn cancel(&mut self, plugin: PluginId, tickets: &[Ticket]) {
        if tickets.is_empty() {
            return;
        }
        self.withdraw(|asked| asked.plugin == plugin && tickets.contains(&asked.ticket));
        if let Some(slot) = self.slots.get_mut(plugin) {
            slot.timers.retain(|(ticket, _)| !tickets.contains(ticket));
        }
    }

    pub(super) fn late(&mut self, plugin: PluginId, what: &str, out: &mut Outbox) {
        self.count_late(plugin);
        out.show(Message::warning(format!("too late: {what}")).of(self.name_of(plugin)));
    }

    fn count_late(&mut self, plugin: PluginId) {
        if let Some(slot) = self.slots.get_mut(plugin) {
            slot.late += 1;
        }
    }
}

fn explain(plugin: &str, error: &CommandError) -> Message {
    match error {
        CommandError::NotApplicable(why) => Message::info(why),
        CommandError::NoSuchCommand(name) => Message::error(format!("there is no command `{name}`")),
        CommandError::Argument(why) => Message::error(format!("invalid argument: {why}")),
        CommandError::Failed(why) => Message::error(why),
    }
    .of(plugin)
}

/// Applies a call's changes of a document: as one undo step, or as part of the step that the call answers.
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
            // All changes after the first one join it.
            joins = true;
            document.apply_reserved(Transaction::new(document.revision(), edits), revision)?;
        }
    }
    if let Some(selections) = change.selections {
        document.set_selections(selections);
    }
    Ok(())
}

fn decorate(plugin: PluginId, change: DecorationChange, documents: &mut Documents) {
    let Some(buffer) = documents.find_mut(change.document) else { return };
    // The decorations may not have followed the edits of this call yet.
    buffer.decorations.follow(&buffer.document);
    match change.set {
        None => buffer.decorations.clear(plugin, &change.name),
        Some((revision, set)) if revision == buffer.document.revision() => {
            buffer.decorations.set(plugin, change.name, set);
        }
        // The text has moved on. The plugin hears of that; until then the earlier decorations stay.
        Some(_) => {}
    }
}

impl Documents {
    /// Brings a place to the front. A place in an older revision stands for where that text is now.
    pub(crate) fn show(&mut self, place: Location, out: &mut Outbox) {
        let Some(buffer) = self.find_mut(place.document) else { return };
        let document = &mut buffer.document;
        let text = document.text();
        let offset = place.offset.min(text.len());
        let since = document.changes_since(place.revision);
        let offset = since.map_or(offset, |since| since.map(offset.min(since.length_before()), Bias::After));
        document.set_selections(Selections::one(Selection::at(text.floor_boundary(offset))));
        self.activate(place.document);
        out.request(Request::Reveal);
    }
}

//! Ways to go on from what is typed.

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent};
use witdock_editor_core::{Bias, Revision};

use super::super::{App, Effect, Message};
use super::slot::Waiting;
use crate::buffer::{Author, Buffer, DocumentId, Origin};
use crate::display::{Completion, Location};
use crate::plugins::PluginId;
use crate::plugins::api::Abilities;

/// The most that is shown of all plugins' completions together.
const MOST: usize = 200;

/// A list of ways to go on.
#[derive(Debug)]
pub struct Completing {
    document: DocumentId,
    /// The revision that the ranges are of: they move along with the text.
    revision: Revision,
    offers: Vec<Offer>,
    chosen: usize,
}

/// One way to go on.
#[derive(Debug)]
struct Offer {
    plugin: PluginId,
    completion: Completion,
    /// What choosing it replaces, in the text as it is now.
    range: Range<usize>,
}

impl App {
    /// Asks for ways to go on if what was typed last wants them.
    pub(in crate::app) fn complete_after_typing(&mut self) {
        let Some(buffer) = self.buffers.get(self.active) else { return };
        let typed = buffer.author == Author::Person(Origin::Typed);
        let head = buffer.document.selections().primary().head;
        let last = buffer.document.text().char_before(head);
        let (true, Some(last)) = (typed && buffer.document.selections().len() == 1, last) else { return };
        let is_word = last.is_alphanumeric() || last == '_';
        let at = location(buffer, head);
        for slot in self.slots.iter_mut().flatten() {
            let triggers = is_word || slot.registration.completion_triggers.contains(&last);
            if triggers && slot.can(Abilities::COMPLETE, buffer) {
                slot.wait(Waiting::Complete(at));
            }
        }
    }

    /// Asks for ways to go on at the cursor.
    pub(in crate::app) fn complete(&mut self) {
        let Some(at) = self.ask_at_cursor(Abilities::COMPLETE, Waiting::Complete) else { return };
        if !at {
            self.say(Message::info("no plugin completes documents of this language"));
        }
    }

    /// Asks every plugin that has the ability about the cursor's place. Whether there is one.
    pub(super) fn ask_at_cursor(
        &mut self,
        ability: Abilities,
        waiting: impl Fn(Location) -> Waiting,
    ) -> Option<bool> {
        let buffer = self.buffers.get(self.active)?;
        let at = location(buffer, buffer.document.selections().primary().head);
        let mut is_asked = false;
        for slot in self.slots.iter_mut().flatten() {
            if slot.can(ability, buffer) {
                slot.wait(waiting(at));
                is_asked = true;
            }
        }
        Some(is_asked)
    }

    /// Takes ways to go on, unless the cursor is elsewhere by now.
    pub(super) fn completed(&mut self, plugin: PluginId, at: Location, completions: Vec<Completion>) {
        let Some(buffer) = self.buffers.get(self.active).filter(|buffer| buffer.id == at.document) else {
            return;
        };
        let document = &buffer.document;
        let text = document.text();
        // Who typed on goes on in the same word: the ranges grow with it.
        let Some(since) = document.changes_since(at.revision) else { return };
        let mut offers = Vec::new();
        for completion in completions.into_iter().take(MOST) {
            let Range { start, end } = completion.edit.range;
            if start > end || end > since.length_before() {
                continue;
            }
            let range = since.map(start, Bias::Before)..since.map(end, Bias::After);
            let fits = text.is_boundary(range.start) && text.is_boundary(range.end);
            if fits && range.start <= range.end {
                offers.push(Offer { plugin, completion, range });
            }
        }
        let revision = document.revision();
        let id = buffer.id;
        let list = self.completion.get_or_insert_with(|| Completing {
            document: id,
            revision,
            offers: Vec::new(),
            chosen: 0,
        });
        list.offers.retain(|offer| offer.plugin != plugin);
        list.offers.extend(offers);
        self.close_completion_if_idle();
    }

    /// Moves the list along with the text, and closes it where it offers nothing any more.
    pub(in crate::app) fn follow_completion(&mut self) {
        let Some(list) = &mut self.completion else { return };
        let buffer = self.buffers.get(self.active).filter(|buffer| buffer.id == list.document);
        let since = buffer.and_then(|buffer| buffer.document.changes_since(list.revision));
        let (Some(buffer), Some(since)) = (buffer, since) else {
            self.completion = None;
            return;
        };
        for offer in &mut list.offers {
            offer.range = since.map(offer.range.start, Bias::Before)..since.map(offer.range.end, Bias::After);
        }
        if !since.is_empty() {
            list.chosen = 0;
        }
        list.revision = buffer.document.revision();
        self.close_completion_if_idle();
    }

    fn close_completion_if_idle(&mut self) {
        if self.completions().is_empty() {
            self.completion = None;
        }
    }

    /// What is offered, with the place that it is about, and whether it is chosen.
    pub fn completions(&self) -> Vec<(&Completion, Range<usize>, bool)> {
        let Some(list) = &self.completion else { return Vec::new() };
        let Some(buffer) = self.buffers.get(self.active) else { return Vec::new() };
        let fitting = list.offers.iter().filter(|offer| fits(offer, buffer));
        fitting
            .enumerate()
            .map(|(index, offer)| (&offer.completion, offer.range.clone(), index == list.chosen))
            .collect()
    }

    /// What a key does to the list. None for one that is not the list's.
    pub(in crate::app) fn completion_key(&mut self, key: KeyEvent) -> Option<Vec<Effect>> {
        let last = self.completions().len().checked_sub(1)?;
        let list = self.completion.as_mut()?;
        if !key.modifiers.is_empty() {
            return None;
        }
        match key.code {
            KeyCode::Up => list.chosen = list.chosen.checked_sub(1).unwrap_or(last),
            KeyCode::Down => list.chosen = if list.chosen < last { list.chosen + 1 } else { 0 },
            KeyCode::Esc => self.completion = None,
            KeyCode::Tab | KeyCode::Enter => self.take_completion(),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn take_completion(&mut self) {
        let chosen = self.completions().into_iter().find(|(.., is_chosen)| *is_chosen);
        let Some((text, range)) = chosen.map(|(completion, range, _)| (completion.edit.text.clone(), range))
        else {
            return;
        };
        self.completion = None;
        let Some(buffer) = self.buffers.get_mut(self.active) else { return };
        buffer.author = Author::Person(Origin::Command);
        buffer.document.break_undo();
        let end = range.start + text.len();
        let edit = witdock_editor_core::Edit::replace(range, text);
        match buffer.document.apply_edits(buffer.document.revision(), [edit]) {
            Ok(_) => buffer.document.set_selections(witdock_editor_core::Selections::one(
                witdock_editor_core::Selection::at(end),
            )),
            Err(error) => self.say(Message::error(error.to_string())),
        }
    }
}

fn location(buffer: &Buffer, offset: usize) -> Location {
    Location { document: buffer.id, revision: buffer.document.revision(), offset }
}

/// Whether what is typed by now is how a completion begins, and the cursor still is at its end.
fn fits(offer: &Offer, buffer: &Buffer) -> bool {
    let head = buffer.document.selections().primary();
    if !head.is_empty() || head.head != offer.range.end {
        return false;
    }
    let typed = buffer.document.text().slice(offer.range.clone()).to_lowercase();
    let text = offer.completion.edit.text.to_lowercase();
    text.starts_with(&typed) && text != typed || typed.is_empty()
}

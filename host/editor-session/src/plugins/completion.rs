//! The list of completions at the cursor.

use std::ops::Range;

use witdock_editor_core::{Bias, Revision};

use super::Plugins;
use super::slot::Waiting;
use crate::code::Question;
use crate::display::{Completion, Location};
use crate::documents::{Author, Buffer, DocumentId, Documents, Origin};
use crate::host::PluginId;
use crate::host::api::Abilities;
use crate::message::Message;
use crate::outbox::Outbox;
use crate::size::Size;

/// The most completions that are taken from one plugin.
const MAX_COMPLETIONS: usize = 200;
/// The most memory that they take, bytes: all of them are compared with what is typed, at every key.
const MAX_BYTES: usize = 1 << 20;

/// The completions that plugins offer at one place.
#[derive(Debug)]
pub(super) struct Completions {
    document: DocumentId,
    /// The revision that the ranges belong to. They move along with the text.
    revision: Revision,
    offers: Vec<Offer>,
    chosen: usize,
}

#[derive(Debug)]
struct Offer {
    plugin: PluginId,
    completion: Completion,
    /// The range that the completion replaces, in the text as it is now.
    range: Range<usize>,
}

/// A completion in the list.
#[derive(Debug, Clone)]
pub struct Offered<'a> {
    /// The name of the plugin.
    pub plugin: &'a str,
    /// The completion.
    pub completion: &'a Completion,
    /// The range that it replaces, in the text as it is now.
    pub range: Range<usize>,
    /// Whether it is the chosen one.
    pub is_chosen: bool,
}

impl Plugins {
    /// Asks for completions if the last change is a typed character that continues a word or triggers completion.
    pub(crate) fn complete_after_typing(&mut self, documents: &Documents) {
        let Some(buffer) = documents.active() else { return };
        let is_typed = buffer.author == Author::Person(Origin::Typed);
        if !is_typed || buffer.document.selections().len() != 1 {
            return;
        }
        let head = buffer.cursor();
        let Some(last) = buffer.document.text().char_before(head) else { return };
        let is_word = last.is_alphanumeric() || last == '_';
        for slot in self.slots.values_mut() {
            let triggers = is_word || slot.registration.completion_triggers.contains(&last);
            if triggers && slot.can(Abilities::COMPLETE, buffer) {
                slot.wait(Waiting::Complete(buffer.location(head)));
            }
        }
        self.suggest_after_typing(last, is_word, documents);
    }

    /// Asks all plugins that complete documents of this language.
    pub(crate) fn complete(&mut self, documents: &Documents, out: &mut Outbox) {
        let is_asked = self.ask_code(&Question::Completion, documents);
        if !self.ask_at_cursor(documents, Abilities::COMPLETE, Waiting::Complete) && !is_asked {
            out.show(Message::info("no plugin completes this language"));
        }
    }

    /// Asks all plugins with this ability about the place at the cursor. Gives whether there is one.
    pub(super) fn ask_at_cursor(
        &mut self,
        documents: &Documents,
        ability: Abilities,
        waiting: impl Fn(Location) -> Waiting,
    ) -> bool {
        let Some(buffer) = documents.active() else { return true };
        let at = buffer.location(buffer.cursor());
        let mut is_asked = false;
        for slot in self.slots.values_mut().filter(|slot| slot.can(ability, buffer)) {
            slot.wait(waiting(at));
            is_asked = true;
        }
        is_asked
    }

    /// Takes a plugin's completions, unless another document is active by now.
    pub(super) fn completed(
        &mut self,
        plugin: PluginId,
        at: Location,
        completions: Vec<Completion>,
        documents: &Documents,
    ) {
        let Some(buffer) = documents.active().filter(|buffer| buffer.id == at.document) else { return };
        let document = &buffer.document;
        let text = document.text();
        // Where the person has typed on in the same word, the ranges grow with it.
        let Some(since) = document.changes_since(at.revision) else { return };
        let (mut offers, mut bytes) = (Vec::new(), 0);
        for completion in completions.into_iter().take(MAX_COMPLETIONS) {
            bytes += completion.bytes();
            if bytes > MAX_BYTES {
                break;
            }
            let Range { start, end } = completion.edit.range;
            if start > end || end > since.length_before() {
                continue;
            }
            let range = since.map(start, Bias::Before)..since.map(end, Bias::After);
            let is_valid = text.is_boundary(range.start) && text.is_boundary(range.end);
            if is_valid && range.start <= range.end {
                offers.push(Offer { plugin, completion, range });
            }
        }
        let list = self.completions.get_or_insert_with(|| Completions {
            document: buffer.id,
            revision: document.revision(),
            offers: Vec::new(),
            chosen: 0,
        });
        list.offers.retain(|offer| offer.plugin != plugin);
        list.offers.extend(offers);
        self.close_empty_completions(documents);
    }

    /// Moves the list along with the text, and closes it when no completion fits any more.
    pub(super) fn follow_completions(&mut self, documents: &Documents) {
        let Some(list) = &mut self.completions else { return };
        let buffer = documents.active().filter(|buffer| buffer.id == list.document);
        let since = buffer.and_then(|buffer| buffer.document.changes_since(list.revision));
        let (Some(buffer), Some(since)) = (buffer, since) else {
            self.completions = None;
            return;
        };
        for offer in &mut list.offers {
            offer.range = since.map(offer.range.start, Bias::Before)..since.map(offer.range.end, Bias::After);
        }
        if !since.is_empty() {
            list.chosen = 0;
        }
        list.revision = buffer.document.revision();
        self.close_empty_completions(documents);
    }

    fn close_empty_completions(&mut self, documents: &Documents) {
        if self.completions(documents).is_empty() {
            self.completions = None;
        }
    }

    /// The completions that fit what is typed.
    pub fn completions(&self, documents: &Documents) -> Vec<Offered<'_>> {
        let (Some(list), Some(buffer)) = (&self.completions, documents.active()) else { return Vec::new() };
        let fitting = list.offers.iter().filter(|offer| fits(offer, buffer)).enumerate();
        fitting
            .map(|(index, offer)| Offered {
                plugin: self.name_of(offer.plugin),
                completion: &offer.completion,
                range: offer.range.clone(),
                is_chosen: index == list.chosen,
            })
            .collect()
    }

    /// Whether a list of completions is open.
    pub fn is_completing(&self) -> bool {
        self.completions.is_some()
    }

    /// Chooses the next completion of the list, or the one before. The list is a circle.
    pub(crate) fn choose_completion(&mut self, forward: bool, documents: &Documents) {
        let Some(last) = self.completions(documents).len().checked_sub(1) else { return };
        let Some(list) = &mut self.completions else { return };
        list.chosen = match list.chosen {
            chosen if forward => {
                if chosen < last {
                    chosen + 1
                } else {
                    0
                }
            }
            chosen => chosen.checked_sub(1).unwrap_or(last),
        };
    }

    pub(crate) fn choose_completion_at(&mut self, index: usize, documents: &Documents) {
        let last = self.completions(documents).len().saturating_sub(1);
        if let Some(list) = &mut self.completions {
            list.chosen = index.min(last);
        }
    }

    pub(crate) fn close_completions(&mut self) {
        self.completions = None;
    }

    /// Applies the chosen completion and closes the list.
    pub(crate) fn accept_completion(&mut self, documents: &mut Documents, out: &mut Outbox) {
        let chosen = self.completions(documents).into_iter().find(|offered| offered.is_chosen);
        let Some((range, text)) = chosen.map(|offered| (offered.range, offered.completion.edit.text.clone()))
        else {
            return;
        };
        self.completions = None;
        documents.insert(range, text, out);
    }
}

/// Whether the completion begins with what is typed, and the cursor is still at its end.
fn fits(offer: &Offer, buffer: &Buffer) -> bool {
    let primary = buffer.document.selections().primary();
    if !primary.is_empty() || primary.head != offer.range.end {
        return false;
    }
    let typed = buffer.document.text().slice(offer.range.clone()).to_lowercase();
    let text = offer.completion.edit.text.to_lowercase();
    text.starts_with(&typed) && text != typed || typed.is_empty()
}

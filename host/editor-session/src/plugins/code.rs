//! What the person asks about code. A plugin that offers to answer is asked in a call, and answers in that one or in a later one.

use witdock_editor_core::{Revision, Text};

use super::Plugins;
use super::slot::{Slot, Waiting};
use crate::code::{Answer, Description, Feature, Offer, Question, Suggestion};
use crate::code::{Columns, WorkspaceEdit};
use crate::display::{Completion, HoverText, Location};
use crate::documents::{Buffer, Documents};
use crate::host::{PluginId, Ticket, new_ticket};
use crate::message::Message;
use crate::outbox::Outbox;
use witdock_editor_core::Edit;

/// A request that waits for its answer.
#[derive(Debug)]
pub(super) struct CodeRequest {
    pub(super) plugin: PluginId,
    ticket: Ticket,
    pub(super) question: Question,
    /// The cursor when the person asked.
    pub(super) at: Location,
    /// The text as it was then.
    pub(super) text: Text,
}

impl CodeRequest {
    /// Whether the person still is where they asked, in the same text.
    pub(super) fn is_current(&self, documents: &Documents) -> bool {
        let active = documents.active();
        active.is_some_and(|buffer| {
            (buffer.id, buffer.document.revision()) == (self.at.document, self.at.revision)
        })
    }

    /// The text of a document at a revision, as far as it is known: as the person saw it, or as it is now.
    pub(super) fn text_of<'a>(&'a self, buffer: &'a Buffer, revision: Revision) -> (Revision, &'a Text) {
        if (buffer.id, revision) == (self.at.document, self.at.revision) {
            return (revision, &self.text);
        }
        (buffer.document.revision(), buffer.document.text())
    }
}

impl Slot {
    fn offers(&self, feature: Feature, language: &str) -> bool {
        self.offers_with(language).any(|offer| offer.features.contains(&feature))
    }

    fn offers_with(&self, language: &str) -> impl Iterator<Item = &Offer> {
        let is_about = move |offer: &&Offer| {
            offer.languages.is_empty() || offer.languages.iter().any(|own| own == language)
        };
        self.offers.iter().filter(is_about)
    }

    /// Whether it completes documents of this language after this character.
    pub(super) fn suggests_after(&self, character: char, is_word: bool, language: &str) -> bool {
        let completes = |offer: &&Offer| offer.features.contains(&Feature::Completion);
        self.offers_with(language)
            .filter(completes)
            .any(|offer| is_word || offer.triggers.contains(&character))
    }
}

impl Plugins {
    /// Asks all plugins that offer to answer about this language. Gives whether there is one.
    pub(crate) fn ask_code(&mut self, question: &Question, documents: &Documents) -> bool {
        let (Some(buffer), Some(feature)) = (documents.active(), question.feature()) else { return false };
        let language = buffer.language().to_owned();
        let able: Vec<PluginId> = self
            .slots
            .iter()
            .filter(|(_, slot)| slot.offers(feature, &language))
            .map(|(plugin, _)| plugin)
            .collect();
        self.withdraw_requests(|other| other.feature() == Some(feature));
        for plugin in &able {
            self.hears_first(*plugin, documents);
            self.ask_about(*plugin, question.clone(), buffer);
        }
        !able.is_empty()
    }

    /// Queues what a plugin does not know yet, so that it is asked about the text that it has.
    fn hears_first(&mut self, plugin: PluginId, documents: &Documents) {
        if let Some(slot) = self.slots.get_mut(plugin) {
            slot.notice(documents);
        }
    }

    /// Asks one plugin about the place of the cursor.
    pub(crate) fn ask_about(&mut self, plugin: PluginId, question: Question, buffer: &Buffer) {
        let Some(slot) = self.slots.get_mut(plugin) else { return };
        let ticket = new_ticket();
        let at = buffer.location(buffer.cursor());
        slot.wait(Waiting::Ask(ticket, question.clone(), at));
        let text = buffer.document.text().clone();
        self.requests.push(CodeRequest { plugin, ticket, question, at, text });
    }

    /// Asks for completions after a typed character, where a plugin offers them.
    pub(super) fn suggest_after_typing(&mut self, last: char, is_word: bool, documents: &Documents) {
        let Some(buffer) = documents.active() else { return };
        let language = buffer.language();
        let able: Vec<PluginId> = self
            .slots
            .iter()
            .filter(|(_, slot)| slot.suggests_after(last, is_word, language))
            .map(|(plugin, _)| plugin)
            .collect();
        if able.is_empty() {
            return;
        }
        self.withdraw_requests(|other| *other == Question::Completion);
        for plugin in able {
            self.hears_first(plugin, documents);
            self.ask_about(plugin, Question::Completion, buffer);
        }
    }

    /// Tells plugins that nobody waits for these answers any more.
    pub(super) fn withdraw_requests(&mut self, is_withdrawn: impl Fn(&Question) -> bool) {
        let (withdrawn, kept) = std::mem::take(&mut self.requests)
            .into_iter()
            .partition(|request| is_withdrawn(&request.question));
        self.requests = kept;
        let withdrawn: Vec<CodeRequest> = withdrawn;
        for CodeRequest { plugin, ticket, .. } in withdrawn {
            if let Some(slot) = self.slots.get_mut(plugin) {
                slot.withdraw(ticket);
            }
        }
    }

    /// Forgets what a plugin was asked: the instance that was asked is gone.
    pub(super) fn drop_requests(&mut self, plugin: PluginId, out: &mut Outbox) {
        let before = self.requests.len();
        self.requests.retain(|request| request.plugin != plugin || request.question == Question::Completion);
        if self.requests.len() < before {
            let name = self.name_of(plugin);
            out.show(Message::warning(format!("{name} has ended before it answered; ask again")));
        }
        self.requests.retain(|request| request.plugin != plugin);
        if self.edit.as_ref().is_some_and(|edit| edit.plugin == plugin) {
            self.edit = None;
        }
    }

    /// Takes an answer. One that nobody waits for is dropped.
    pub(super) fn code_answered(
        &mut self,
        plugin: PluginId,
        ticket: Ticket,
        answer: Result<Answer, String>,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        let is_it = |request: &CodeRequest| (request.plugin, request.ticket) == (plugin, ticket);
        let Some(index) = self.requests.iter().position(is_it) else { return };
        let request = self.requests.remove(index);
        let answer = match answer {
            Ok(answer) => answer,
            // Nobody has asked for completions that come while they type.
            Err(_) if request.question == Question::Completion => return,
            Err(why) => {
                let name = self.name_of(plugin);
                return out.show(Message::warning(format!("{name}: {why}")));
            }
        };
        match (&request.question, answer) {
            (Question::Definition | Question::References, Answer::Places(places)) => {
                self.take_places(&request, places, documents, out);
            }
            (Question::Hover, Answer::Description(description)) => {
                self.take_description(&request, description, documents, out);
            }
            (Question::Completion, Answer::Suggestions(columns, suggestions)) => {
                self.take_suggestions(&request, columns, suggestions, documents);
            }
            (Question::Rename(_) | Question::RunAction(_), Answer::Edit(edit)) => {
                self.take_edit(&request, edit, documents, out);
            }
            (Question::Actions(_), Answer::Actions(actions)) => {
                self.take_actions(&request, actions, documents, out)
            }
            (Question::Symbols, Answer::Symbols(columns, symbols)) => {
                self.take_symbols(&request, columns, symbols, documents, out);
            }
            _ => {
                let name = self.name_of(plugin);
                out.show(Message::error(format!(
                    "{name} has answered another question than the one it was asked"
                )));
            }
        }
    }

    fn take_description(
        &mut self,
        request: &CodeRequest,
        description: Option<Description>,
        documents: &Documents,
        out: &mut Outbox,
    ) {
        let text = description.map(|Description { columns, extent, lines }| {
            let offset = request.at.offset;
            let range = extent.map_or(offset..offset, |extent| extent.range(&request.text, columns));
            HoverText { range, lines }
        });
        self.hovered(request.plugin, request.at, text, documents, out);
    }

    fn take_suggestions(
        &mut self,
        request: &CodeRequest,
        columns: Columns,
        suggestions: Vec<Suggestion>,
        documents: &Documents,
    ) {
        let completion = |suggestion: Suggestion| {
            let Suggestion { label, kind, detail, replacement } = suggestion;
            let range = replacement.extent.range(&request.text, columns);
            Completion { label, kind, detail, edit: Edit::replace(range, replacement.text) }
        };
        let completions = suggestions.into_iter().map(completion).collect();
        self.completed(request.plugin, request.at, completions, documents);
    }
}

/// Edits of several texts that the person has not agreed to yet, or whose files are being opened.
#[derive(Debug)]
pub(super) struct PendingEdit {
    pub(super) plugin: PluginId,
    pub(super) edit: WorkspaceEdit,
    /// Whether the person has agreed.
    pub(super) is_agreed: bool,
}

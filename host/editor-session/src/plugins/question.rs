//! Questions from plugins to the person.
//!
//! A question from a command opens at once, since the person has just run the command. One from an event waits until the
//! person pauses, so that it never takes a key that was meant for the text.

use super::Plugins;
use super::slot::Waiting;
use crate::display::{Answer, Question};
use crate::host::api::{self, Event};
use crate::host::{PluginId, Ticket};

/// A question that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub(super) plugin: PluginId,
    pub(super) ticket: Ticket,
    /// The question.
    pub question: Question,
    /// Whether it comes from a command that the person has run.
    pub(super) by_command: bool,
}

impl Asked {
    /// Whether it comes from a command that the person has run.
    pub fn is_by_command(&self) -> bool {
        self.by_command
    }
}

impl Plugins {
    /// Takes the next question to ask, if the person is ready for one: any question in a pause, and otherwise those of
    /// commands only.
    pub(crate) fn next_question(&mut self, is_pause: bool) -> Option<&Asked> {
        if self.asking.is_some() {
            return None;
        }
        let next = self.questions.iter().position(|asked| is_pause || asked.by_command)?;
        self.asking = self.questions.remove(next);
        self.asking.as_ref()
    }

    /// Puts the question that the person is answering back, to be asked next.
    pub(crate) fn postpone_question(&mut self) {
        if let Some(asked) = self.asking.take() {
            self.questions.push_front(asked);
        }
    }

    /// The name of the plugin whose question the person is answering.
    pub fn asker(&self) -> Option<&str> {
        self.asking.as_ref().map(|asked| self.name_of(asked.plugin))
    }

    /// The question that the person is answering.
    pub fn asking(&self) -> Option<&Asked> {
        self.asking.as_ref()
    }

    pub(super) fn take_questions(
        &mut self,
        plugin: PluginId,
        questions: Vec<(Ticket, Question)>,
        by_command: bool,
    ) {
        let asked =
            questions.into_iter().map(|(ticket, question)| Asked { plugin, ticket, question, by_command });
        self.questions.extend(asked);
    }

    /// A plugin's questions that have no answer.
    pub(super) fn questions_of(&self, plugin: PluginId) -> impl Iterator<Item = &Asked> {
        self.questions.iter().chain(&self.asking).filter(move |asked| asked.plugin == plugin)
    }

    /// Removes questions without an answer.
    pub(super) fn withdraw(&mut self, is_withdrawn: impl Fn(&Asked) -> bool) {
        self.questions.retain(|asked| !is_withdrawn(asked));
        self.asking.take_if(|asked| is_withdrawn(asked));
    }

    /// Answers the question that the person is answering.
    pub(crate) fn answer(&mut self, answer: Answer) {
        let Some(Asked { plugin, ticket, .. }) = self.asking.take() else { return };
        if let Some(slot) = self.slots.get_mut(plugin) {
            let answered = api::Answered { question: ticket, answer: answer.into() };
            slot.wait(Waiting::Tell(Event::Answered(answered)));
        }
    }
}

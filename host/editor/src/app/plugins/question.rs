//! Questions of plugins to a person.
//!
//! One that a command asks opens at once, since the person has just run it. One that comes out of an event waits until
//! nothing is typed, so that it never takes a key that was meant for the text.

use crossterm::event::{KeyCode, KeyEvent};

use super::super::mode::{Answering, edit_line};
use super::super::ranking::ranked;
use super::super::{App, Effect, Mode};
use super::slot::Waiting;
use crate::display::{Choice, Question};
use crate::plugins::api::{Answer, Answered, Event};
use crate::plugins::{PluginId, Ticket};

/// A question that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub(super) plugin: PluginId,
    pub(super) ticket: Ticket,
    /// What is asked.
    pub question: Question,
    /// Whether a person has brought it about.
    pub(super) by_command: bool,
}

impl App {
    /// Puts the next question to the person, if keys go to the text: any at a pause, and otherwise those of commands.
    pub(in crate::app) fn ask_next(&mut self, is_pause: bool) {
        if !matches!(self.mode, Mode::Edit) || self.completion.is_some() {
            return;
        }
        let next = self.questions.iter().position(|asked| is_pause || asked.by_command);
        if let Some(asked) = next.and_then(|next| self.questions.remove(next)) {
            self.put_question(asked);
        }
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

    /// How many questions of a plugin wait, the one that is being answered included.
    pub(super) fn questions_of(&self, plugin: PluginId) -> usize {
        let waiting = self.questions.iter().filter(|asked| asked.plugin == plugin).count();
        waiting + usize::from(self.answering().is_some_and(|asked| asked.plugin == plugin))
    }

    /// Takes questions back: those for which it holds.
    pub(super) fn withdraw(&mut self, is_withdrawn: impl Fn(&Asked) -> bool) {
        self.questions.retain(|asked| !is_withdrawn(asked));
        if self.answering().is_some_and(is_withdrawn) {
            self.mode = Mode::Edit;
        }
    }

    fn put_question(&mut self, asked: Asked) {
        let line = match &asked.question {
            Question::Text(question) => question.initial.clone(),
            Question::Choice(_) => String::new(),
        };
        self.mode = Mode::Answer(Answering { asked, line, chosen: 0 });
    }

    fn answering(&self) -> Option<&Asked> {
        match &self.mode {
            Mode::Answer(answering) => Some(&answering.asked),
            _ => None,
        }
    }

    pub(in crate::app) fn answer_key(&mut self, mut answering: Answering, key: KeyEvent) -> Vec<Effect> {
        let matching = answering.choices();
        let answer = match key.code {
            KeyCode::Esc => Answer::Cancelled,
            KeyCode::Enter => match (&answering.asked.question, matching.get(answering.chosen)) {
                (Question::Text(_), _) => Answer::Text(answering.line),
                (Question::Choice(_), Some((index, _))) => {
                    Answer::Chosen(u32::try_from(*index).unwrap_or(u32::MAX))
                }
                // Nothing matches: there is nothing to choose yet.
                (Question::Choice(_), None) => {
                    self.mode = Mode::Answer(answering);
                    return Vec::new();
                }
            },
            _ => {
                let last = matching.len().saturating_sub(1);
                match key.code {
                    KeyCode::Up => answering.chosen = answering.chosen.saturating_sub(1),
                    KeyCode::Down => answering.chosen = (answering.chosen + 1).min(last),
                    _ => {
                        edit_line(&mut answering.line, key);
                        answering.chosen = 0;
                    }
                }
                self.mode = Mode::Answer(answering);
                return Vec::new();
            }
        };
        self.answer(answering.asked, answer);
        Vec::new()
    }

    fn answer(&mut self, asked: Asked, answer: Answer) {
        let event = Event::Answered(Answered { question: asked.ticket, answer });
        if let Some(Some(slot)) = self.slots.get_mut(asked.plugin) {
            slot.wait(Waiting::Tell(event));
        }
    }
}

impl Answering {
    /// The choices that match what is typed, with their places in the question, best first.
    pub fn choices(&self) -> Vec<(usize, &Choice)> {
        let Question::Choice(question) = &self.asked.question else { return Vec::new() };
        ranked(&self.line, question.choices.iter().enumerate(), |(_, choice)| vec![&choice.label])
    }
}

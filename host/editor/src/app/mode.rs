//! The modes of the keyboard.

use crossterm::event::{KeyCode, KeyEvent};
use witdock_editor_session::Session;
use witdock_editor_session::display::{Answer, Choice, Question};

use super::line::{Edited, Line};
use super::list::List;
use super::ranking::ranked;
use super::{
    Choosing, Consenting, Effect, Find, MessageLog, Palette, Picker, PluginPanel, Prompt, Reading,
    Recovering, Replace, Screen,
};

/// The meaning of keys.
#[derive(Debug, Default)]
pub enum Mode {
    /// Keys edit the document and run commands.
    #[default]
    Edit,
    /// Keys type the text to find.
    Find(Find),
    /// Keys type what is replaced and by what, and answer about each match.
    Replace(Replace),
    /// Keys type a line that a command needs.
    Prompt(Prompt),
    /// Keys choose from a list.
    Choosing(Choosing),
    /// Keys scroll a text.
    Reading(Reading),
    /// Keys scroll the log of messages.
    Messages(MessageLog),
    /// Keys answer whether to quit although documents have unsaved changes.
    ConfirmQuit,
    /// The editor ends when the documents are saved; Escape keeps it open.
    WaitForSave,
    /// A command of the shell is under way; Escape ends it.
    WaitForShell,
    /// Keys choose what becomes of unsaved texts that were left behind.
    Recover(Recovering),
    /// Keys answer whether to close the document although it has unsaved changes.
    ConfirmClose,
    /// Keys answer this question about edits of several texts.
    ConfirmEdit(String),
    /// Keys answer whether to overwrite the changes of another program.
    ConfirmOverwrite,
    /// Keys answer whether to save over the file of this name.
    ConfirmReplace(String),
    /// Keys choose a command.
    Palette(Palette),
    /// Keys filter a list of files, documents or results.
    Picker(Box<Picker>),
    /// Keys manage plugins.
    Plugins(PluginPanel),
    /// Keys answer what plugins ask to be allowed.
    Consent(Consenting),
    /// Keys choose a line of a plugin's panel.
    Panel,
    /// Keys answer the question of a plugin, which [`Plugins::asking`](witdock_editor_session::Plugins::asking) gives.
    Answer(Answering),
}

/// What follows a key.
#[derive(Debug)]
pub(super) enum Next {
    /// Keys go on in this mode.
    Mode(Mode),
    /// Keys edit the document again.
    Edit,
    /// Keys edit the document again, beginning with this one.
    Key(KeyEvent),
    /// Keys edit the document again, and a command runs that was chosen from a list.
    Chosen(String),
    /// Keys edit the document again, and the recorded keys are replayed so many times.
    Replay(usize),
    /// Keys edit the document again, in this theme.
    Theme(String),
    /// Keys edit the document again, and something is done outside.
    Effect(Effect),
}

/// The answer to a plugin's question, while the person types it.
#[derive(Debug, Default)]
pub struct Answering {
    /// The typed line: the answer, or a query for choices.
    pub line: Line,
    /// Which of the matching choices is chosen.
    pub list: List,
}

impl Answering {
    /// Begins to answer a question.
    pub(super) fn mode(question: &Question) -> Mode {
        let line = match question {
            Question::Text(question) => Line::from(question.initial.as_str()),
            Question::Choice(_) => Line::default(),
        };
        Mode::Answer(Self { line, list: List::default() })
    }

    /// The choices that match the typed line, best first, with their indices in the question.
    pub fn choices<'a>(&self, question: &'a Question) -> Vec<(usize, &'a Choice)> {
        let Question::Choice(question) = question else { return Vec::new() };
        ranked(self.line.text(), question.choices.iter().enumerate(), |(_, choice)| vec![&choice.label])
    }

    pub(super) fn key(mut self, key: KeyEvent, session: &mut Session, screen: &Screen) -> Next {
        let Some(asked) = session.plugins().asking() else { return Next::Edit };
        let matching = self.choices(&asked.question);
        let answer = match (key.code, &asked.question, matching.get(self.list.chosen)) {
            (KeyCode::Esc, ..) => Answer::Cancelled,
            (KeyCode::Enter, Question::Text(_), _) => Answer::Text(self.line.text().to_owned()),
            (KeyCode::Enter, Question::Choice(_), Some((index, _))) => Answer::Chosen(*index),
            // No choice matches.
            (KeyCode::Enter, Question::Choice(_), None) => return Next::Mode(Mode::Answer(self)),
            (_, question, _) => {
                let room = screen.list_area(session, matching.len()).rows();
                let is_choice = matches!(question, Question::Choice(_));
                if !(is_choice && self.list.key(key, matching.len(), room))
                    && self.line.key(key) == Edited::Changed
                {
                    self.list = List::default();
                }
                return Next::Mode(Mode::Answer(self));
            }
        };
        session.answer(answer);
        Next::Edit
    }
}

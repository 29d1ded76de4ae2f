//! What plugins provide, and managing them.

use super::Session;
use crate::code::Question;
use crate::display::{Action, Answer};
use crate::host::{PluginAction, PluginId};
use crate::message::Message;
use crate::outbox::Effect;
use crate::plugins::Asked;

/// What plugins provide: formatting, completions, documentation, panels and questions.
impl Session {
    /// Formats the active document.
    pub fn format(&mut self) {
        self.plugins.format(&mut self.documents, &mut self.out);
    }

    /// Asks for completions at the cursor.
    pub fn complete(&mut self) {
        self.plugins.complete(&self.documents, &mut self.out);
    }

    /// Chooses the next completion of the open list, or the one before.
    pub fn choose_completion(&mut self, forward: bool) {
        self.plugins.choose_completion(forward, &self.documents);
    }

    /// Chooses the completion of this index in the open list; the last one where there are fewer.
    pub fn choose_completion_at(&mut self, index: usize) {
        self.plugins.choose_completion_at(index, &self.documents);
    }

    /// Applies the chosen completion and closes the list.
    pub fn accept_completion(&mut self) {
        self.plugins.accept_completion(&mut self.documents, &mut self.out);
    }

    /// Closes the list of completions.
    pub fn close_completions(&mut self) {
        self.plugins.close_completions();
    }

    /// Asks for documentation about the place at the cursor.
    pub fn hover_at_cursor(&mut self) {
        self.plugins.ask_hover(&self.documents, &mut self.out);
    }

    /// Leaves the mode of a plugin that is on. Gives whether there was one.
    pub fn leave_mode(&mut self) -> bool {
        self.plugins.leave_mode()
    }

    /// Closes the small window of a plugin that is shown over the text. Gives whether there was one.
    pub fn close_float(&mut self) -> bool {
        self.plugins.close_float(&self.documents)
    }

    /// Drops the documentation that is shown.
    pub fn dismiss_hover(&mut self) {
        self.plugins.dismiss_hover();
    }

    /// Shows a panel where none is shown. Gives whether one is shown now.
    pub fn open_panel(&mut self) -> bool {
        let is_open = self.plugins.open_panel();
        if !is_open {
            self.out.show(Message::info("no plugin has a panel"));
        }
        is_open
    }

    /// Closes the panel that is shown, until the person or its plugin opens it again.
    pub fn close_panel(&mut self) {
        self.plugins.close_panel();
    }

    /// Closes the list that the person has asked for, if one is shown.
    pub fn close_results(&mut self) {
        self.plugins.close_results();
    }

    /// Chooses a line of the panel that is shown; the last one where there are fewer.
    pub fn choose_panel_line(&mut self, line: usize) {
        self.plugins.choose_panel_line(line);
    }

    /// Does the action of the chosen panel line. Gives whether it has one.
    pub fn activate_panel_line(&mut self) -> bool {
        match self.plugins.panel_action() {
            Action::None => return false,
            Action::GoTo(place) => self.documents.show(place, &mut self.out),
            Action::Run(invocation) => self.run(invocation),
            Action::Open(place) => self.plugins.open_place(&place, &mut self.documents, &mut self.out),
            Action::Do(plugin, id) => {
                self.plugins.close_panel();
                if let Some(buffer) = self.documents.active() {
                    self.plugins.ask_about(plugin, Question::RunAction(id), buffer);
                }
            }
        }
        true
    }

    /// Takes the next question of a plugin for the person to answer: in a pause any, and otherwise only those of commands
    /// that the person has run. Call [`answer`](Self::answer) then.
    pub fn next_question(&mut self, is_pause: bool) -> Option<&Asked> {
        self.plugins.next_question(is_pause)
    }

    /// Puts back the question that [`next_question`](Self::next_question) has given last, since the person does something else.
    pub fn postpone_question(&mut self) {
        self.plugins.postpone_question();
    }

    /// Answers the question that [`next_question`](Self::next_question) has given last.
    pub fn answer(&mut self, answer: Answer) {
        self.plugins.answer(answer);
    }
}

/// Managing plugins.
impl Session {
    /// Answers the oldest request for consent: with [`PluginAction::Allow`] or [`PluginAction::Disable`], or with none to
    /// leave the plugin as it is.
    pub fn answer_consent(&mut self, action: Option<PluginAction>) {
        self.plugins.answer_consent(action, &mut self.out);
    }

    /// Asks again, where nothing else is asked, what the person has left as it is.
    pub fn ask_postponed(&mut self) {
        if self.plugins.asks().len() == 0 {
            self.plugins.ask_postponed();
        }
    }

    /// Allows all that plugins ask for.
    pub fn allow_all(&mut self) {
        self.plugins.allow_all(&mut self.out);
    }

    /// The person looks at the list of plugins: what has failed was read.
    pub fn plugins_read(&mut self) {
        self.plugins.stands_read();
    }

    /// Stops, restarts or reloads a plugin, or changes its grants.
    pub fn manage(&mut self, plugin: PluginId, action: PluginAction) {
        self.out.effect(Effect::Manage(plugin, action));
    }

    /// Cancels the long work that a plugin has begun last.
    pub(crate) fn cancel_work(&mut self) {
        if !self.plugins.cancel_work(false, &mut self.out) {
            self.out.show(Message::info("no plugin has long work under way"));
        }
    }

    /// Cancels the long work that a command of the person has begun last. Gives whether there is some.
    pub fn cancel_own_work(&mut self) -> bool {
        self.plugins.cancel_work(true, &mut self.out)
    }

    pub(crate) fn stop_busy(&mut self) {
        self.plugins.stop_busy(&mut self.out);
    }
}

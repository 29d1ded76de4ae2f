//! Routing keys and pasted text to the mode that they are for.

use crossterm::event::{KeyCode, KeyEvent};
use witdock_editor_session::Message;
use witdock_editor_session::display::Invocation;

use super::keyboard::Meaning;
use super::mode::Next;
use super::{
    Answering, App, Effect, Kind, List, Mode, Paths, Prompt, Purpose, Replace, Source, Stage, palette,
    plugins,
};

/// The command whose keys paste into lines too.
pub(super) const PASTE: &str = "editor.paste";

impl App {
    pub(super) fn key(&mut self, key: KeyEvent) {
        if self.is_line() && self.keyboard.is_key_of(key, PASTE) {
            return self.paste(&self.session.documents().clipboard());
        }
        self.remember_entered(key);
        let found = match &self.mode {
            Mode::Find(find) => find.line.text.text().to_owned(),
            _ => String::new(),
        };
        let (session, screen) = (&mut self.session, &mut self.screen);
        let next = match std::mem::take(&mut self.mode) {
            Mode::Edit => return self.edit_key(key),
            Mode::Find(find) => find.key(key, session, screen, &self.history),
            Mode::Replace(replace) => replace.key(key, session, screen, &self.history),
            Mode::Choosing(choosing) => choosing.key(key, session),
            Mode::Prompt(prompt) => prompt.key(key, session, screen, &self.history),
            Mode::Reading(reading) => reading.key(key, session, screen),
            Mode::Messages(log) => log.key(key, session, screen),
            Mode::Palette(palette) => {
                let entries = palette::entries(palette.query.text(), session, &self.keyboard, &self.history);
                palette.key(key, &entries, screen.list_area(session, entries.len()).rows())
            }
            Mode::Picker(picker) => picker.key(key, session, screen, &self.history),
            Mode::Plugins(panel) => panel.key(key, session),
            Mode::Consent(consenting) => consenting.key(key, session, screen),
            Mode::Panel => match self.keyboard.panel_command(key) {
                Some(command) if !plugins::moves_in_panel(key) => {
                    let argument = session.plugins().panel().map(|shown| shown.chosen.to_string());
                    session.run(Invocation { command, argument });
                    Next::Mode(Mode::Panel)
                }
                _ => plugins::panel_key(key, session, screen),
            },
            Mode::Answer(answering) => answering.key(key, session, screen),
            Mode::ConfirmQuit => match key.code {
                KeyCode::Char('y' | 'Y') => Next::Effect(Effect::Quit),
                KeyCode::Char('n' | 'N') | KeyCode::Esc => Next::Edit,
                _ => Next::Mode(Mode::ConfirmQuit),
            },
            Mode::WaitForSave => match key.code {
                KeyCode::Esc => Next::Edit,
                _ => Next::Mode(Mode::WaitForSave),
            },
            Mode::WaitForShell => match key.code {
                KeyCode::Esc => {
                    session.cancel_shell();
                    Next::Edit
                }
                _ => Next::Mode(Mode::WaitForShell),
            },
            Mode::Recover(recovering) => recovering.key(key, session, screen),
            Mode::ConfirmClose => match key.code {
                KeyCode::Char('y' | 'Y') => {
                    session.close_unsaved();
                    Next::Edit
                }
                KeyCode::Char('n' | 'N') | KeyCode::Esc => Next::Edit,
                _ => Next::Mode(Mode::ConfirmClose),
            },
            Mode::ConfirmReplace(path) => match key.code {
                KeyCode::Char('y' | 'Y') => {
                    session.save_over(&path);
                    Next::Edit
                }
                KeyCode::Char('n' | 'N') | KeyCode::Esc => Next::Mode(Prompt::mode(Purpose::SaveAs, &path)),
                _ => Next::Mode(Mode::ConfirmReplace(path)),
            },
            Mode::ConfirmEdit(question) => match key.code {
                KeyCode::Char('y' | 'Y') => {
                    session.answer_edit(true);
                    Next::Edit
                }
                KeyCode::Char('n' | 'N') | KeyCode::Esc => {
                    session.answer_edit(false);
                    Next::Edit
                }
                _ => Next::Mode(Mode::ConfirmEdit(question)),
            },
            Mode::ConfirmOverwrite => match key.code {
                KeyCode::Char('o' | 'O') => {
                    session.keep_ours();
                    Next::Edit
                }
                KeyCode::Char('r' | 'R') => {
                    session.take_theirs();
                    Next::Edit
                }
                KeyCode::Esc => Next::Edit,
                _ => Next::Mode(Mode::ConfirmOverwrite),
            },
        };
        // Another key than Enter has ended the search at a match.
        if matches!(next, Next::Key(_)) {
            self.remember(Kind::Find, &found);
        }
        self.go_on(next);
    }

    /// Does what follows a key.
    pub(super) fn go_on(&mut self, next: Next) {
        match next {
            Next::Mode(mode) => self.mode = mode,
            Next::Edit => {}
            Next::Key(key) => self.edit_key(key),
            Next::Chosen(command) => {
                self.remember(Kind::Command, &command);
                self.run(&command);
            }
            Next::Theme(name) => self.use_theme(name),
            Next::Replay(times) => self.replay_times(times),
            Next::Effect(effect) => self.effects.push(effect),
        }
    }

    /// Handles a key that was not meant for what has opened by itself. If it opens something else, that goes first.
    pub(super) fn key_for_text(&mut self, key: KeyEvent) {
        let opened = std::mem::take(&mut self.mode);
        self.edit_key(key);
        if matches!(self.mode, Mode::Edit) {
            self.mode = opened;
        } else if matches!(opened, Mode::Answer(_)) {
            self.session.postpone_question();
        }
    }

    fn edit_key(&mut self, key: KeyEvent) {
        if self.completion_key(key) || self.cancel_key(key) {
            return;
        }
        match self.keyboard.press(key) {
            Meaning::Prefix(keys) => self.show(Message::info(format!("{keys} …"))),
            Meaning::Command(command) => self.run(&command),
            Meaning::Character(character) => {
                self.is_typing = true;
                self.session.type_character(character);
            }
            Meaning::Nothing => {}
        }
    }

    /// Escape closes the small window over the text, or leaves the mode of a plugin, or cancels the long work that the person has begun, which the status line shows. Gives whether the
    /// key was for that.
    fn cancel_key(&mut self, key: KeyEvent) -> bool {
        let is_plain = key.code == KeyCode::Esc && key.modifiers.is_empty();
        let closes = is_plain && !self.keyboard.is_pending();
        closes && (self.session.close_float() || self.session.cancel_own_work() || self.session.leave_mode())
    }

    /// Handles a key that is for the open list of completions. Gives whether it is.
    fn completion_key(&mut self, key: KeyEvent) -> bool {
        let is_open = !self.session.plugins().completions(self.session.documents()).is_empty();
        if !is_open || !self.has_seen_completions || !key.modifiers.is_empty() {
            return false;
        }
        match key.code {
            KeyCode::Up => self.session.choose_completion(false),
            KeyCode::Down => self.session.choose_completion(true),
            KeyCode::Esc => self.session.close_completions(),
            KeyCode::Tab | KeyCode::Enter => self.session.accept_completion(),
            _ => return false,
        }
        true
    }

    /// Inserts a pasted text into the document, or into the line that is being typed.
    pub(super) fn paste(&mut self, text: &str) {
        match &mut self.mode {
            Mode::Edit => self.session.paste_text(text),
            Mode::Find(find) => find.paste(text, &mut self.session, &mut self.screen),
            Mode::Replace(replace) => replace.paste(text, &mut self.session, &mut self.screen),
            Mode::Choosing(choosing) => choosing.paste(text),
            Mode::Prompt(prompt) => {
                prompt.line.insert(text);
                prompt.paths = Paths::default();
            }
            Mode::Palette(palette) => {
                palette.query.insert(text);
                palette.list = List::default();
            }
            Mode::Picker(picker) => picker.paste(text, &mut self.session, &mut self.screen),
            Mode::Answer(answering) => {
                answering.line.insert(text);
                answering.list = List::default();
            }
            Mode::ConfirmQuit
            | Mode::ConfirmOverwrite
            | Mode::ConfirmClose
            | Mode::ConfirmReplace(_)
            | Mode::ConfirmEdit(_)
            | Mode::WaitForSave
            | Mode::WaitForShell
            | Mode::Recover(_)
            | Mode::Plugins(_)
            | Mode::Consent(_)
            | Mode::Panel
            | Mode::Reading(_)
            | Mode::Messages(_) => {}
        }
    }

    /// Whether a line is being typed.
    fn is_line(&self) -> bool {
        matches!(
            self.mode,
            Mode::Find(_)
                | Mode::Replace(_)
                | Mode::Choosing(_)
                | Mode::Prompt(_)
                | Mode::Palette(_)
                | Mode::Picker(_)
                | Mode::Answer(_)
        )
    }

    /// Remembers the line that is entered with this key, or that another key leaves.
    fn remember_entered(&mut self, key: KeyEvent) {
        let entered = match &self.mode {
            Mode::Prompt(prompt) if key.code == KeyCode::Enter => {
                Some((prompt.purpose.kind(), prompt.line.text().to_owned()))
            }
            Mode::Find(find) if key.code == KeyCode::Enter => {
                Some((Kind::Find, find.line.text.text().to_owned()))
            }
            Mode::Replace(replace) if key.code == KeyCode::Enter => replace.entered(),
            Mode::Picker(picker)
                if key.code == KeyCode::Enter && matches!(picker.source, Source::Search { .. }) =>
            {
                Some((Kind::Find, picker.query.text().to_owned()))
            }
            _ => None,
        };
        if let Some((kind, line)) = entered {
            self.remember(kind, &line);
        }
    }

    /// Asks the next question of a plugin, if keys edit the document and no list of completions is open.
    pub(super) fn ask_question(&mut self, is_pause: bool) {
        if !matches!(self.mode, Mode::Edit) || self.session.plugins().is_completing() {
            return;
        }
        if let Some(asked) = self.session.next_question(is_pause) {
            self.mode = Answering::mode(&asked.question);
        }
    }

    /// Goes on where the editor was to end as soon as the documents are saved.
    pub(super) fn follow_mode(&mut self) {
        if matches!(self.mode, Mode::WaitForSave) && !self.session.is_saving() {
            self.mode = Mode::Edit;
            self.quit();
        }
    }

    /// Leaves a mode whose panel or question was removed by its plugin.
    pub(super) fn leave_ended_mode(&mut self) {
        if let Mode::Replace(replace) = &mut self.mode {
            replace.follow(&self.session);
        }
        let plugins = self.session.plugins();
        let has_ended = match self.mode {
            Mode::Panel => plugins.panel().is_none(),
            Mode::Answer(_) => plugins.asking().is_none(),
            Mode::Recover(_) => self.session.left().all().is_empty(),
            Mode::WaitForShell => self.session.running_shell().is_none(),
            // Nothing was found.
            Mode::Replace(Replace { stage: Stage::By, .. }) => self.session.finding().walk().is_none(),
            _ => false,
        };
        if has_ended {
            self.mode = Mode::Edit;
        }
    }
}

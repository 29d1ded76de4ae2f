//! Lines that commands ask for: a path, a line number, a command of the shell.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use witdock_editor_session::documents::{Documents, Target};
use witdock_editor_session::shell::Output;
use witdock_editor_session::{Message, SaveAs, Session};

use super::history::{History, Kind, Recall};
use super::line::Line;
use super::mode::Next;
use super::paths::Paths;
use super::{Mode, Picker, Screen};

/// A line that a command asks for.
#[derive(Debug)]
pub struct Prompt {
    /// What the line is for.
    pub purpose: Purpose,
    /// The typed line.
    pub line: Line,
    recall: Recall,
    /// The names that complete a path.
    pub paths: Paths,
}

/// What a prompted line is for.
#[derive(Debug, Clone)]
pub enum Purpose {
    /// The path of a file to open.
    Open,
    /// The path of a file to save to.
    SaveAs,
    /// The number of a line to go to.
    GoToLine,
    /// A command of the shell.
    Shell(Output, &'static str),
    /// How many times the recorded keys are replayed.
    Replay,
    /// The new name of the symbol at the cursor.
    Rename,
}

impl Purpose {
    /// The text in front of the line.
    pub fn title(&self) -> String {
        match self {
            Self::Open => "Open: ".to_owned(),
            Self::SaveAs => "Save as: ".to_owned(),
            Self::GoToLine => "Go to line: ".to_owned(),
            Self::Shell(_, title) => (*title).to_owned(),
            Self::Replay => "Replay how many times: ".to_owned(),
            Self::Rename => "Rename to: ".to_owned(),
        }
    }
}

impl Purpose {
    /// What its lines are remembered for.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Open | Self::SaveAs => Kind::Path,
            Self::GoToLine => Kind::LineNumber,
            Self::Shell(..) => Kind::Shell,
            Self::Replay => Kind::LineNumber,
            Self::Rename => Kind::Name,
        }
    }
}

impl Prompt {
    /// Asks for a line that begins with this text.
    pub(super) fn mode(purpose: Purpose, line: &str) -> Mode {
        Mode::Prompt(Self {
            purpose,
            line: Line::from(line),
            recall: Recall::default(),
            paths: Paths::default(),
        })
    }

    pub(super) fn key(
        mut self,
        key: KeyEvent,
        session: &mut Session,
        screen: &mut Screen,
        history: &History,
    ) -> Next {
        if self.recall.key(key, self.purpose.kind(), history, &mut self.line) {
            return Next::Mode(Mode::Prompt(self));
        }
        match key.code {
            KeyCode::Esc => return Next::Edit,
            KeyCode::Enter => return self.entered(session, screen),
            KeyCode::Tab | KeyCode::BackTab if self.purpose.kind() == Kind::Path => {
                let is_back = key.code == KeyCode::BackTab || key.modifiers.contains(KeyModifiers::SHIFT);
                self.paths.complete(&mut self.line, session, !is_back);
            }
            _ => {
                // A folder that was chosen has its slash already.
                let has_slash = self.paths.is_chosen && self.line.before().ends_with('/');
                if !(has_slash && key.code == KeyCode::Char('/')) {
                    self.line.key(key);
                }
                self.paths = Paths::default();
            }
        }
        Next::Mode(Mode::Prompt(self))
    }

    fn entered(self, session: &mut Session, screen: &mut Screen) -> Next {
        let Self { purpose, line, .. } = self;
        let line = line.text();
        match purpose {
            _ if line.is_empty() => {}
            Purpose::Shell(output, _) => {
                session.run_shell(line, output);
                return if session.running_shell().is_some() {
                    Next::Mode(Mode::WaitForShell)
                } else {
                    Next::Edit
                };
            }
            Purpose::Replay => match line.trim().parse() {
                Ok(times) => return Next::Replay(times),
                Err(_) => screen.show(Message::error(format!("`{line}` is not a number"))),
            },
            Purpose::Open => {
                let target = Target::typed(line);
                if target.path.is_dir() {
                    return Next::Mode(Picker::files(&Documents::absolute(line), session));
                }
                session.open(target);
            }
            Purpose::SaveAs => match session.save_as(line) {
                SaveAs::Started => {}
                SaveAs::Exists => return Next::Mode(Mode::ConfirmReplace(line.to_owned())),
                SaveAs::Refused => return Next::Mode(Self::mode(Purpose::SaveAs, line)),
            },
            Purpose::Rename => session.rename(line),
            Purpose::GoToLine => match line.trim().parse() {
                Ok(number) => session.go_to_line(number),
                Err(_) => screen.show(Message::error(format!("`{line}` is not a line number"))),
            },
        }
        Next::Edit
    }
}

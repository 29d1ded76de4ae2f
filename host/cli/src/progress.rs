//! A build as a person sees it: one line that says what is waited for, and all that the tools said if it fails.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use witdock::BuildEvent;

/// Follows one build, on stderr. In a terminal its line is gone when the build is over.
#[derive(Debug)]
pub(crate) struct Progress {
    name: String,
    shown: bool,
    terminal: bool,
    verbose: bool,
    said: Mutex<Vec<String>>,
}

impl Progress {
    /// `verbose` shows what the tools print as it comes.
    pub(crate) fn new(name: &str, verbose: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self { name: name.to_owned(), shown: true, terminal, verbose, said: Mutex::default() }
    }

    /// The same without a line, where the terminal is another's.
    pub(crate) fn quiet(self) -> Self {
        Self { shown: false, ..self }
    }

    pub(crate) fn show(&self, event: &BuildEvent) {
        match event {
            BuildEvent::Started { what } => self.line(&format!("building {}: {what}", self.name)),
            BuildEvent::TargetAdded { target } => {
                self.line(&format!("building {}: added {target}", self.name));
            }
            BuildEvent::Line(line) => {
                self.said.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
                if self.verbose {
                    eprintln!("{line}");
                } else if self.terminal && !line.trim().is_empty() {
                    self.line(&format!("building {}: {}", self.name, line.trim()));
                }
            }
            _ => {}
        }
    }

    fn line(&self, text: &str) {
        if !self.shown {
            return;
        }
        let mut stderr = std::io::stderr().lock();
        // Nothing can be done about a stderr that is closed.
        let _ = if self.terminal && !self.verbose {
            let width = terminal_width().saturating_sub(1);
            let text: String = text.chars().filter(|c| !c.is_control()).take(width).collect();
            write!(stderr, "\r\x1b[2K{text}").and_then(|()| stderr.flush())
        } else {
            writeln!(stderr, "{text}")
        };
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        if self.shown && self.terminal && !self.verbose {
            eprint!("\r\x1b[2K");
        }
    }

    /// All that the tools have said, which a verbose build has shown already.
    pub(crate) fn said(&self) -> String {
        if self.verbose {
            return String::new();
        }
        self.said.lock().unwrap_or_else(PoisonError::into_inner).join("\n").trim().to_owned()
    }
}

fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| width.0.into())
}

//! Progress of work that takes long, on stderr: a spinner in a terminal, lines in a pipe.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anstream::adapter::strip_str;
use anstream::eprintln;
use indicatif::{ProgressBar, ProgressStyle};
use witdock::{BuildEvent, text};

/// How often the spinner and its time move.
const TICK: Duration = Duration::from_millis(100);

/// A line with a spinner and the time that has passed. Invisible where stderr is no terminal; removed when dropped.
#[derive(Debug)]
pub(crate) struct Spinner(ProgressBar);

impl Spinner {
    pub(crate) fn new(text: &str) -> Self {
        // It hides itself in a pipe.
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        let spinner = Self(bar);
        spinner.show(text);
        spinner
    }

    fn show(&self, text: &str) {
        let text: String = strip_str(text).to_string().chars().filter(|c| !c.is_control()).collect();
        self.0.set_message(text);
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Follows the build of one plugin, and keeps what the tools print in case it fails.
#[derive(Debug)]
pub(crate) struct BuildProgress {
    name: String,
    shown: Shown,
    printed: Mutex<Vec<String>>,
}

#[derive(Debug)]
enum Shown {
    /// In place, for a terminal.
    Spinner(Spinner),
    /// A line for each step.
    Steps,
    /// Everything that the tools print, as it comes.
    Everything,
    Nothing,
}

impl BuildProgress {
    /// With `verbose`, everything that the tools print is shown as it comes.
    pub(crate) fn new(name: &str, verbose: bool) -> Self {
        let shown = if verbose {
            Shown::Everything
        } else if std::io::stderr().is_terminal() {
            Shown::Spinner(Spinner::new(&format!("building {name}")))
        } else {
            Shown::Steps
        };
        Self { name: name.to_owned(), shown, printed: Mutex::default() }
    }

    /// Shows nothing: the terminal belongs to another program.
    pub(crate) fn hidden(name: &str) -> Self {
        Self { name: name.to_owned(), shown: Shown::Nothing, printed: Mutex::default() }
    }

    pub(crate) fn show(&self, event: &BuildEvent) {
        match event {
            BuildEvent::Started { what } => self.step(&format!("building {}: {what}", self.name)),
            BuildEvent::TargetAdded { target } => {
                self.step(&format!("building {}: added {target}", self.name));
            }
            BuildEvent::Line(line) => {
                self.printed.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
                match &self.shown {
                    Shown::Everything => eprintln!("{}", text::line(line)),
                    Shown::Spinner(spinner) if !line.trim().is_empty() => {
                        spinner.show(&format!("building {}: {}", self.name, line.trim()));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn step(&self, step: &str) {
        match &self.shown {
            Shown::Spinner(spinner) => spinner.show(step),
            Shown::Steps | Shown::Everything => eprintln!("{}", text::line(step)),
            Shown::Nothing => {}
        }
    }

    /// Ends the build's progress and returns what the tools printed, unless that was shown already.
    pub(crate) fn finish(self) -> String {
        if matches!(self.shown, Shown::Everything) {
            return String::new();
        }
        self.printed.into_inner().unwrap_or_else(PoisonError::into_inner).join("\n").trim().to_owned()
    }
}

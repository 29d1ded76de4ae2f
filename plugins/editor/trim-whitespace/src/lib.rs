//! Removes trailing whitespace and trailing empty lines, and adds a final newline, when a document is saved and by command. In
//! Markdown, two trailing spaces are a line break and stay.
//!
//! ```toml
//! [plugins.trim-whitespace]
//! on_save = true
//! only_changed = false   # true: when saving, only lines that differ from what git has, as the plugin `git-changes` tells
//! final_newline = true
//! final_lines = true
//! ```

mod changed;
mod trim;

use changed::Changed;
use serde::Deserialize;
use trim::{Rules, trim};
use witdock_editor_guest::topics::{self, Message};
use witdock_editor_guest::{
    ActivateError, Command, CommandError, Document, Edit, Event, EventKinds, Plugin, Registration, SaveHook,
    Subscriber, TextError, log, messages,
};

/// What `git-changes` publishes.
const CHANGED: &str = "git-changes/changed";

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    on_save: bool,
    only_changed: bool,
    final_newline: bool,
    final_lines: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { on_save: true, only_changed: false, final_newline: true, final_lines: true }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct TrimWhitespace {
    settings: Settings,
    /// What differs from git, of each document.
    changed: Vec<Changed>,
}

witdock_editor_guest::export!(TrimWhitespace, before_save, topics);

impl Plugin for TrimWhitespace {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, ActivateError> {
        Ok(TrimWhitespace { settings, changed: Vec::new() })
    }

    fn registration(&self) -> Registration {
        let registration = Registration::new().command(
            Command::new("trim", "Trim whitespace")
                .description("Removes trailing whitespace and trailing empty lines"),
        );
        if self.settings.only_changed {
            registration.on(EventKinds::OPENED | EventKinds::CHANGED | EventKinds::CLOSED)
        } else {
            registration
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            // Calls come one after the other, so this comes before what is heard.
            Event::Opened(_) => {
                if let Err(error) = topics::subscribe(CHANGED) {
                    log::warn!("{}", error.explain());
                }
            }
            Event::Changed(change) => {
                let known = self.changed.iter_mut().find(|one| one.document == change.version.document);
                if let Some(known) = known {
                    known.follow(&change);
                }
            }
            Event::Closed(document) => self.changed.retain(|one| one.document != document),
            _ => {}
        }
    }

    fn run_command(&mut self, _name: &str, _argument: Option<&str>) -> Result<(), CommandError> {
        let document = Document::current()
            .ok_or_else(|| CommandError::NotApplicable("no document is open".to_owned()))?;
        let edits = self.edits(&document)?;
        let message = match edits.len() {
            0 => "nothing to trim".to_owned(),
            1 => "trimmed in one place".to_owned(),
            places => format!("trimmed in {places} places"),
        };
        document.apply(edits)?;
        messages::status(&message);
        Ok(())
    }
}

impl SaveHook for TrimWhitespace {
    fn before_save(&mut self, document: &Document) -> Result<Vec<Edit>, String> {
        if !self.settings.on_save {
            return Ok(Vec::new());
        }
        let mut edits = self.edits(document).map_err(|error| error.explain())?;
        if self.settings.only_changed {
            let known = self.changed.iter().find(|one| one.document == document.id());
            edits.retain(|edit| known.is_some_and(|known| known.has(document.revision(), &edit.bytes())));
        }
        Ok(edits)
    }
}

impl Subscriber for TrimWhitespace {
    fn on_message(&mut self, message: Message) {
        match serde_json::from_slice::<Changed>(&message.bytes) {
            Ok(changed) => {
                self.changed.retain(|one| one.document != changed.document);
                self.changed.push(changed);
            }
            Err(error) => log::debug!("{} is of another form: {error}", message.topic),
        }
    }
}

impl TrimWhitespace {
    fn edits(&self, document: &Document) -> Result<Vec<Edit>, TextError> {
        let rules = Rules {
            final_newline: self.settings.final_newline,
            final_lines: self.settings.final_lines,
            breaks: document.info().language == "markdown",
        };
        Ok(trim(&document.whole_text()?, &document.line_ending(), rules))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::apply;

    fn saved(language: &str, text: &str) -> String {
        let edits = TrimWhitespace::new(Settings::default())
            .unwrap()
            .before_save(&Document::of_text(language, text))
            .unwrap();
        apply(text, &edits).unwrap()
    }

    #[test]
    fn saving_trims_as_the_language_has_it() {
        assert_eq!(saved("text", "one  \r\ntwo"), "one\r\ntwo\r\n");
        assert_eq!(saved("markdown", "one  \ntwo \n\n"), "one  \ntwo\n");
    }

    #[test]
    fn saving_is_left_alone_where_nobody_wants_it() {
        let edits = |on_save| {
            let settings = Settings { on_save, ..Settings::default() };
            TrimWhitespace::new(settings)
                .unwrap()
                .before_save(&Document::of_text("text", "one  \n"))
                .unwrap()
                .len()
        };
        assert_eq!((edits(true), edits(false)), (1, 0));
    }
}

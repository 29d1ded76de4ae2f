//! Removes trailing whitespace and trailing empty lines, and adds a final newline, when a document is saved and by command. In
//! Markdown, two trailing spaces are a line break and stay.
//!
//! ```toml
//! [plugins.trim-whitespace]
//! on_save = true
//! final_newline = true
//! final_lines = true
//! ```

mod trim;

use serde::Deserialize;
use trim::{Rules, trim};
use witdock_editor_guest::{
    ActivateError, Command, CommandError, Document, Edit, Plugin, Registration, SaveHook, TextError, messages,
};

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    on_save: bool,
    final_newline: bool,
    final_lines: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { on_save: true, final_newline: true, final_lines: true }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct TrimWhitespace {
    settings: Settings,
}

witdock_editor_guest::export!(TrimWhitespace, before_save);

impl Plugin for TrimWhitespace {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, ActivateError> {
        Ok(TrimWhitespace { settings })
    }

    fn registration(&self) -> Registration {
        Registration::new().command(
            Command::new("trim", "Trim whitespace")
                .description("Removes trailing whitespace and trailing empty lines"),
        )
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
        self.edits(document).map_err(|error| error.explain())
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
                .before_save(&Document::of_text("text", "one  "))
                .unwrap()
                .len()
        };
        assert_eq!((edits(true), edits(false)), (1, 0));
    }
}

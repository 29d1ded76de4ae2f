//! {{name}}: turns the selection into capitals, or the whole text if nothing is selected.
//!
//! In the editor's config.toml:
//!
//! ```toml
//! [plugins.{{name}}]
//! key = "alt-u"
//! ```

use std::ops::Range;

use serde::Deserialize;
use witdock_editor_guest::{
    ActivateError, Command, CommandError, Document, Edit, Plugin, Registration, TextError, log, messages,
    selections,
};

/// The user's settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    key: String,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { key: "alt-u".to_owned() }
    }
}

/// The plugin. Its fields are kept between calls.
#[derive(Debug)]
pub struct {{type}} {
    settings: Settings,
}

witdock_editor_guest::export!({{type}});

impl Plugin for {{type}} {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, ActivateError> {
        if settings.key.is_empty() {
            return Err(ActivateError::Settings("`key` is empty; set a key, for example \"alt-u\"".to_owned()));
        }
        Ok({{type}} { settings })
    }

    /// Registers commands. `.on(…)` adds events, and `.formats()`, `.completes()` and `.hovers()` add abilities.
    fn registration(&self) -> Registration {
        Registration::new().command(
            Command::new("capitals", "Capitals")
                .description("Turns the selection into capitals")
                .key(&self.settings.key),
        )
    }

    /// All edits of a command are one undo step. If it fails, none of them is applied.
    fn run_command(&mut self, _name: &str, _argument: Option<&str>) -> Result<(), CommandError> {
        let document = Document::current()
            .ok_or_else(|| CommandError::NotApplicable("no document is open".to_owned()))?;
        let edits = capitals(&document, selected(&document))?;
        log::debug!("{} edits", edits.len());
        let message = match edits.len() {
            0 => "nothing to change".to_owned(),
            1 => "changed in one place".to_owned(),
            places => format!("changed in {places} places"),
        };
        document.apply(edits)?;
        messages::status(&message);
        Ok(())
    }
}

/// The byte ranges of the selections, or of the whole text if nothing is selected.
fn selected(document: &Document) -> Vec<Range<usize>> {
    let set = selections::get(document.id());
    let ranges: Vec<_> = set
        .iter()
        .flat_map(|set| &set.selections)
        .filter(|selection| !selection.is_cursor())
        .map(|selection| selection.bytes())
        .collect();
    if ranges.is_empty() { vec![0..document.length()] } else { ranges }
}

fn capitals(document: &Document, ranges: Vec<Range<usize>>) -> Result<Vec<Edit>, TextError> {
    let mut edits = Vec::new();
    for range in ranges {
        let text = document.text(range.clone())?;
        let capitals = text.to_uppercase();
        if capitals != text {
            edits.push(Edit::replace(range, capitals));
        }
    }
    Ok(edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::apply;

    #[test]
    fn the_selection_becomes_capitals() {
        let text = "one two straße";
        let document = Document::of_text("text", text);
        let edits = capitals(&document, vec![0..3, 8..15]).unwrap();
        assert_eq!(apply(text, &edits).unwrap(), "ONE two STRASSE");
    }

    #[test]
    fn capitals_stay_unchanged() {
        let document = Document::of_text("text", "ONE");
        assert_eq!(capitals(&document, vec![0..3]), Ok(vec![]));
    }

    #[test]
    fn an_empty_key_is_refused() {
        let refused = {{type}}::new(Settings { key: String::new() }).unwrap_err();
        assert!(matches!(refused, ActivateError::Settings(_)));
    }
}

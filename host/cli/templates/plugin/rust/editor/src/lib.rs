//! Turns what is selected into capitals, or the whole text where nothing is. The beginning of {{name}}.
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

/// What a person may set.
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

/// The plugin. What it holds between two calls are its fields.
#[derive(Debug)]
pub struct {{type}} {
    settings: Settings,
}

witdock_editor_guest::export!({{type}});

impl Plugin for {{type}} {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, ActivateError> {
        if settings.key.is_empty() {
            return Err(ActivateError::Settings("`key` is a key, for example \"alt-u\"".to_owned()));
        }
        Ok({{type}} { settings })
    }

    /// What the editor may call: commands; also `.on(…)` for events, `.formats()`, `.completes()`, `.hovers()`.
    fn registration(&self) -> Registration {
        Registration::new().command(
            Command::new("capitals", "Capitals")
                .description("Turns what is selected into capitals")
                .key(&self.settings.key),
        )
    }

    /// All edits of one command are one undo step; if it fails, none of them is made.
    fn run_command(&mut self, _name: &str, _argument: Option<&str>) -> Result<(), CommandError> {
        let document = Document::current()
            .ok_or_else(|| CommandError::NotApplicable("no document is open".to_owned()))?;
        let edits = capitals(&document, selected(&document))?;
        log::debug!("{} edits", edits.len());
        let message = match edits.len() {
            0 => "these are capitals already".to_owned(),
            1 => "changed in one place".to_owned(),
            places => format!("changed in {places} places"),
        };
        document.apply(edits)?;
        messages::status(&message);
        Ok(())
    }
}

/// The bytes of each selection, or of the whole text where nothing is selected.
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
    fn what_is_selected_becomes_capitals() {
        let text = "one two straße";
        let document = Document::of_text("text", text);
        let edits = capitals(&document, vec![0..3, 8..15]).unwrap();
        assert_eq!(apply(text, &edits).unwrap(), "ONE two STRASSE");
    }

    #[test]
    fn what_is_in_capitals_stays() {
        let document = Document::of_text("text", "ONE");
        assert_eq!(capitals(&document, vec![0..3]), Ok(vec![]));
    }

    #[test]
    fn a_key_has_to_be_one() {
        let refused = {{type}}::new(Settings { key: String::new() }).unwrap_err();
        assert!(matches!(refused, ActivateError::Settings(_)));
    }
}

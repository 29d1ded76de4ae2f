//! Formats JSON when it is saved, with the document's indentation, and marks syntax errors with a sign in the gutter.
//!
//! ```toml
//! [plugins.json-format]
//! width = 80     # an array of scalars stays on one line if it fits into this many bytes
//! ```

mod layout;
mod syntax;
mod token;

use layout::{Layout, layout};
use serde::Deserialize;
use witdock_editor_guest::decorations::{self, Decorations};
use witdock_editor_guest::{
    ActivateError, Document, Edit, Emphasis, Event, EventKinds, FormatError, Indentation, Plugin, Problem,
    Registration, Scope, Severity, Span, Style, log,
};

/// Texts up to this length, in bytes, are checked after every change, longer ones when the editor is idle.
const CHECKED_LIVE: usize = 256 << 10;

/// The name of the decorations.
const ERRORS: &str = "errors";

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    width: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { width: 80 }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct JsonFormat {
    settings: Settings,
}

witdock_editor_guest::export!(JsonFormat);

impl Plugin for JsonFormat {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, ActivateError> {
        Ok(JsonFormat { settings })
    }

    fn registration(&self) -> Registration {
        Registration::new()
            .formats()
            .on(EventKinds::OPENED | EventKinds::CHANGED | EventKinds::IDLE | EventKinds::SETTINGS_CHANGED)
            .language("json")
            .file_type("json", ["*.json", "*.geojson", "*.webmanifest"])
    }

    fn on_event(&mut self, event: Event) {
        let Some(document) = event.document().and_then(Document::of) else { return };
        let is_long = document.length() > CHECKED_LIVE;
        if match event {
            Event::Opened(_) => true,
            Event::Changed(_) => !is_long,
            _ => is_long,
        } {
            self.mark(&document);
        }
    }

    fn reconfigure(&mut self, settings: Settings) {
        self.settings = settings;
    }

    fn format(&mut self, document: &Document) -> Result<Vec<Edit>, FormatError> {
        let text = document.whole_text()?;
        layout(&text, &self.layout_of(document)).map_err(FormatError::Syntax)
    }
}

impl JsonFormat {
    fn layout_of(&self, document: &Document) -> Layout {
        let indent = match document.indentation() {
            Indentation::Tabs => "\t".to_owned(),
            Indentation::Spaces(spaces) => " ".repeat(usize::from(spaces)),
        };
        Layout { indent, line_ending: document.line_ending(), width: self.settings.width }
    }

    fn mark(&self, document: &Document) {
        let Ok(text) = document.whole_text() else {
            log::info!("a text of {} bytes is too long to be checked", document.length());
            return;
        };
        // An empty text is not an error.
        let problem = match layout(&text, &self.layout_of(document)) {
            Err(problem) if !text.trim().is_empty() => problem,
            _ => return decorations::clear(document.id(), ERRORS),
        };
        if let Err(error) = signs(&text, &problem).show(document.version(), ERRORS) {
            log::debug!("the error cannot be shown: {}", error.explain());
        }
    }
}

fn signs(text: &str, problem: &Problem) -> Decorations {
    let at = usize::try_from(problem.at).unwrap_or(usize::MAX).min(text.len());
    let wrong = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Decorations::new()
        .sign(at, Severity::Error, &problem.message)
        .style(at..at + wrong, Style::of(Scope::Error).emphasized(Emphasis::UNDERLINED))
        .after_line(at, vec![Span::new(format!("  {}", problem.message), Scope::Error)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::apply;

    fn saved(text: &str) -> Result<String, FormatError> {
        let mut plugin = JsonFormat::new(Settings::default()).unwrap();
        let edits = plugin.format(&Document::of_text("json", text))?;
        Ok(apply(text, &edits).unwrap())
    }

    #[test]
    fn a_document_is_formatted_as_it_is_indented() {
        assert_eq!(saved("{\"a\":[1]}\r\n"), Ok("{\r\n    \"a\": [1]\r\n}\r\n".to_owned()));
    }

    #[test]
    fn what_is_no_json_is_told_by_place_and_marked_there() {
        let text = "{\n  \"a\": é\n}";
        let Err(FormatError::Syntax(problem)) = saved(text) else { panic!("it is refused") };
        assert_eq!((problem.at, problem.message.as_str()), (9, "`é` cannot start a value"));
        let marks = Decorations::new()
            .sign(9, Severity::Error, "`é` cannot start a value")
            .style(9..11, Style::of(Scope::Error).emphasized(Emphasis::UNDERLINED))
            .after_line(9, vec![Span::new("  `é` cannot start a value", Scope::Error)]);
        assert_eq!(signs(text, &problem), marks);
    }

    #[test]
    fn a_problem_at_the_end_is_marked_at_the_end() {
        let problem = Problem { at: 3, message: "expected a value".to_owned() };
        assert_eq!(signs("[1,", &problem).as_slice().len(), 3);
    }
}

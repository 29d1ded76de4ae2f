//! Formats JSON when it is saved, with the document's indentation, and shows syntax errors as diagnostics.
//!
//! ```toml
//! [plugins.json-format]
//! on_save = true # or only by the command
//! width = 80     # an array of scalars stays on one line if it fits into this many bytes
//! ```

mod layout;
mod syntax;
mod token;

use layout::{Layout, layout};
use serde::Deserialize;
use witdock_editor_guest::decorations::{self, Decorations};
use witdock_editor_guest::diagnostics::{self, Diagnostic};
use witdock_editor_guest::{
    ActivateError, Command, CommandError, Document, Edit, Event, EventKinds, FormatError, Indentation,
    Plugin, Problem, Registration, Scope, Severity, Span, log,
};

/// Texts up to this length, in bytes, are checked after every change, longer ones when the editor is idle.
const CHECKED_LIVE: usize = 256 << 10;

/// The name of the diagnostics, and of the text after them.
const ERRORS: &str = "errors";

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    on_save: bool,
    width: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { on_save: true, width: 80 }
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
        let registration = Registration::new()
            .command(Command::new("format", "Format JSON").description("Formats the document, which is JSON"))
            .on(EventKinds::OPENED | EventKinds::CHANGED | EventKinds::IDLE)
            .language("json")
            .file_type("json", ["*.json", "*.geojson", "*.webmanifest"]);
        // The editor asks what formats both before a save and by its own command.
        if self.settings.on_save { registration.formats() } else { registration }
    }

    fn run_command(&mut self, _name: &str, _argument: Option<&str>) -> Result<(), CommandError> {
        let document = Document::current()
            .ok_or_else(|| CommandError::NotApplicable("no document is open".to_owned()))?;
        let text = document.whole_text()?;
        let edits = layout(&text, &self.layout_of(&document)).map_err(|problem| {
            let line = document.line_at(place(&problem)) + 1;
            CommandError::NotApplicable(format!("line {line}: {}", problem.message))
        })?;
        document.apply(edits)?;
        Ok(())
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
            _ => {
                diagnostics::clear(document.id(), ERRORS);
                return decorations::clear(document.id(), ERRORS);
            }
        };
        if let Err(error) = diagnostics::set(document.version(), ERRORS, &[diagnostic(&text, &problem)]) {
            log::debug!("the error cannot be shown: {}", error.explain());
        }
        // A change that comes meanwhile removes both.
        let _ = beside(&problem).show(document.version(), ERRORS);
    }
}

fn place(problem: &Problem) -> usize {
    usize::try_from(problem.at).unwrap_or(usize::MAX)
}

/// The character that is wrong; none at the end of the text.
fn diagnostic(text: &str, problem: &Problem) -> Diagnostic {
    let at = place(problem).min(text.len());
    let wrong = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Diagnostic::new(at..at + wrong, Severity::Error, &problem.message).source("json")
}

/// The message after the line.
fn beside(problem: &Problem) -> Decorations {
    Decorations::new()
        .after_line(place(problem), vec![Span::new(format!("  {}", problem.message), Scope::Error)])
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
        let expected = Diagnostic::new(9..11, Severity::Error, "`é` cannot start a value").source("json");
        assert_eq!(diagnostic(text, &problem), expected);
    }

    #[test]
    fn a_problem_at_the_end_is_marked_at_the_end() {
        let problem = Problem { at: 3, message: "expected a value".to_owned() };
        assert_eq!(diagnostic("[1,", &problem).range, (3..3).into());
    }
}

//! Markdown tools: a table of contents that is kept up to date, aligned tables, checkboxes.
//!
//! ```toml
//! [plugins.markdown]
//! toc_on_save = true     # update the table of contents when the document is saved
//! toc_depth = 3          # the lowest level of headings in it
//! ```

mod checkbox;
mod heading;
mod table;
mod toc;

use serde::Deserialize;
use witdock_editor_guest::keys::{self, Binding};
use witdock_editor_guest::{
    ActivateError, Command, CommandError, Document, Edit, Event, EventKinds, FormatError, Plugin,
    Registration, SelectionSet, log, messages, selections,
};

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    toc_on_save: bool,
    toc_depth: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { toc_on_save: true, toc_depth: 3 }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct Markdown {
    settings: Settings,
    /// Whether its keys are bound.
    has_bound: bool,
}

witdock_editor_guest::export!(Markdown);

impl Plugin for Markdown {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, ActivateError> {
        if !(1..=6).contains(&settings.toc_depth) {
            let written = settings.toc_depth;
            return Err(ActivateError::Settings(format!("`toc_depth` is {written}; expected 1 to 6")));
        }
        Ok(Markdown { settings, has_bound: false })
    }

    fn registration(&self) -> Registration {
        let registration = Registration::new()
            .language("markdown")
            .command(
                Command::new("toc", "Table of contents")
                    .description("Updates the table of contents, or inserts one above the cursor's line"),
            )
            .command(
                Command::new("align-table", "Align table")
                    .description("Aligns the columns of the table at the cursor"),
            )
            .command(
                Command::new("toggle-checkbox", "Toggle checkbox")
                    .description("Toggles the checkboxes of the selected lines, or adds them"),
            )
            .on(EventKinds::OPENED);
        if self.settings.toc_on_save { registration.formats() } else { registration }
    }

    fn run_command(&mut self, name: &str, _argument: Option<&str>) -> Result<(), CommandError> {
        let not_here = |reason: &str| CommandError::NotApplicable(reason.to_owned());
        let document = Document::current().ok_or_else(|| not_here("no document is open"))?;
        if document.info().language != "markdown" {
            return Err(not_here("this is not a Markdown document"));
        }
        let set = selections::get(document.id()).ok_or_else(|| not_here("the document has been closed"))?;
        let edits = self.edits(name, &document, &set)?;
        if edits.is_empty() {
            messages::status("there is nothing to change");
        } else {
            document.apply(edits)?;
        }
        Ok(())
    }

    fn on_event(&mut self, event: Event) {
        // The first Markdown document: the keys are for such documents alone.
        if matches!(event, Event::Opened(_)) && !std::mem::replace(&mut self.has_bound, true) {
            let bound = keys::bind(&[
                Binding::in_language("markdown", "alt-a", "align-table"),
                Binding::in_language("markdown", "alt-x", "toggle-checkbox"),
            ]);
            if let Err(error) = bound {
                log::warn!("{}", error.explain());
            }
        }
    }

    fn format(&mut self, document: &Document) -> Result<Vec<Edit>, FormatError> {
        let (text, line_ending) = (document.whole_text()?, document.line_ending());
        Ok(Vec::from_iter(toc::update(&text, self.rules(&line_ending))))
    }
}

impl Markdown {
    fn rules<'a>(&self, line_ending: &'a str) -> toc::Rules<'a> {
        toc::Rules { depth: self.settings.toc_depth, line_ending }
    }

    /// The edits of a command for a document with these selections.
    fn edits(&self, name: &str, document: &Document, set: &SelectionSet) -> Result<Vec<Edit>, CommandError> {
        let cursor = usize::try_from(set.primary_selection().head).unwrap_or(usize::MAX);
        Ok(match name {
            "toc" => {
                let (text, line_ending) = (document.whole_text()?, document.line_ending());
                let rules = self.rules(&line_ending);
                if toc::has_table(&text) {
                    Vec::from_iter(toc::update(&text, rules))
                } else {
                    let line = document.line(document.line_at(cursor))?;
                    let start = line.map_or(0, |line| usize::try_from(line.start).unwrap_or(usize::MAX));
                    vec![toc::insert(&text, start, rules)]
                }
            }
            "align-table" => {
                let edit = table::align(&document.whole_text()?, cursor);
                Vec::from_iter(edit.map_err(|reason| CommandError::NotApplicable(reason.to_owned()))?)
            }
            "toggle-checkbox" => {
                let edits = toggled(document, set)?;
                if edits.is_empty() {
                    let reason = "no list item is selected; items start with `- `, `* `, `+ ` or `1. `";
                    return Err(CommandError::NotApplicable(reason.to_owned()));
                }
                edits
            }
            _ => return Err(CommandError::NoSuchCommand(name.to_owned())),
        })
    }
}

fn toggled(document: &Document, set: &SelectionSet) -> Result<Vec<Edit>, CommandError> {
    let mut edits = Vec::new();
    // Two selections may be on one line, which is toggled once.
    let mut next = 0;
    for bytes in set.selections.iter().map(|selection| selection.bytes()) {
        let lines = document.line_at(bytes.start).max(next)..document.line_at(bytes.end).saturating_add(1);
        next = next.max(lines.end);
        for line in document.lines(lines)? {
            let start = usize::try_from(line.start).unwrap_or(usize::MAX);
            // A selection that ends at the start of a line does not include that line.
            if start < bytes.end || bytes.is_empty() {
                edits.extend(checkbox::toggle(&line.text, start));
            }
        }
    }
    Ok(edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::Selection;

    fn run(name: &str, text: &str, selections: &[(u64, u64)]) -> Result<String, CommandError> {
        let document = Document::of_text("markdown", text);
        let selections = selections.iter().map(|&(anchor, head)| Selection { anchor, head }).collect();
        let set = SelectionSet { selections, primary: 0 };
        let edits = Markdown::new(Settings::default()).unwrap().edits(name, &document, &set)?;
        document.apply(edits)?;
        Ok(document.whole_text().unwrap())
    }

    #[test]
    fn each_selected_line_is_toggled_once() {
        let text = "- [ ] a\n- [x] b\ntext\n- c\n";
        let selected = run("toggle-checkbox", text, &[(0, 1), (3, 16)]);
        assert_eq!(selected, Ok("- [x] a\n- [ ] b\ntext\n- c\n".to_owned()));
        assert_eq!(run("toggle-checkbox", text, &[(21, 21)]), Ok(text.replace("- c", "- [ ] c")));
        assert!(matches!(run("toggle-checkbox", text, &[(17, 17)]), Err(CommandError::NotApplicable(_))));
    }

    #[test]
    fn a_table_of_contents_is_inserted_once() {
        let expected = "<!-- toc -->\n\n- [A](#a)\n\n<!-- /toc -->\n\n# A\n";
        assert_eq!(run("toc", "# A\n", &[(2, 2)]), Ok(expected.to_owned()));
        assert_eq!(run("toc", expected, &[(2, 2)]), Ok(expected.to_owned()));
        let stale = expected.replace("- [A](#a)\n", "");
        assert_eq!(run("toc", &stale, &[(2, 2)]), Ok(expected.to_owned()));
    }

    #[test]
    fn saving_brings_the_table_of_contents_up_to_date() {
        let mut plugin = Markdown::new(Settings::default()).unwrap();
        let mut saved = |text: &str| plugin.format(&Document::of_text("markdown", text)).unwrap().len();
        assert_eq!(saved("<!-- toc -->\n<!-- /toc -->\n# A\n"), 1);
        assert_eq!(saved("# A\n"), 0);
    }

    #[test]
    fn a_depth_that_is_none_is_refused() {
        let refused = Markdown::new(Settings { toc_depth: 7, toc_on_save: true }).unwrap_err();
        assert_eq!(refused, ActivateError::Settings("`toc_depth` is 7; expected 1 to 6".to_owned()));
    }
}

//! Closes brackets and quotes as they are typed, types over inserted ones, and deletes them together with their partner.
//!
//! ```toml
//! [plugins.auto-pair]
//! pairs = ["()", "[]", "{}", "\"\"", "''", "``"]
//! ```
//!
//! The inserted closing characters are its state, so that typing over them still works after a reload.

mod closers;
mod pair;

pub use closers::Closers;

use closers::Closer;
use pair::{Answer, Pair, answer};
use serde::Deserialize;
use witdock_editor_guest::{
    ActivateError, Change, ChangeOrigin, Document, DocumentVersion, Edit, Event, EventKinds, Plugin,
    Registration, Selection, Stateful, TextError, log, selections,
};

/// The pairs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pairs: Vec<Pair>,
}

impl Default for Settings {
    fn default() -> Self {
        let pairs = [('(', ')'), ('[', ']'), ('{', '}'), ('"', '"'), ('\'', '\''), ('`', '`')];
        Settings { pairs: pairs.map(|(open, close)| Pair { open, close }).into() }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct AutoPair {
    pairs: Vec<Pair>,
    closers: Closers,
}

witdock_editor_guest::export!(AutoPair, state);

impl Plugin for AutoPair {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, ActivateError> {
        Ok(AutoPair { pairs: settings.pairs, closers: Closers::default() })
    }

    fn registration(&self) -> Registration {
        Registration::new().on(EventKinds::CHANGED | EventKinds::SETTINGS_CHANGED)
    }

    fn on_event(&mut self, event: Event) {
        let Event::Changed(change) = event else { return };
        // Looked up while the closers' positions are those before the change.
        let widowed = self.widowed(&change);
        self.closers.follow(&change);
        // If the text has changed again, another event will arrive.
        let Some(document) = Document::of(change.version).filter(|now| now.version() == change.version)
        else {
            return;
        };
        if let Err(reason) = self.follow_up(&document, &change, widowed) {
            log::debug!("no bracket was closed: {reason}");
        }
    }

    fn reconfigure(&mut self, settings: Settings) {
        self.pairs = settings.pairs;
    }
}

impl Stateful for AutoPair {
    type State = Closers;

    fn state(&self) -> &Closers {
        &self.closers
    }

    fn restore(&mut self, closers: Closers) -> Result<(), String> {
        self.closers = closers;
        Ok(())
    }
}

/// The response to a change.
#[derive(Debug, Default, PartialEq)]
struct Plan {
    edits: Vec<Edit>,
    /// The cursor position after each typed text.
    cursors: Vec<usize>,
    /// The inserted closers, at their final positions.
    closers: Vec<Closer>,
}

impl AutoPair {
    fn follow_up(
        &mut self,
        document: &Document,
        change: &Change,
        widowed: Option<Edit>,
    ) -> Result<(), String> {
        if let Some(edit) = widowed {
            return self.apply(document, vec![edit]).map(drop);
        }
        if change.origin != ChangeOrigin::Typed {
            return Ok(());
        }
        let plan = self.plan(document, change).map_err(|error| error.explain())?;
        if plan.edits.is_empty() {
            return Ok(());
        }
        let mut set = selections::get(document.id()).ok_or("the document has been closed")?;
        if set.selections.len() != plan.cursors.len() || !set.selections.iter().all(Selection::is_cursor) {
            return Err("the cursors have moved since the text was typed".to_owned());
        }
        let version = self.apply(document, plan.edits)?;
        plan.closers.into_iter().for_each(|closer| self.closers.add(closer));
        set.selections = plan.cursors.into_iter().map(Selection::cursor).collect();
        selections::set(version, &set).map_err(|error| error.explain())
    }

    fn apply(&mut self, document: &Document, edits: Vec<Edit>) -> Result<DocumentVersion, String> {
        let revision = document.apply(edits.clone()).map_err(|error| error.explain())?;
        let version = DocumentVersion { document: document.id(), revision };
        self.closers.edited(&edits, version);
        Ok(version)
    }

    /// Deletes a closer whose opening partner directly before it was deleted.
    fn widowed(&self, change: &Change) -> Option<Edit> {
        let ([edit], ChangeOrigin::Command) = (change.edits.as_slice(), change.origin) else { return None };
        let deleted = edit.bytes();
        let closer = self.closers.at(deleted.end).filter(|_| self.closers.are_before(change))?;
        let is_partner = edit.text.is_empty() && deleted.len() == closer.pair.open.len_utf8();
        is_partner.then(|| Edit::delete(deleted.start..deleted.start + closer.pair.close.len_utf8()))
    }

    fn plan(&self, document: &Document, change: &Change) -> Result<Plan, TextError> {
        let mut plan = Plan::default();
        // The bytes that the change, and then the plan, have added and removed up to here.
        let (mut longer, mut shorter) = (0, 0);
        let (mut inserted, mut passed) = (0, 0);
        for edit in &change.edits {
            longer += edit.text.len();
            shorter += edit.bytes().len();
            let cursor = (edit.bytes().end + longer).saturating_sub(shorter);
            let place = (cursor + inserted).saturating_sub(passed);
            plan.cursors.push(place);
            let mut typed = edit.text.chars();
            let (Some(typed), None) = (typed.next(), typed.next()) else { continue };
            let (before, after) = around(document, cursor, typed)?;
            match answer(&self.pairs, before, typed, after, self.closers.at(cursor).is_some()) {
                Answer::Close(close) => {
                    plan.edits.push(Edit::insert(cursor, close));
                    plan.closers.push(Closer { at: place, pair: Pair { open: typed, close } });
                    inserted += close.len_utf8();
                }
                Answer::Pass => {
                    plan.edits.push(Edit::delete(cursor..cursor + typed.len_utf8()));
                    passed += typed.len_utf8();
                }
                Answer::Nothing => {}
            }
        }
        Ok(plan)
    }
}

/// The characters before the typed text and after the cursor, on the same line.
fn around(
    document: &Document,
    cursor: usize,
    typed: char,
) -> Result<(Option<char>, Option<char>), TextError> {
    let Some(line) = document.line(document.line_at(cursor))? else { return Ok((None, None)) };
    let column = cursor.saturating_sub(usize::try_from(line.start).unwrap_or(usize::MAX));
    let before = column.checked_sub(typed.len_utf8()).and_then(|end| line.text.get(..end));
    let after = line.text.get(column..);
    Ok((before.and_then(|text| text.chars().next_back()), after.and_then(|text| text.chars().next())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::apply;

    /// The text after these insertions were typed, with `|` at the cursors.
    fn typed(plugin: &mut AutoPair, text: &str, edits: Vec<Edit>) -> String {
        let after = apply(text, &edits).unwrap();
        let document = Document::of_text("text", &after);
        let version = document.version();
        let change = Change { version, before: version.revision - 1, edits, origin: ChangeOrigin::Typed };
        plugin.closers.follow(&change);
        let plan = plugin.plan(&document, &change).unwrap();
        let mut shown = apply(&after, &plan.edits).unwrap();
        let bars = plan.cursors.iter().map(|cursor| Edit::insert(*cursor, "|")).collect::<Vec<_>>();
        shown = apply(&shown, &bars).unwrap();
        plan.closers.into_iter().for_each(|closer| plugin.closers.add(closer));
        shown
    }

    fn plugin() -> AutoPair {
        AutoPair::new(Settings::default()).unwrap()
    }

    #[test]
    fn every_cursor_gets_its_partner() {
        let edits = vec![Edit::insert(1, "("), Edit::insert(3, "(")];
        assert_eq!(typed(&mut plugin(), "é\n", vec![Edit::insert(2, "[")]), "é[|]\n");
        assert_eq!(typed(&mut plugin(), "a\nb", edits), "a(|)\nb(|)");
        let replaced = vec![Edit::replace(0..1, "("), Edit::insert(3, "(")];
        assert_eq!(typed(&mut plugin(), "a\nbc", replaced), "(|)\nb(|c");
    }

    #[test]
    fn what_was_inserted_is_typed_over() {
        let mut plugin = plugin();
        plugin.closers.add(Closer { at: 1, pair: Pair { open: '(', close: ')' } });
        let version = DocumentVersion { document: 1, revision: 0 };
        plugin.closers.edited(&[], version);
        assert_eq!(typed(&mut plugin, "()", vec![Edit::insert(1, ")")]), "()|");
    }

    #[test]
    fn a_reloaded_plugin_knows_what_was_inserted() {
        let mut old = plugin();
        old.closers.edited(&[], DocumentVersion { document: 1, revision: 0 });
        old.closers.add(Closer { at: 1, pair: Pair { open: '(', close: ')' } });
        let saved = serde_json::to_string(old.state()).unwrap();
        let mut new = plugin();
        new.restore(serde_json::from_str(&saved).unwrap()).unwrap();
        assert_eq!(typed(&mut new, "()", vec![Edit::insert(1, ")")]), "()|");
        assert_eq!(typed(&mut plugin(), "()", vec![Edit::insert(1, ")")]), "()|)");
    }

    #[test]
    fn a_closer_goes_with_its_partner() {
        let mut plugin = plugin();
        let version = |revision| DocumentVersion { document: 1, revision };
        plugin.closers.edited(&[], version(1));
        plugin.closers.add(Closer { at: 3, pair: Pair { open: '(', close: ')' } });
        let change =
            |before, edit, origin| Change { version: version(before + 1), before, edits: vec![edit], origin };
        let widowed = |edit, origin| plugin.widowed(&change(1, edit, origin));
        assert_eq!(plugin.widowed(&change(2, Edit::delete(2..3), ChangeOrigin::Command)), None);
        assert_eq!(widowed(Edit::delete(2..3), ChangeOrigin::Command), Some(Edit::delete(2..3)));
        assert_eq!(widowed(Edit::delete(2..3), ChangeOrigin::History), None);
        assert_eq!(widowed(Edit::delete(1..3), ChangeOrigin::Command), None);
        assert_eq!(widowed(Edit::delete(1..2), ChangeOrigin::Command), None);
    }

    #[test]
    fn pasted_lines_are_left_alone() {
        assert_eq!(typed(&mut plugin(), "", vec![Edit::insert(0, "f(")]), "f(|");
    }
}

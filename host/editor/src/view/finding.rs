//! What the message line shows of finding and replacing, and the matches in the text.

use std::ops::Range;

use witdock_editor_session::documents::Buffer;

use crate::app::{App, Line as Typed, Mode, QueryLine, Replace, SWITCH_KEYS, Stage, count_words};
use crate::layout::Row;

/// The most bytes around what is visible that are searched for matches to show.
const AROUND: usize = 4 << 10;

/// The title and the text of the line in which the person replaces; no line while keys answer.
pub(super) fn replace_line<'a>(app: &App, replace: &'a Replace) -> (String, Option<&'a Typed>) {
    match replace.stage {
        Stage::What => (format!("Replace{}: ", replace.what.switches()), Some(&replace.what.text)),
        Stage::By => (format!("Replace `{}` with: ", replace.what.text.text()), Some(&replace.by)),
        Stage::Done => (String::new(), None),
        Stage::Walk => {
            let replaced = app.session().finding().walk().map_or(0, |walk| walk.replaced());
            let done = if replaced == 0 { String::new() } else { format!(" ({replaced} replaced)") };
            (format!("Replace{done}? y yes  n no  a all that are left  q stop"), None)
        }
    }
}

/// What the end of a search's line shows, the longest first.
pub(super) fn hints(app: &App) -> Vec<String> {
    let keys = match app.mode() {
        Mode::Find(_) => "Enter next  Up previous  Esc back",
        _ => "Enter  Esc cancels",
    };
    match hint(app) {
        Some(hint) if hint == SWITCH_KEYS => vec![format!("{hint}  Esc"), hint, "Alt-R/C/W  Esc".to_owned()],
        Some(hint) => vec![format!("{hint}  {keys}"), format!("{hint}  Esc"), "Esc".to_owned()],
        None => vec![keys.to_owned(), "Esc".to_owned()],
    }
}

fn hint(app: &App) -> Option<String> {
    let line: &QueryLine = match app.mode() {
        Mode::Find(find) => &find.line,
        Mode::Replace(replace) if replace.stage == Stage::What => &replace.what,
        Mode::Replace(replace) if replace.stage == Stage::By => {
            return Some("Enter one by one  Alt-A all".to_owned());
        }
        _ => return None,
    };
    let search = app.session().finding();
    if line.text.is_empty() {
        return Some(SWITCH_KEYS.to_owned());
    }
    if search.is_seeking() {
        return Some("searching …".to_owned());
    }
    search.query()?;
    search.count(app.session().documents()).map(count_words)
}

/// The matches in the visible rows.
pub(super) fn matches(app: &App, buffer: &Buffer, seen: &[(usize, bool, Row)]) -> Vec<Range<usize>> {
    let text = buffer.document.text();
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else { return Vec::new() };
    let search = app.session().finding();
    let whole = text.line_start(first.0)..text.line_range(last.0).end;
    if whole.len() <= AROUND * 16 {
        return search.shown_in(&buffer.document, whole);
    }
    let of_row = |(line, _, row): &(usize, bool, Row)| {
        let of_text = |glyph: &&crate::layout::Glyph| glyph.drawn_as.is_none();
        let start = row.glyphs.iter().find(of_text).map_or(row.range.start, |glyph| glyph.range.start);
        let end = row.glyphs.iter().rfind(of_text).map_or(start, |glyph| glyph.range.end);
        let line = text.line_range(*line);
        // From the start of the line where it is near, so that matches begin where they do in the whole text.
        let from = if start - line.start <= AROUND { line.start } else { start - AROUND };
        search.shown_in(&buffer.document, from..(end + AROUND).min(line.end))
    };
    seen.iter().flat_map(of_row).collect()
}

//! A document as the server has it: its text, and places in it as lines and columns.

use serde_json::{Value, json};
use witdock_editor_guest::language::Columns;
use witdock_editor_guest::{DocumentId, Edit, Revision, apply};

/// A document that a server knows.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) document: DocumentId,
    pub(crate) revision: Revision,
    pub(crate) uri: String,
    /// The number of the text for the server.
    pub(crate) version: i64,
    pub(crate) text: String,
}

impl Text {
    /// The place of an offset.
    pub(crate) fn position(&self, offset: usize, columns: Columns) -> Value {
        position(&self.text, offset, columns)
    }

    /// Applies edits, and gives them as changes for the server: the last one first, so that each is about the text before it.
    pub(crate) fn change(
        &mut self,
        edits: &[Edit],
        revision: Revision,
        columns: Columns,
    ) -> Option<Vec<Value>> {
        let changed = apply(&self.text, edits).ok()?;
        let change = |edit: &Edit| {
            let place = |offset: u64| self.position(usize::try_from(offset).unwrap_or(usize::MAX), columns);
            json!({"range": {"start": place(edit.range.start), "end": place(edit.range.end)}, "text": edit.text})
        };
        let changes = edits.iter().rev().map(change).collect();
        self.text = changed;
        self.revision = revision;
        self.version += 1;
        Some(changes)
    }

    /// The offsets of a range of the server.
    pub(crate) fn range(&self, range: &Value, columns: Columns) -> std::ops::Range<usize> {
        let start = offset(&self.text, &range["start"], columns);
        start..offset(&self.text, &range["end"], columns).max(start)
    }
}

fn units(text: &str, columns: Columns) -> usize {
    match columns {
        Columns::Bytes => text.len(),
        Columns::Utf16 => text.encode_utf16().count(),
    }
}

fn position(text: &str, offset: usize, columns: Columns) -> Value {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = text.get(..offset).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count();
    json!({"line": line, "character": units(before.get(start..).unwrap_or_default(), columns)})
}

fn offset(text: &str, position: &Value, columns: Columns) -> usize {
    let number =
        |name: &str| position[name].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    let (line, mut left) = (number("line"), number("character"));
    let Some(start) = start_of(text, line) else { return text.len() };
    let rest = text.get(start..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default().trim_end_matches('\r');
    let mut bytes = 0;
    for character in line.chars() {
        let count = match columns {
            Columns::Bytes => character.len_utf8(),
            Columns::Utf16 => character.len_utf16(),
        };
        if count > left {
            break;
        }
        left -= count;
        bytes += character.len_utf8();
    }
    start + bytes
}

fn start_of(text: &str, line: usize) -> Option<usize> {
    match line {
        0 => Some(0),
        _ => text.match_indices('\n').nth(line - 1).map(|(at, _)| at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text {
        Text { document: 1, revision: 1, uri: "file:///a".to_owned(), version: 1, text: text.to_owned() }
    }

    #[test]
    fn places_count_as_the_server_does() {
        let text = text("a😀é\r\nb");
        for (columns, at, character) in
            [(Columns::Utf16, 5, 3), (Columns::Bytes, 5, 5), (Columns::Utf16, 7, 4)]
        {
            let place = text.position(at, columns);
            assert_eq!(place, json!({"line": 0, "character": character}));
            assert_eq!(text.range(&json!({"start": place, "end": place}), columns), at..at);
        }
        assert_eq!(text.position(9, Columns::Utf16), json!({"line": 1, "character": 0}));
        // What is after the end is the end.
        let far = json!({"start": {"line": 0, "character": 99}, "end": {"line": 9, "character": 0}});
        assert_eq!(text.range(&far, Columns::Utf16), 7..10);
    }

    #[test]
    fn changes_are_the_last_one_first() {
        let mut text = text("one 😀 two\n");
        let edits = [Edit::replace(0..3, "1"), Edit::insert(9, "2")];
        let changes = text.change(&edits, 7, Columns::Utf16).unwrap();
        assert_eq!(
            changes[0],
            json!({"range": {"start": {"line": 0, "character": 7}, "end": {"line": 0, "character": 7}}, "text": "2"})
        );
        assert_eq!(changes[1]["range"]["end"]["character"], 3);
        assert_eq!((text.text.as_str(), text.revision, text.version), ("1 😀 2two\n", 7, 2));
    }
}

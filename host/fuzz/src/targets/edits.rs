use std::ops::Range;

use witdock_editor_core::{Document, Edit};

use super::reader::Reader;
use crate::Outcome;

/// What the text was before each step that can be undone.
struct Model {
    text: String,
    done: Vec<String>,
    undone: Vec<String>,
}

impl Model {
    /// Whether these edits may be applied at once.
    fn allows(&self, edits: &[Edit]) -> bool {
        let mut sorted: Vec<&Range<usize>> = edits.iter().map(|edit| &edit.range).collect();
        sorted.sort_by_key(|range| (range.start, range.end));
        let fits = |range: &Range<usize>| self.text.get(range.clone()).is_some();
        sorted.iter().all(|range| fits(range))
            && sorted.windows(2).all(|two| matches!(two, [one, two] if one.end <= two.start))
    }

    fn apply(&mut self, edits: &[Edit]) {
        let mut sorted: Vec<&Edit> = edits.iter().collect();
        sorted.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let mut text = self.text.clone();
        for edit in sorted.iter().rev() {
            text.replace_range(edit.range.clone(), &edit.text);
        }
        if edits.iter().any(|edit| !edit.range.is_empty() || !edit.text.is_empty()) {
            self.done.push(std::mem::replace(&mut self.text, text));
            self.undone.clear();
        }
    }
}

/// Lists of edits as a plugin gives them, undo and redo; after each of them the text is what a plain string would be.
pub(super) fn apply(input: &[u8]) -> Outcome {
    let mut reader = Reader::new(input);
    let text = reader.text();
    let Ok(mut document) = Document::from_bytes(text.as_bytes()) else {
        return Outcome::Refused("no text".to_owned());
    };
    let mut model = Model { text: document.text().to_string(), done: Vec::new(), undone: Vec::new() };
    let mut steps = String::new();
    while !reader.is_empty() && steps.len() < 200 {
        let step = reader.byte() % 8;
        match step {
            0 => {
                let undone = document.undo().is_ok_and(|undone| undone);
                assert_eq!(undone, !model.done.is_empty());
                if let Some(before) = model.done.pop() {
                    model.undone.push(std::mem::replace(&mut model.text, before));
                }
            }
            1 => {
                let redone = document.redo().is_ok_and(|redone| redone);
                assert_eq!(redone, !model.undone.is_empty());
                if let Some(after) = model.undone.pop() {
                    model.done.push(std::mem::replace(&mut model.text, after));
                }
            }
            _ => {
                let edits = reader.some(|reader| {
                    let start = reader.size();
                    let end = start.saturating_add(reader.size());
                    Edit::replace(start..end, reader.text())
                });
                let is_allowed = model.allows(&edits);
                document.break_undo();
                let applied = document.apply_edits(document.revision(), edits.iter().cloned());
                assert_eq!(applied.is_ok(), is_allowed, "{edits:?} in {:?}: {applied:?}", model.text);
                if is_allowed {
                    model.apply(&edits);
                }
            }
        }
        assert_eq!(document.text().to_string(), model.text);
        steps.push(char::from(b'a' + step.min(2)));
    }
    Outcome::Taken(steps)
}

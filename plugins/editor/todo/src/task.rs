//! Finding tasks in a text.

use serde::Deserialize;
use std::ops::Range;
use witdock_editor_guest::LineIndex;

/// The urgency of a task, by its word.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Urgency {
    Note,
    Task,
    Fault,
}

/// A word that marks a task.
#[derive(Clone, Debug)]
pub(crate) struct Marker {
    pub(crate) word: String,
    pub(crate) urgency: Urgency,
}

/// A task in a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Task {
    /// The word's range, in bytes.
    pub(crate) word: Range<usize>,
    pub(crate) urgency: Urgency,
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// The word and the rest of the line.
    pub(crate) text: String,
}

/// The first task of each line that has one. Only whole words match, with the same case.
pub(crate) fn tasks(text: &str, markers: &[Marker]) -> Vec<Task> {
    let index = LineIndex::new(text);
    let mut tasks = Vec::new();
    for (number, (start, line)) in index.lines().enumerate() {
        let first = markers
            .iter()
            .filter_map(|marker| find_word(line, &marker.word).map(|at| (at, marker)))
            .min_by_key(|(at, marker)| (*at, std::cmp::Reverse(marker.word.len())));
        let Some((at, marker)) = first else { continue };
        let written = line.get(at..).unwrap_or_default();
        tasks.push(Task {
            word: start + at..start + at + marker.word.len(),
            urgency: marker.urgency,
            line: number + 1,
            text: without_comment_end(written).to_owned(),
        });
    }
    tasks
}

fn find_word(line: &str, word: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).map(|(at, _)| at).find(|&at| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

fn without_comment_end(text: &str) -> &str {
    let text = text.trim_end();
    ["*/", "-->", "*)"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, Range<usize>, String)> {
        let marker = |word: &str| Marker { word: word.to_owned(), urgency: Urgency::Task };
        let markers = ["TODO", "FIXME", "XXX"].map(marker);
        tasks(text, &markers).into_iter().map(|task| (task.line, task.word, task.text)).collect()
    }

    #[test]
    fn a_task_is_its_word_and_what_is_behind_it() {
        let text = "é\r\n// TODO(me): this\n/* FIXME that */\n<!-- XXX -->";
        let expected = [
            (2, 7..11, "TODO(me): this".to_owned()),
            (3, 25..30, "FIXME that".to_owned()),
            (4, 44..47, "XXX".to_owned()),
        ];
        assert_eq!(found(text), expected);
        assert_eq!(&text[7..11], "TODO");
    }

    #[test]
    fn a_longer_word_and_another_spelling_are_none() {
        assert_eq!(found("TODOS MY_TODO todo éTODO XXXL"), []);
        assert_eq!(found("TODOS and TODO"), [(1, 10..14, "TODO".to_owned())]);
    }

    #[test]
    fn a_line_has_its_first_task() {
        assert_eq!(found("FIXME before TODO"), [(1, 0..5, "FIXME before TODO".to_owned())]);
    }
}

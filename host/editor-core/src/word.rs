//! Words: runs of letters, of punctuation, and of spaces.

use std::ops::Range;

use crate::grapheme::{next_grapheme, previous_grapheme};
use crate::text::Text;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    LineBreak,
    Word,
    Punctuation,
}

/// The class of a grapheme is the class of its first character, so combining marks belong to their letter.
fn class(character: char) -> Class {
    match character {
        '\n' | '\r' => Class::LineBreak,
        '_' => Class::Word,
        _ if character.is_whitespace() => Class::Space,
        _ if character.is_alphanumeric() => Class::Word,
        _ => Class::Punctuation,
    }
}

/// Whether a character belongs to a word: a letter, a digit or an underscore.
pub fn is_word(character: char) -> bool {
    class(character) == Class::Word
}

/// The place one word to the right: past spaces and at most one line break, then to the end of the run of letters or
/// punctuation.
pub fn next_word(text: &Text, offset: usize) -> usize {
    let mut offset = run_end(text, offset, Class::Space);
    if text.char_at(offset).map(class) == Some(Class::LineBreak) {
        offset = run_end(text, next_grapheme(text, offset), Class::Space);
    }
    match text.char_at(offset).map(class) {
        None | Some(Class::LineBreak) => offset,
        Some(run) => run_end(text, offset, run),
    }
}

/// The place one word to the left: past spaces and at most one line break, then to the start of the run of letters or
/// punctuation.
pub fn previous_word(text: &Text, offset: usize) -> usize {
    let mut offset = run_start(text, offset.min(text.len()), Class::Space);
    if class_before(text, offset) == Some(Class::LineBreak) {
        offset = run_start(text, previous_grapheme(text, offset), Class::Space);
    }
    match class_before(text, offset) {
        None | Some(Class::LineBreak) => offset,
        Some(run) => run_start(text, offset, run),
    }
}

/// The word that contains `offset` or ends at it; without one, the run of other characters that contains it.
/// Empty in an empty line.
pub fn word_at(text: &Text, offset: usize) -> Range<usize> {
    let offset = offset.min(text.len());
    let after = text.char_at(offset).map(class);
    let before = class_before(text, offset);
    let run = match (before, after) {
        (_, Some(Class::Word)) | (Some(Class::Word), _) => Class::Word,
        (_, Some(run)) if run != Class::LineBreak => run,
        (Some(run), _) if run != Class::LineBreak => run,
        _ => return offset..offset,
    };
    run_start(text, offset, run)..run_end(text, offset, run)
}

fn class_before(text: &Text, offset: usize) -> Option<Class> {
    if offset == 0 {
        return None;
    }
    text.char_at(previous_grapheme(text, offset)).map(class)
}

fn run_end(text: &Text, mut offset: usize, run: Class) -> usize {
    while text.char_at(offset).map(class) == Some(run) {
        offset = next_grapheme(text, offset);
    }
    offset
}

fn run_start(text: &Text, mut offset: usize, run: Class) -> usize {
    while class_before(text, offset) == Some(run) {
        offset = previous_grapheme(text, offset);
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each `|` is a place where a walk over the words stops.
    fn check(walk: fn(&Text, usize) -> usize, from_start: bool, marked: &str) {
        let text = Text::from(marked.replace('|', "").as_str());
        let expected: Vec<usize> = marked.match_indices('|').enumerate().map(|(n, (at, _))| at - n).collect();
        let mut offset = if from_start { 0 } else { text.len() };
        let mut found = Vec::new();
        loop {
            let next = walk(&text, offset);
            if next == offset {
                break;
            }
            found.push(next);
            offset = next;
        }
        found.sort_unstable();
        assert_eq!(found, expected, "{marked:?}");
    }

    #[test]
    fn words_to_the_right() {
        check(next_word, true, "one| two_2|,| łódź|!?|  |");
        check(next_word, true, "  one|\n  two|");
        check(next_word, true, "one|\r\n|\r\n  two|");
        check(next_word, true, "e\u{301}a|");
    }

    #[test]
    fn words_to_the_left() {
        check(previous_word, false, "|one |two_2|, |łódź|!?  ");
        check(previous_word, false, "|  |one\n  |two");
        check(previous_word, false, "|one\r\n|\r\n  |two");
    }

    #[test]
    fn the_word_around() {
        let text = Text::from("let naïve = (1);\n\n");
        assert_eq!(text.slice(word_at(&text, 5)), "naïve");
        assert_eq!(text.slice(word_at(&text, 4)), "naïve");
        assert_eq!(text.slice(word_at(&text, 10)), "naïve");
        assert_eq!(text.slice(word_at(&text, 16)), ");");
        assert_eq!(word_at(&text, 18), 18..18);
    }
}

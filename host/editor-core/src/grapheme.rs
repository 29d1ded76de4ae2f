//! Graphemes: what people see as one character. A cursor never splits one.

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::{GraphemeCursor, GraphemeIncomplete};

use crate::text::Text;

/// The end of the grapheme after `offset`, or the end of the text. CRLF is one grapheme. The cost does not
/// depend on the size of the text.
pub fn next_grapheme(text: &Text, offset: usize) -> usize {
    let offset = text.floor_boundary(offset);
    let (chunk, start) = text.chunk_at(offset);
    if stand_alone(chunk, offset - start) {
        return offset + 1;
    }
    step(text, offset, GraphemeCursor::next_boundary).unwrap_or(text.len())
}

/// The end of the grapheme that starts at `offset`, which is a boundary: what is before it does not matter. Otherwise each flag in a row of
/// flags would be counted from the first one.
fn next_from_boundary(text: &Text, offset: usize) -> usize {
    let mut cursor = GraphemeCursor::new(0, text.len() - offset, true);
    let (chunk, start) = text.chunk_at(offset);
    let (mut chunk, mut start) = (chunk.get(offset - start..).unwrap_or_default(), offset);
    loop {
        match cursor.next_boundary(chunk, start - offset) {
            Ok(next) => return next.map_or(text.len(), |next| offset + next),
            Err(GraphemeIncomplete::NextChunk) => (chunk, start) = text.chunk_at(start + chunk.len()),
            Err(GraphemeIncomplete::PreContext(end)) => {
                // No more than what is behind the boundary.
                let (before, before_start) = text.chunk_at((offset + end).saturating_sub(1));
                let from = offset.max(before_start);
                let Some(context) = before.get(from - before_start..offset + end - before_start) else {
                    return next_grapheme(text, offset);
                };
                cursor.provide_context(context, from - offset);
            }
            Err(GraphemeIncomplete::PrevChunk | GraphemeIncomplete::InvalidOffset) => {
                return next_grapheme(text, offset);
            }
        }
    }
}

/// The start of the grapheme before `offset`, or 0.
pub fn previous_grapheme(text: &Text, offset: usize) -> usize {
    let offset = text.floor_boundary(offset);
    let (chunk, start) = text.chunk_at(offset);
    if (offset - start).checked_sub(2).is_some_and(|pair| stand_alone(chunk, pair)) {
        return offset - 1;
    }
    step(text, offset, GraphemeCursor::prev_boundary).unwrap_or(0)
}

/// Whether the two bytes at `at` are printable ASCII. There is always a boundary between them, so most texts need no look-up
/// in Unicode tables.
fn stand_alone(chunk: &str, at: usize) -> bool {
    let pair = chunk.as_bytes().get(at..at.saturating_add(2));
    pair.is_some_and(|pair| pair.iter().all(|byte| matches!(byte, b' '..=b'~')))
}

/// Whether `offset` is not inside a grapheme, so that a cursor can be there.
pub fn is_grapheme_boundary(text: &Text, offset: usize) -> bool {
    text.is_boundary(offset)
        && step(text, offset, |cursor, chunk, start| cursor.is_boundary(chunk, start).map(Some)) == Some(true)
}

/// The largest grapheme boundary that is not after `offset`.
pub fn floor_grapheme(text: &Text, offset: usize) -> usize {
    let offset = text.floor_boundary(offset);
    if is_grapheme_boundary(text, offset) { offset } else { previous_grapheme(text, offset) }
}

/// A grapheme with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grapheme<'a> {
    /// Its range in the text.
    pub range: Range<usize>,
    /// Its text.
    pub text: Cow<'a, str>,
}

/// The graphemes in `range`, one after the other. The first starts at `range.start`, and the last may be cut by
/// `range.end`; both are clamped to the text and to whole characters. Copies only those that span two pieces of the
/// rope.
pub fn graphemes(text: &Text, range: Range<usize>) -> impl Iterator<Item = Grapheme<'_>> {
    let end = text.floor_boundary(range.end);
    let mut at = text.floor_boundary(range.start);
    let (mut chunk, mut chunk_start) = text.chunk_at(at);
    std::iter::from_fn(move || {
        if at >= end {
            return None;
        }
        if at >= chunk_start + chunk.len() {
            (chunk, chunk_start) = text.chunk_at(at);
        }
        let local = at - chunk_start;
        let next = if stand_alone(chunk, local) { at + 1 } else { next_from_boundary(text, at).min(end) };
        let range = at..next;
        at = next;
        let text = match chunk.get(local..next - chunk_start) {
            Some(within) => Cow::Borrowed(within),
            None => Cow::Owned(text.slice(range.clone())),
        };
        Some(Grapheme { range, text })
    })
}

/// Runs a grapheme cursor, and gives it the pieces of the rope that it asks for.
fn step<T>(
    text: &Text,
    offset: usize,
    ask: impl Fn(&mut GraphemeCursor, &str, usize) -> Result<Option<T>, GraphemeIncomplete>,
) -> Option<T> {
    let mut cursor = GraphemeCursor::new(offset, text.len(), true);
    let (mut chunk, mut start) = text.chunk_at(offset);
    loop {
        match ask(&mut cursor, chunk, start) {
            Ok(answer) => return answer,
            Err(GraphemeIncomplete::NextChunk) => (chunk, start) = text.chunk_at(start + chunk.len()),
            Err(GraphemeIncomplete::PrevChunk) => (chunk, start) = text.chunk_at(start.checked_sub(1)?),
            Err(GraphemeIncomplete::PreContext(end)) => {
                let (before, before_start) = text.chunk_at(end.checked_sub(1)?);
                cursor.provide_context(before.get(..end - before_start)?, before_start);
            }
            Err(GraphemeIncomplete::InvalidOffset) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: &[&str]) {
        // Long enough before the graphemes that they lie across the rope's pieces at some length.
        for padding in (0..3000).step_by(7).chain([0]) {
            let text = Text::from(format!("{}{}", "x".repeat(padding), expected.concat()).as_str());
            let found: Vec<Grapheme<'_>> = graphemes(&text, padding..text.len()).collect();
            assert!(
                found.iter().map(|grapheme| grapheme.text.as_ref()).eq(expected.iter().copied()),
                "{found:?}"
            );
            assert!(found.iter().all(|grapheme| text.slice(grapheme.range.clone()) == grapheme.text));
            let mut offset = text.len();
            for grapheme in expected.iter().rev() {
                assert!(is_grapheme_boundary(&text, offset));
                offset = previous_grapheme(&text, offset);
                assert_eq!(text.slice(offset..offset + grapheme.len()), *grapheme);
                for inside in offset + 1..offset + grapheme.len() {
                    assert_eq!(floor_grapheme(&text, inside), offset);
                }
            }
        }
    }

    #[test]
    fn graphemes_are_whole() {
        check(&["a", "\r\n", "\n", "e\u{301}", "🏳️‍🌈", "🇵🇱", "🇩🇪", "👩‍👩‍👧", "한", "z"]);
        check(&["नि", "\t", "\r", "x"]);
    }

    #[test]
    fn the_ends_are_ends() {
        let text = Text::from("é");
        assert_eq!((next_grapheme(&text, 2), previous_grapheme(&text, 0)), (2, 0));
        assert_eq!(next_grapheme(&text, 99), 2);
        assert!(!is_grapheme_boundary(&text, 1) && !is_grapheme_boundary(&text, 3));
        assert!(is_grapheme_boundary(&Text::new(), 0));
    }
}

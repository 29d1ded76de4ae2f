//! The text itself: a rope addressed by UTF-8 byte offsets.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ropey::{Rope, RopeBuilder, RopeSlice};

use crate::change::ChangeError;
use crate::column_index::ColumnIndex;

/// A text of any size, addressed by UTF-8 byte offsets.
///
/// It is a rope: a clone shares its memory and costs O(1), an edit costs O(log n + length of the edit), and so do
/// the translations between offsets and lines. A line ends after LF, CRLF included; a lone CR, a form feed and the
/// Unicode separators are ordinary characters, as they are for compilers and for most other tools that count lines.
///
/// Offsets that lie outside the text or inside a character never panic: where a method takes an offset, it says
/// whether it clamps or refuses.
#[derive(Clone, Default)]
pub struct Text {
    rope: Rope,
    /// Shared by clones, until one of them changes.
    columns: Arc<Mutex<ColumnIndex>>,
}

/// A place in a text by line and column, both from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The number of the line, from 0.
    pub line: usize,
    /// The UTF-8 bytes from the start of the line.
    pub column: usize,
}

impl Text {
    /// An empty text.
    pub fn new() -> Text {
        Text::default()
    }

    pub(crate) fn build(builder: RopeBuilder) -> Text {
        Text { rope: builder.finish(), ..Text::default() }
    }

    /// The length in bytes. O(1).
    pub fn len(&self) -> usize {
        self.rope.len_bytes()
    }

    /// Whether the text has no characters.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of lines, at least 1: a text that ends in a line break has an empty last line. O(1).
    pub fn line_count(&self) -> usize {
        self.rope.len_lines()
    }

    /// The line that contains `offset`; past the end, the last line. O(log n).
    pub fn line_at(&self, offset: usize) -> usize {
        self.rope.try_byte_to_line(offset.min(self.len())).unwrap_or_default()
    }

    /// The offset where `line` starts; past the last line, the end of the text. O(log n).
    pub fn line_start(&self, line: usize) -> usize {
        self.rope.try_line_to_byte(line).unwrap_or(self.len())
    }

    /// The bytes of `line` with its line break; empty past the last line. O(log n).
    pub fn line_range(&self, line: usize) -> Range<usize> {
        self.line_start(line)..self.line_start(line.saturating_add(1))
    }

    /// The offset where `line` ends, before its line break. O(log n).
    pub fn line_end(&self, line: usize) -> usize {
        let Range { start, mut end } = self.line_range(line);
        if end > start && self.byte(end - 1) == Some(b'\n') {
            end -= 1;
            if end > start && self.byte(end - 1) == Some(b'\r') {
                end -= 1;
            }
        }
        end
    }

    /// The content of `line` without its line break. Copies the line.
    pub fn line(&self, line: usize) -> String {
        self.slice(self.line_start(line)..self.line_end(line))
    }

    /// The line and column of `offset`; past the end, those of the end. O(log n).
    pub fn line_column(&self, offset: usize) -> LineColumn {
        let offset = offset.min(self.len());
        let line = self.line_at(offset);
        LineColumn { line, column: offset - self.line_start(line) }
    }

    /// The offset of a place: a column past the line's end gives the line's end, a line past the last gives the end
    /// of the text, a column inside a character gives that character's start. O(log n).
    pub fn offset(&self, place: LineColumn) -> usize {
        let start = self.line_start(place.line);
        self.floor_boundary(start.saturating_add(place.column).min(self.line_end(place.line)))
    }

    /// The byte at `offset`, if there is one. O(log n).
    pub fn byte(&self, offset: usize) -> Option<u8> {
        self.rope.get_byte(offset)
    }

    /// The character that starts at `offset` or contains it, if there is one. O(log n).
    pub fn char_at(&self, offset: usize) -> Option<char> {
        let index = self.rope.try_byte_to_char(offset).ok()?;
        self.rope.get_char(index)
    }

    /// The character that ends at `offset`, if there is one. O(log n).
    pub fn char_before(&self, offset: usize) -> Option<char> {
        self.char_at(offset.min(self.len()).checked_sub(1)?)
    }

    /// Whether `offset` is within the text, or at its end, and not inside a character. O(log n).
    pub fn is_boundary(&self, offset: usize) -> bool {
        match self.byte(offset) {
            Some(byte) => !is_continuation(byte),
            None => offset == self.len(),
        }
    }

    /// The largest character boundary that is not after `offset`.
    pub fn floor_boundary(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.len());
        while self.byte(offset).is_some_and(is_continuation) {
            offset -= 1;
        }
        offset
    }

    /// The text in `range`, clamped to the text and to whole characters. Copies it.
    pub fn slice(&self, range: Range<usize>) -> String {
        self.rope_slice(range).to_string()
    }

    /// The number of characters in `range`, clamped as [`Text::slice`] is. O(log n).
    pub fn char_count(&self, range: Range<usize>) -> usize {
        self.rope_slice(range).len_chars()
    }

    /// The text in `range`, in the rope's pieces, clamped as [`Text::slice`] is. Copies nothing.
    pub fn chunks(&self, range: Range<usize>) -> impl Iterator<Item = &str> {
        self.rope_slice(range).chunks()
    }

    /// The bytes from `offset` on, up to the end of the rope's piece that they are in; empty at the end. O(log n).
    pub fn bytes_from(&self, offset: usize) -> &[u8] {
        let (chunk, start) = self.chunk_at(offset);
        chunk.as_bytes().get(offset.saturating_sub(start)..).unwrap_or_default()
    }

    pub(crate) fn rope_slice(&self, range: Range<usize>) -> RopeSlice<'_> {
        let start = self.floor_boundary(range.start);
        let end = self.floor_boundary(range.end).max(start);
        self.rope.get_byte_slice(start..end).unwrap_or_else(|| self.rope.slice(..0))
    }

    /// The rope's piece that contains `offset`, and the offset where the piece starts. At the end of the text it is
    /// the last piece.
    pub(crate) fn chunk_at(&self, offset: usize) -> (&str, usize) {
        match self.rope.get_chunk_at_byte(offset.min(self.len())) {
            Some((chunk, start, _, _)) => (chunk, start),
            None => ("", 0),
        }
    }

    /// What is known of the columns in long lines.
    pub(crate) fn columns(&self) -> MutexGuard<'_, ColumnIndex> {
        self.columns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes of long lines that were measured so far to find columns, in this text and those that it was made from.
    pub fn measured_bytes(&self) -> u64 {
        self.columns().measured
    }

    /// Takes the index of columns along with an edit. Clones keep theirs.
    fn follow_columns(&mut self, range: &Range<usize>, with: &str) {
        if self.columns().is_empty() {
            return;
        }
        let removes_break = self.chunks(range.clone()).any(|chunk| chunk.as_bytes().contains(&b'\n'));
        if Arc::get_mut(&mut self.columns).is_none() {
            let own = self.columns().clone();
            self.columns = Arc::new(Mutex::new(own));
        }
        self.columns().edit(range, with, removes_break);
    }

    /// Refuses a range that is reversed, not within the text, or not on character boundaries.
    pub(crate) fn check(&self, range: &Range<usize>) -> Result<(), ChangeError> {
        if range.start > range.end || range.end > self.len() {
            return Err(ChangeError::OutOfRange { range: range.clone(), length: self.len() });
        }
        match [range.start, range.end].into_iter().find(|&offset| !self.is_boundary(offset)) {
            Some(offset) => Err(ChangeError::InsideCharacter { offset }),
            None => Ok(()),
        }
    }

    /// Replaces the bytes in `range`. O(log n + length of the range and of `with`).
    pub(crate) fn replace(&mut self, range: &Range<usize>, with: &str) -> Result<(), ChangeError> {
        self.check(range)?;
        let broken = |_| ChangeError::OutOfRange { range: range.clone(), length: self.rope.len_bytes() };
        let start = self.rope.try_byte_to_char(range.start).map_err(broken)?;
        let end = self.rope.try_byte_to_char(range.end).map_err(broken)?;
        let length = self.rope.len_bytes();
        let broken = |_| ChangeError::OutOfRange { range: range.clone(), length };
        self.follow_columns(range, with);
        if start < end {
            self.rope.try_remove(start..end).map_err(broken)?;
        }
        if !with.is_empty() {
            self.rope.try_insert(start, with).map_err(broken)?;
        }
        Ok(())
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text { rope: Rope::from_str(text), ..Text::default() }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.rope == other.rope
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.rope == *other
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rope.chunks().try_for_each(|chunk| f.write_str(chunk))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").field("bytes", &self.len()).field("lines", &self.line_count()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, offset: usize, line: usize, column: usize) {
        let place = LineColumn { line, column };
        let text = Text::from(text);
        assert_eq!(text.line_column(offset), place, "{text} at {offset}");
        assert_eq!(text.offset(place), offset, "{text} at {place:?}");
    }

    #[test]
    fn offsets_and_places_agree() {
        check("", 0, 0, 0);
        check("ab\ncd", 4, 1, 1);
        check("ab\r\ncd", 2, 0, 2);
        check("ab\r\ncd", 5, 1, 1);
        check("é\ną", 5, 1, 2);
        check("end\n", 4, 1, 0);
        check("cr\ris no line break", 5, 0, 5);
    }

    #[test]
    fn places_out_of_the_text_are_clamped() {
        let text = Text::from("aé\r\nb");
        assert_eq!(text.offset(LineColumn { line: 0, column: 99 }), 3);
        assert_eq!(text.offset(LineColumn { line: 0, column: 2 }), 1);
        assert_eq!(text.offset(LineColumn { line: 9, column: 9 }), text.len());
        assert_eq!(text.line_column(99), LineColumn { line: 1, column: 1 });
        assert_eq!(text.slice(2..99), "é\r\nb");
        assert_eq!(text.line(0), "aé");
        assert_eq!(text.line_range(7), 6..6);
    }
}

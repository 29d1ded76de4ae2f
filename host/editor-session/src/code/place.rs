//! Places as lines and columns, which count bytes or code units of UTF-16, and as offsets.

use std::ops::Range;

use witdock_editor_core::{LineColumn, Text};

/// What columns count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Columns {
    /// Bytes of UTF-8.
    #[default]
    Bytes,
    /// Code units of UTF-16.
    Utf16,
}

/// A place as line and column, both from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A part of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// Its start.
    pub start: Position,
    /// Its end.
    pub end: Position,
}

impl Position {
    /// The offset of this place in a text. What is after a line's end is its end, what is after the text's end is that, and what is inside of a character
    /// is before it.
    pub fn offset(self, text: &Text, columns: Columns) -> usize {
        if self.line >= text.line_count() {
            return text.len();
        }
        let start = text.offset(LineColumn { line: self.line, column: 0 });
        let line = text.line(self.line);
        let mut left = self.column;
        let before = line.chars().take_while(|character| {
            let units = match columns {
                Columns::Bytes => character.len_utf8(),
                Columns::Utf16 => character.len_utf16(),
            };
            let fits = units <= left;
            left = if fits { left - units } else { 0 };
            fits && !matches!(character, '\n' | '\r')
        });
        let bytes: usize = before.map(char::len_utf8).sum();
        text.floor_boundary((start + bytes).min(text.line_end(self.line)))
    }
}

impl Extent {
    /// The offsets of this part of a text. One whose end is before its start is empty.
    pub fn range(self, text: &Text, columns: Columns) -> Range<usize> {
        let (start, end) = (self.start.offset(text, columns), self.end.offset(text, columns));
        start..end.max(start)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn offset(text: &str, line: usize, column: usize, columns: Columns) -> usize {
        Position { line, column }.offset(&Text::from(text), columns)
    }

    #[test]
    fn columns_count_what_they_say() {
        let text = "a😀é\r\nb\n";
        for (columns, expected) in
            [(Columns::Bytes, [0, 1, 1, 1, 1, 5, 5, 7, 7]), (Columns::Utf16, [0, 1, 1, 5, 7, 7, 7, 7, 7])]
        {
            let found: Vec<_> = (0..9).map(|column| offset(text, 0, column, columns)).collect();
            assert_eq!(found, expected, "{columns:?}");
        }
        assert_eq!(offset(text, 1, 1, Columns::Utf16), 10);
        assert_eq!(offset(text, 2, 0, Columns::Utf16), 11);
        assert_eq!(offset(text, 9, 9, Columns::Bytes), 11);
    }

    proptest! {
        #[test]
        fn any_place_is_on_a_boundary(text in "[a😀é\r\n]{0,12}", line in 0..9usize, column in 0..20usize, utf16: bool) {
            let columns = if utf16 { Columns::Utf16 } else { Columns::Bytes };
            let found = offset(&text, line, column, columns);
            prop_assert!(text.is_char_boundary(found));
            prop_assert!(Text::from(text.as_str()).is_boundary(found));
        }

        #[test]
        fn a_place_is_found_again(text in "[a😀é\n]{0,12}", at in 0..40usize) {
            let all = Text::from(text.as_str());
            let at = all.floor_boundary(at.min(text.len()));
            let before = &text[..at];
            let line = before.matches('\n').count();
            let start = before.rfind('\n').map_or(0, |end| end + 1);
            let units = before[start..].chars().map(char::len_utf16).sum();
            prop_assert_eq!(offset(&text, line, units, Columns::Utf16), at);
            prop_assert_eq!(offset(&text, line, at - start, Columns::Bytes), at);
        }
    }
}

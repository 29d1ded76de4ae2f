//! Converts between byte offsets and lines and columns.

/// A line and a column. Both count from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The number of characters (Unicode scalar values) before it on the line.
    pub column: u32,
}

/// An index of a text's lines, which converts between offsets and lines in logarithmic time.
///
/// A line ends with `\n`, and its ending, `\n` or `\r\n`, belongs to it. A text that ends with a line ending has an empty last line.
///
/// ```
/// use witdock_editor_guest::{LineIndex, Position};
///
/// let index = LineIndex::new("né\r\ntwo");
/// assert_eq!(index.position(3), Position { line: 0, column: 2 });
/// assert_eq!(index.offset(Position { line: 1, column: 1 }), 6);
/// assert_eq!(index.line(0), "né");
/// ```
#[derive(Clone, Debug)]
pub struct LineIndex<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// Finds the lines of a text, in one pass.
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The text.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The number of lines: one more than the number of line endings.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The line of an offset. An offset after the text's end is on the last line.
    pub fn line_at(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The offset where a line starts; the text's end for lines after the last one.
    pub fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// The text of a line, without its ending; empty for lines after the last one.
    pub fn line(&self, line: usize) -> &'a str {
        let text = self.text.get(self.start(line)..self.start(line.saturating_add(1))).unwrap_or_default();
        without_ending(text)
    }

    /// The lines, without their endings, each with its start offset.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &'a str)> {
        (0..self.line_count()).map(|line| (self.start(line), self.line(line)))
    }

    /// The line and column of an offset.
    pub fn position(&self, offset: usize) -> Position {
        let line = self.line_at(offset);
        let before = offset.saturating_sub(self.start(line));
        Position { line: to_u32(line), column: column(self.line(line), before) }
    }

    /// The offset of a line and column; the line's end if the line is shorter.
    pub fn offset(&self, position: Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        self.start(line) + byte_of_column(self.line(line), position.column)
    }
}

/// The number of characters that start before this byte of a line.
pub(crate) fn column(line: &str, byte: usize) -> u32 {
    to_u32(line.char_indices().take_while(|(at, _)| *at < byte).count())
}

/// The byte in a line where the character at this column starts; the line's end if the line is shorter.
pub(crate) fn byte_of_column(line: &str, column: u32) -> usize {
    let column = usize::try_from(column).unwrap_or(usize::MAX);
    line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
}

/// A line without `\n` or `\r\n`.
pub(crate) fn without_ending(line: &str) -> &str {
    line.strip_suffix("\r\n").or_else(|| line.strip_suffix('\n')).unwrap_or(line)
}

pub(crate) fn to_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_leads_back_to_its_offset() {
        let text = "né\r\n\n日本\nend";
        let index = LineIndex::new(text);
        assert_eq!(index.lines().map(|(_, line)| line).collect::<Vec<_>>(), ["né", "", "日本", "end"]);
        for (offset, character) in text.char_indices() {
            // There is no position between the two characters of a line ending.
            if text.as_bytes()[offset..].starts_with(b"\n")
                && offset > 0
                && text.as_bytes()[offset - 1] == b'\r'
            {
                continue;
            }
            assert_eq!(index.offset(index.position(offset)), offset, "{character:?} at {offset}");
        }
        assert_eq!(index.position(usize::MAX), Position { line: 3, column: 3 });
        assert_eq!(index.offset(Position { line: 0, column: 9 }), 3);
        assert_eq!(index.offset(Position { line: 9, column: 9 }), text.len());
    }

    #[test]
    fn a_text_that_ends_with_a_line_ending_has_an_empty_last_line() {
        let index = LineIndex::new("a\n");
        assert_eq!((index.line_count(), index.line(1), index.line_at(2)), (2, "", 1));
        assert_eq!(LineIndex::new("").line_count(), 1);
    }
}

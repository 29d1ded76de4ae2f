//! Display columns: the width of text in terminal cells.

use std::borrow::Cow;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use crate::grapheme::{Grapheme, graphemes};
use crate::text::Text;

/// The width of tabs in cells. A tab ends at the next multiple of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TabWidth(u8);

impl TabWidth {
    /// A width in cells, from 1 to 16; others are clamped.
    pub fn new(cells: u8) -> TabWidth {
        TabWidth(cells.clamp(1, 16))
    }

    /// The width in cells.
    pub fn cells(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for TabWidth {
    /// A width of 4 cells.
    fn default() -> TabWidth {
        TabWidth(4)
    }
}

/// The cells of one grapheme that starts at `column`.
///
/// A tab fills up to its stop, a line break takes none. Everything else takes at least one cell, so that a cursor
/// can be seen on it: what draws the text shows a placeholder of one cell for control characters.
pub fn grapheme_width(grapheme: &str, column: usize, tab: TabWidth) -> usize {
    match grapheme {
        "\t" => tab.cells() - column % tab.cells(),
        "\n" | "\r\n" => 0,
        _ if grapheme.len() == 1 => 1,
        _ if grapheme.chars().all(char::is_control) => 1,
        _ => grapheme.width().max(1),
    }
}

/// A grapheme with its place on the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    /// Its range in the text.
    pub range: Range<usize>,
    /// Its text.
    pub text: Cow<'a, str>,
    /// The cells before it in the line.
    pub column: usize,
    /// The cells it takes.
    pub width: usize,
}

/// The graphemes of a line up to its break, with their places on it, for drawing. O(line), and only as far as the iterator
/// is used.
pub fn cells(text: &Text, line: usize, tab: TabWidth) -> impl Iterator<Item = Cell<'_>> {
    let mut column = 0;
    graphemes(text, text.line_start(line)..text.line_end(line)).map(move |Grapheme { range, text }| {
        let width = grapheme_width(&text, column, tab);
        let cell = Cell { range, text, column, width };
        column += width;
        cell
    })
}

/// The cells before `offset` in its line. O(line up to the offset).
pub fn display_column(text: &Text, offset: usize, tab: TabWidth) -> usize {
    cells(text, text.line_at(offset), tab)
        .take_while(|cell| cell.range.end <= offset)
        .last()
        .map_or(0, |cell| cell.column + cell.width)
}

/// The place in `line` that is at `column` or, where a wide character or the line's end is in the way, the nearest
/// one before it. O(line up to the column).
pub fn offset_at_column(text: &Text, line: usize, column: usize, tab: TabWidth) -> usize {
    cells(text, line, tab)
        .take_while(|cell| cell.column + cell.width <= column)
        .last()
        .map_or(text.line_start(line), |cell| cell.range.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, columns: &[usize]) {
        let text = Text::from(format!("first\n{line}\r\nlast").as_str());
        let start = text.line_start(1);
        let ends = graphemes(&text, start..text.line_end(1)).map(|grapheme| grapheme.range.end);
        let places: Vec<usize> = std::iter::once(start).chain(ends).collect();
        let found: Vec<usize> =
            places.iter().map(|&place| display_column(&text, place, TabWidth::default())).collect();
        assert_eq!(found, columns, "{line:?}");
        for (&place, &column) in places.iter().zip(columns) {
            assert_eq!(
                offset_at_column(&text, 1, column, TabWidth::default()),
                place,
                "{line:?} at {column}"
            );
        }
        assert_eq!(offset_at_column(&text, 1, 999, TabWidth::default()), text.line_end(1));
    }

    #[test]
    fn columns_count_cells() {
        check("", &[0]);
        check("ab", &[0, 1, 2]);
        check("\ta\tb", &[0, 4, 5, 8, 9]);
        check("漢e\u{301}字", &[0, 2, 3, 5]);
        check("👩‍👩‍👧\u{1b}x", &[0, 2, 3, 4]);
    }

    #[test]
    fn a_column_inside_a_wide_character_is_before_it() {
        let text = Text::from("漢字");
        assert_eq!(offset_at_column(&text, 0, 3, TabWidth::default()), 3);
    }
}

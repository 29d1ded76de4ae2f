//! Laying out a line of text on the screen: in one row or, wrapped, in several, with the virtual text of plugins between
//! its characters.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use witdock_editor_core::column::{cells_at, grapheme_width};
use witdock_editor_core::{TabWidth, Text};

use witdock_editor_session::style::{Span, Style};

/// A line with more bytes is not wrapped, so that its invisible part costs nothing.
const LONGEST_WRAPPED: usize = 64 << 10;

/// The settings for laying out a line.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// The columns of the screen that show text.
    pub columns: usize,
    /// Whether longer lines continue in the next row.
    pub wraps: bool,
    /// The width of tabs.
    pub tab: TabWidth,
}

/// One row of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The range of the text that it shows.
    pub range: Range<usize>,
    /// The graphemes, from left to right. Those left of the screen may be missing.
    pub glyphs: Vec<Glyph>,
    /// The columns that they take.
    pub width: usize,
}

/// One grapheme of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glyph {
    /// Its column from the start of the row.
    pub x: usize,
    /// The columns that it takes.
    pub width: usize,
    /// The text to draw.
    pub text: String,
    /// Its range in the document; for virtual text, the empty range at its place.
    pub range: Range<usize>,
    /// The style of virtual text; none for the text of the document.
    pub drawn_as: Option<Style>,
}

/// Lays out a line, with virtual text at these places. A line that is not wrapped is laid out up to one screen to the right
/// of column `from`.
pub fn rows(text: &Text, line: usize, layout: Layout, inline: &[(usize, &[Span])], from: usize) -> Vec<Row> {
    let whole = text.line_start(line)..text.line_end(line);
    let wraps = layout.wraps && whole.len() <= LONGEST_WRAPPED;
    let end = from.saturating_add(layout.columns);
    let mut glyphs = Vec::new();
    // What is left of the screen takes no room in memory: there may be many megabytes of it. Virtual text moves it to the right, by its
    // whole width at most.
    let virtual_width = |spans: &[Span]| spans.iter().map(|span| virtual_width(&span.text)).sum::<usize>();
    let most: usize = inline.iter().map(|(_, spans)| virtual_width(spans)).sum();
    let first = if wraps { 0 } else { from.saturating_sub(most) };
    let (mut start, cells) = cells_at(text, line, first, layout.tab);
    let left = inline.partition_point(|(at, _)| *at < start.offset);
    let (left, inline) = inline.split_at(left);
    let mut shift: usize = left.iter().map(|(_, spans)| virtual_width(spans)).sum();
    start.column += shift;
    let mut inline = inline.iter().peekable();
    for cell in cells {
        while let Some((at, spans)) = inline.next_if(|(at, _)| *at <= cell.range.start) {
            shift += put_virtual(&mut glyphs, *at, spans);
        }
        if !wraps && cell.column + shift > end {
            break;
        }
        let drawn = shown(&cell.text, cell.width);
        glyphs.push(Glyph { x: 0, width: cell.width, text: drawn, range: cell.range, drawn_as: None });
    }
    for (at, spans) in inline.filter(|(at, _)| *at <= whole.end) {
        put_virtual(&mut glyphs, *at, spans);
    }
    broken(glyphs, whole, start.column, if wraps { layout.columns.max(1) } else { usize::MAX })
}

fn virtual_width(text: &str) -> usize {
    text.graphemes(true).map(|grapheme| grapheme_width(grapheme, 0, TabWidth::new(1))).sum()
}

fn put_virtual(glyphs: &mut Vec<Glyph>, at: usize, spans: &[Span]) -> usize {
    let before = glyphs.len();
    for span in spans {
        for grapheme in span.text.graphemes(true) {
            let width = grapheme_width(grapheme, 0, TabWidth::new(1));
            let text = shown(grapheme, width);
            glyphs.push(Glyph { x: 0, width, text, range: at..at, drawn_as: Some(span.style) });
        }
    }
    glyphs.iter().skip(before).map(|glyph| glyph.width).sum()
}

/// The text that is drawn for a grapheme: spaces for a tab, and a replacement for characters that control the terminal.
fn shown(grapheme: &str, width: usize) -> String {
    if grapheme == "\t" {
        return " ".repeat(width);
    }
    let is_control = |character: char| character.is_control() || turns_direction(character);
    if grapheme.chars().any(is_control) { "\u{fffd}".to_owned() } else { grapheme.to_owned() }
}

/// Whether a character changes the direction of the text around it, so that code reads differently from what it is (Unicode
/// Standard Annex 9, explicit formatting).
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Breaks glyphs into rows: after the last space that fits, or where the row is full.
fn broken(glyphs: Vec<Glyph>, whole: Range<usize>, first_column: usize, columns: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut row: Vec<Glyph> = Vec::new();
    let (mut width, mut start) = (0usize, whole.start);
    for glyph in glyphs {
        if width.saturating_add(glyph.width) > columns && !row.is_empty() {
            let space = row.iter().rposition(|glyph| glyph.text.trim().is_empty());
            let kept = space.map_or(row.len(), |space| space + 1);
            let rest = row.split_off(kept);
            let end = rest.first().map_or(glyph.range.start, |first| first.range.start);
            rows.push(row_of(std::mem::replace(&mut row, rest), start..end, 0));
            start = end;
            width = row.iter().map(|glyph| glyph.width).sum();
        }
        width += glyph.width;
        row.push(glyph);
    }
    rows.push(row_of(row, start..whole.end, first_column));
    rows
}

fn row_of(mut glyphs: Vec<Glyph>, range: Range<usize>, first_column: usize) -> Row {
    let mut x = first_column;
    for glyph in &mut glyphs {
        glyph.x = x;
        x += glyph.width;
    }
    Row { range, glyphs, width: x }
}

impl Row {
    /// The column of a place in the row, after virtual text at the same place.
    pub fn column_of(&self, offset: usize) -> usize {
        let text = |glyph: &&Glyph| glyph.drawn_as.is_none() && glyph.range.start >= offset;
        self.glyphs.iter().find(text).map_or(self.width, |glyph| glyph.x)
    }

    /// The place at a column, or the nearest one before it.
    pub fn offset_at(&self, column: usize) -> usize {
        let hit = self.glyphs.iter().find(|glyph| glyph.x + glyph.width > column);
        hit.map_or(self.range.end, |glyph| glyph.range.start)
    }
}

/// The index of the row that a place is in. The end of a row belongs to the next one.
pub fn row_of_offset(rows: &[Row], offset: usize) -> usize {
    rows.iter().rposition(|row| row.range.start <= offset).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_session::style::{Emphasis, Scope};

    fn layout(columns: usize) -> Layout {
        Layout { columns, wraps: true, tab: TabWidth::default() }
    }

    fn drawn(text: &str, columns: usize, inline: &[(usize, &[Span])]) -> Vec<String> {
        let rows = rows(&Text::from(text), 0, layout(columns), inline, 0);
        rows.iter().map(|row| row.glyphs.iter().map(|glyph| glyph.text.as_str()).collect()).collect()
    }

    fn span(text: &str) -> Vec<Span> {
        vec![Span {
            text: text.to_owned(),
            style: Style { scope: Scope::Muted, emphasis: Emphasis::default() },
        }]
    }

    #[test]
    fn lines_break_behind_spaces_and_long_words_where_they_must() {
        assert_eq!(drawn("one two three", 8, &[]), ["one two ", "three"]);
        assert_eq!(drawn("abcdefgh", 3, &[]), ["abc", "def", "gh"]);
        assert_eq!(drawn("漢字漢字", 3, &[]), ["漢", "字", "漢", "字"]);
        assert_eq!(drawn("a\tb", 80, &[]), ["a   b"]);
        assert_eq!(drawn("", 1, &[]), [""]);
        assert_eq!(drawn("x\u{1b}", 80, &[]), ["x\u{fffd}"]);
        assert_eq!(drawn("a\u{202e}b", 80, &[]), ["a\u{fffd}b"]);
    }

    #[test]
    fn virtual_text_takes_room_and_is_no_place() {
        let (one, two) = (span("<>"), span("!"));
        let inline: [(usize, &[Span]); 2] = [(1, &one), (3, &two)];
        assert_eq!(drawn("abc", 80, &inline), ["a<>bc!"]);
        assert_eq!(drawn("abc", 3, &inline), ["a<>", "bc!"]);
        let rows = rows(&Text::from("abc"), 0, layout(80), &inline, 0);
        let row = rows.first().unwrap();
        let columns: Vec<usize> = (0..=3).map(|offset| row.column_of(offset)).collect();
        assert_eq!(columns, [0, 3, 4, 6]);
        let places: Vec<usize> = (0..=6).map(|column| row.offset_at(column)).collect();
        assert_eq!(places, [0, 1, 1, 1, 2, 3, 3]);
    }

    #[test]
    fn what_is_left_of_the_screen_is_not_laid_out() {
        let text = Text::from("漢".repeat(10_000).as_str());
        let note = span("<note>");
        for (at, x) in [(3, 6 + 2 * 5_000), (2_000 * 3, 6 + 2 * 5_000), (9_000 * 3, 2 * 5_000)] {
            let inline: [(usize, &[Span]); 1] = [(at, &note)];
            let whole = rows(&text, 0, Layout { wraps: false, ..layout(80) }, &inline, 0);
            let seen = rows(&text, 0, Layout { wraps: false, ..layout(80) }, &inline, 10_000);
            assert!(seen[0].glyphs.len() < 100, "{}", seen[0].glyphs.len());
            let found = seen[0].glyphs.iter().find(|glyph| glyph.range.start == 15_000).unwrap();
            assert_eq!(found.x, x, "at {at}");
            assert!(whole[0].glyphs.len() < 100);
        }
    }

    #[test]
    fn every_place_is_in_one_row() {
        let text = Text::from("one two three");
        let rows = rows(&text, 0, layout(6), &[], 0);
        let found: Vec<usize> = (0..=13).map(|offset| row_of_offset(&rows, offset)).collect();
        assert_eq!(found, [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
    }
}

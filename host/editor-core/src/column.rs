//! Display columns: the width of text in terminal cells.

use std::borrow::Cow;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

pub use crate::column_index::Place;
use crate::column_index::STEP;
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
    cells_from(text, Place { offset: text.line_start(line), column: 0 }, text.line_end(line), tab)
}

/// The same from the last place at or before `column` on, which it gives too. O(line up to the column), at the speed of memory
/// where the line is ASCII.
pub fn cells_at(
    text: &Text,
    line: usize,
    column: usize,
    tab: TabWidth,
) -> (Place, impl Iterator<Item = Cell<'_>>) {
    let place = seek(text, line, Goal { offset: usize::MAX, column }, tab);
    (place, cells_from(text, place, text.line_end(line), tab))
}

fn cells_from(text: &Text, from: Place, end: usize, tab: TabWidth) -> impl Iterator<Item = Cell<'_>> {
    let mut column = from.column;
    graphemes(text, from.offset..end).map(move |Grapheme { range, text }| {
        let width = grapheme_width(&text, column, tab);
        let cell = Cell { range, text, column, width };
        column += width;
        cell
    })
}

/// The cells before `offset` in its line. O(line up to the offset).
pub fn display_column(text: &Text, offset: usize, tab: TabWidth) -> usize {
    seek(text, text.line_at(offset), Goal { offset, column: usize::MAX }, tab).column
}

/// The place in `line` that is at `column` or, where a wide character or the line's end is in the way, the nearest
/// one before it. O(line up to the column).
pub fn offset_at_column(text: &Text, line: usize, column: usize, tab: TabWidth) -> usize {
    seek(text, line, Goal { offset: usize::MAX, column }, tab).offset
}

/// What a walk along a line must not pass.
#[derive(Clone, Copy)]
struct Goal {
    offset: usize,
    column: usize,
}

impl Goal {
    fn allows(&self, place: Place) -> bool {
        place.offset <= self.offset && place.column <= self.column
    }
}

/// A line with more bytes has an index.
const LONG: usize = 4 * STEP;

/// The last place of a line that a goal allows. In a long line it is measured from the nearest place that is known, and what is measured
/// is known from then on.
fn seek(text: &Text, line: usize, goal: Goal, tab: TabWidth) -> Place {
    let (start, end) = (text.line_start(line), text.line_end(line));
    if end - start <= LONG {
        return walk(text, Place { offset: start, column: 0 }, end, goal, tab);
    }
    let mut index = text.columns();
    let index = &mut *index;
    loop {
        let known = index.line(start, tab);
        let (from, is_last) = known.last(|place| goal.allows(place) && place.offset <= end);
        let (mut to, next) = (from, known.next_goal(from));
        if is_last {
            to = walk(text, from, end, Goal { offset: next, column: usize::MAX }, tab);
            if to == from {
                // One grapheme is longer than a step, or no longer where it was.
                to = cells_from(text, from, end, tab)
                    .next()
                    .map_or(from, |cell| Place { offset: cell.range.end, column: cell.column + cell.width });
            }
            index.measured += (to.offset - from.offset) as u64;
        }
        if to == from || to.offset >= end || !goal.allows(to) {
            let place = walk(text, from, end, goal, tab);
            index.measured += (place.offset - from.offset) as u64;
            return place;
        }
        let is_after_tab = text.chunks(from.offset..to.offset).any(|chunk| chunk.as_bytes().contains(&b'\t'));
        index.line(start, tab).measured(to, next, is_after_tab);
    }
}

/// The last place that a goal allows, from a place on. Runs of printable ASCII, whose cells are their bytes, are passed at about the speed
/// of memory, and those of [simple characters](simple_cells) without looking for graphemes.
fn walk(text: &Text, from: Place, end: usize, goal: Goal, tab: TabWidth) -> Place {
    let mut place = from;
    loop {
        let room = goal.offset.saturating_sub(place.offset).min(goal.column.saturating_sub(place.column));
        let plain = plain_bytes(text, place.offset, end, room);
        place = Place { offset: place.offset + plain, column: place.column + plain };
        let simple = simple_run(text, place, end, goal);
        place = Place { offset: place.offset + simple.offset, column: place.column + simple.column };
        // What follows is something else, the goal, or the end.
        let mut has_moved = false;
        for cell in cells_from(text, place, end, tab) {
            let next = Place { offset: cell.range.end, column: cell.column + cell.width };
            if !goal.allows(next) {
                return place;
            }
            place = next;
            has_moved = true;
            let mut characters = cell.text.chars();
            if characters.next().and_then(simple_cells).is_some() && characters.next().is_none() {
                break;
            }
        }
        if !has_moved {
            return place;
        }
    }
}

/// The number of bytes from `offset` on that are printable ASCII and stand alone: the last one before other characters may be
/// the base of a combining mark.
fn plain_bytes(text: &Text, offset: usize, end: usize, most: usize) -> usize {
    let mut count = 0;
    for chunk in text.chunks(offset..end) {
        let bytes = chunk.as_bytes();
        let bytes = bytes.get(..bytes.len().min(most - count)).unwrap_or_default();
        let plain = plain_prefix(bytes);
        count += plain;
        if plain < bytes.len() {
            return count.saturating_sub(1);
        }
        if count == most {
            break;
        }
    }
    // The next character is not known.
    count.saturating_sub(1)
}

/// The cells of a character that stands alone, unless a mark follows it: printable ASCII, letters of Latin, Greek and Cyrillic script, kana,
/// unified ideographs, Hangul syllables. `None` for all others.
fn simple_cells(character: char) -> Option<usize> {
    match character {
        ' '..='~' | 'À'..='ɏ' => Some(1),
        'Α'..='Ρ' | 'Σ'..='ώ' | 'Ѐ'..='ҁ' | 'Ҋ'..='ԯ' => Some(1),
        '、'..='〃' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='\u{9fff}' | '가'..='힣' => Some(2),
        _ => None,
    }
}

/// The bytes and the cells of the simple characters from a place on that a goal allows, but for the last one, which a mark may follow.
fn simple_run(text: &Text, from: Place, end: usize, goal: Goal) -> Place {
    let (mut to, mut last) = (from, from);
    'run: for chunk in text.chunks(from.offset..end) {
        for character in chunk.chars() {
            let Some(cells) = simple_cells(character) else { break 'run };
            let next = Place { offset: to.offset + character.len_utf8(), column: to.column + cells };
            if !goal.allows(next) {
                break 'run;
            }
            (last, to) = (to, next);
        }
    }
    Place { offset: last.offset - from.offset, column: last.column - from.column }
}

/// The length of the printable ASCII at the start of some bytes. Whole blocks are compared without a branch, which the compiler
/// makes one instruction for many bytes.
fn plain_prefix(bytes: &[u8]) -> usize {
    const BLOCK: usize = 64;
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~');
    let blocks = bytes.chunks_exact(BLOCK);
    let whole =
        blocks.take_while(|block| block.iter().fold(true, |all, byte| all & is_plain(byte))).count() * BLOCK;
    let rest = bytes.get(whole..).unwrap_or_default();
    whole + rest.iter().take_while(|byte| is_plain(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_characters_stand_alone_and_have_their_cells() {
        let simple: Vec<(char, usize)> =
            ('\0'..=char::MAX).filter_map(|one| Some((one, simple_cells(one)?))).collect();
        assert!(simple.len() > 32_000);
        let mut beside = String::new();
        for (character, cells) in &simple {
            assert_eq!(grapheme_width(&character.to_string(), 0, TabWidth::default()), *cells, "{character}");
            // Beside itself, an ASCII letter and a syllable.
            beside.extend([*character, *character, 'a', *character, '한']);
        }
        let text = Text::from(beside.as_str());
        assert_eq!(graphemes(&text, 0..text.len()).count(), beside.chars().count());
    }

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

    /// The quick way gives what counting each grapheme gives.
    #[test]
    fn long_lines_are_counted_as_short_ones() {
        for piece in [
            "plain ASCII, ",
            "tab\there ",
            "e\u{301} combining ",
            "漢字 wide ",
            "漢字漢字漢字\u{fe00}漢\u{301}鿿一䷿한글ｱア",
            "\u{1b} control ",
            "👩‍👩‍👧",
        ] {
            let line = format!("{}{piece}{}", "x".repeat(130), "y".repeat(70));
            let text = Text::from(line.as_str());
            let tab = TabWidth::default();
            let mut column = 0;
            for cell in cells(&text, 0, tab) {
                assert_eq!(display_column(&text, cell.range.start, tab), column, "{piece:?}");
                assert_eq!(offset_at_column(&text, 0, column, tab), cell.range.start, "{piece:?}");
                let (place, mut rest) = cells_at(&text, 0, column, tab);
                assert_eq!(
                    (place, rest.next()),
                    (Place { offset: cell.range.start, column }, Some(cell.clone()))
                );
                column += cell.width;
            }
        }
    }

    /// After any edits, a text that was measured before gives what one gives that was not.
    #[test]
    fn what_is_known_of_a_long_line_follows_edits() {
        let tab = TabWidth::default();
        let pieces = ["plain ASCII, ", "漢字", "👩‍👩‍👧", "e\u{301}", "🇩🇪🇫🇷", "\t", "\u{1b}"];
        let mut seed = 7_usize;
        let mut random = move |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for round in 0..2 {
            let line: String =
                (0..4_000).map(|_| pieces[random(if round == 0 { 4 } else { pieces.len() })]).collect();
            let mut text = Text::from(format!("first\n{line}\nlast\n").as_str());
            for _ in 0..10 {
                let edits = 1 + random(2);
                for _ in 0..edits {
                    let start = text.floor_boundary(random(text.len()));
                    let end = text.floor_boundary((start + random(30)).min(text.len()));
                    let with = ["", "x", "漢", "\t", "\u{301}", "🇫", "\n", "xyz"][random(8)];
                    text.replace(&(start..end), with).unwrap();
                }
                let fresh = Text::from(text.to_string().as_str());
                let at = text.floor_boundary(random(text.len()));
                assert_eq!(display_column(&text, at, tab), display_column(&fresh, at, tab));
                let (line, column) = (text.line_at(at), random(40_000));
                assert_eq!(
                    offset_at_column(&text, line, column, tab),
                    offset_at_column(&fresh, line, column, tab)
                );
                let other = TabWidth::new(7);
                assert_eq!(display_column(&text, at, other), display_column(&fresh, at, other));
            }
        }
    }

    /// The work of a key far into a line is bounded, whatever is before it.
    #[test]
    fn a_key_in_a_long_line_measures_little() {
        for piece in ["漢字", "👩‍👩‍👧", "🇩🇪", "plain ASCII, ", "e\u{301}\t"] {
            let line = piece.repeat((1 << 18) / piece.len());
            let mut text = Text::from(line.as_str());
            let tab = TabWidth::default();
            let end = text.len();
            let column = display_column(&text, end, tab);
            let mut before = text.measured_bytes();
            for at in [end, end / 2, 0] {
                let at = crate::grapheme::floor_grapheme(&text, at);
                display_column(&text, at, tab);
                before = before.max(text.measured_bytes());
                for _ in 0..10 {
                    let copy = text.clone();
                    text.replace(&(at..at), "漢").unwrap();
                    display_column(&text, at, tab);
                    display_column(&text, text.len(), tab);
                    offset_at_column(&text, 0, column / 2, tab);
                    let measured = text.measured_bytes() - before;
                    assert!(measured < 20 * STEP as u64, "{piece:?} at {at}: {measured}");
                    before = text.measured_bytes();
                    drop(copy);
                }
            }
        }
    }

    #[test]
    fn a_column_inside_a_wide_character_is_before_it() {
        let text = Text::from("漢字");
        assert_eq!(offset_at_column(&text, 0, 3, TabWidth::default()), 3);
    }
}

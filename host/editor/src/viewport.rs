//! The part of a document that the screen shows: scrolling, wrapping, colours, and moving by rows.

use std::ops::Range;

use witdock_editor_core::column::display_column;
use witdock_editor_core::{Extend, Selection, Selections};
use witdock_editor_session::documents::{Buffer, Drawn};
use witdock_editor_session::language;
use witdock_editor_session::style::{Scope, Span};

use crate::config::{Settings, Wrap};
use crate::highlight::Highlight;
use crate::layout::{self, Layout, Row, row_of_offset};
use crate::tree_colours::TreeColours;

/// The part of a document that the screen shows.
#[derive(Debug)]
pub struct Viewport {
    /// Where the visible part starts.
    pub scroll: Scroll,
    /// Whether lines that are longer than the screen is wide continue in the next row.
    pub wraps: bool,
    /// The colours of a language without a syntax tree.
    highlight: Highlight,
    /// The colours of a language with one.
    tree: TreeColours,
    /// Whether the text has the colours of its language.
    has_colours: bool,
    /// The language that `highlight` and `wraps` are for.
    language: String,
    /// The columns that moving by rows aims at, with the cursors that they belong to.
    goals: Option<(Vec<usize>, Vec<usize>)>,
}

/// Where the visible part of a document starts.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Scroll {
    /// The first visible line, from 0.
    pub line: usize,
    /// The first visible row of that line, from 0.
    pub row: usize,
    /// The first visible column, from 0.
    pub column: usize,
}

impl Viewport {
    /// The start of a document, shown as the settings say.
    pub fn new(buffer: &Buffer, settings: &Settings) -> Self {
        let mut viewport = Self {
            scroll: Scroll::default(),
            wraps: false,
            highlight: Highlight::default(),
            tree: TreeColours::default(),
            has_colours: false,
            language: String::new(),
            goals: None,
        };
        viewport.set_up(buffer, settings);
        viewport
    }

    /// Wraps and colours the document as the settings say for its language.
    pub fn set_up(&mut self, buffer: &Buffer, settings: &Settings) {
        buffer.language().clone_into(&mut self.language);
        self.wraps = match settings.wrap {
            Wrap::Always => true,
            Wrap::Never => false,
            Wrap::Prose => language::is_prose(&self.language),
        };
        self.has_colours = settings.colours;
        self.highlight = if settings.colours { Highlight::new(&self.language) } else { Highlight::default() };
    }

    /// Does the same if the language of the document has changed.
    pub fn follow_language(&mut self, buffer: &Buffer, settings: &Settings) {
        if self.language != buffer.language() {
            self.set_up(buffer, settings);
        }
    }

    /// Finds the colours of lines `first` to `end`.
    pub fn reach(&mut self, buffer: &Buffer, first: usize, end: usize) {
        if buffer.syntax.has_grammar() {
            self.tree.reach(buffer, first, end);
        } else {
            self.highlight.reach(&buffer.document, first, end);
        }
    }

    /// The coloured ranges of a line, in bytes from its start. Empty for a line that was not reached.
    pub fn colours(&self, buffer: &Buffer, line: usize) -> &[(Range<usize>, Scope)] {
        match (self.has_colours, buffer.syntax.has_grammar()) {
            (false, _) => &[],
            (true, true) => self.tree.of_line(line),
            (true, false) => self.highlight.of_line(line),
        }
    }

    /// Turns wrapping on or off.
    pub fn toggle_wrap(&mut self) {
        self.wraps = !self.wraps;
        self.scroll = Scroll { line: self.scroll.line, row: 0, column: 0 };
    }

    /// How lines lie on a screen with so many columns for text.
    pub fn layout(&self, buffer: &Buffer, columns: usize) -> Layout {
        Layout { columns, wraps: self.wraps, tab: buffer.document.style().tab_width }
    }

    /// The rows of a line, up to the right edge of the screen.
    pub fn rows(&self, buffer: &Buffer, line: usize, columns: usize) -> Vec<Row> {
        self.rows_to(buffer, line, columns, self.scroll.column)
    }

    fn rows_to(&self, buffer: &Buffer, line: usize, columns: usize, from: usize) -> Vec<Row> {
        let text = buffer.document.text();
        let whole = text.line_start(line)..text.line_end(line);
        let mut inline: Vec<(usize, &[Span])> = buffer
            .decorations
            .within(whole.clone())
            .into_iter()
            .filter(|one| whole.start <= one.range.start && one.range.start <= whole.end)
            .filter_map(|one| match &one.drawn {
                Drawn::Inline(spans) => Some((one.range.start, spans.as_slice())),
                _ => None,
            })
            .collect();
        // Those of several plugins come one plugin after the other.
        inline.sort_by_key(|(at, _)| *at);
        layout::rows(text, line, self.layout(buffer, columns), &inline, from)
    }

    /// The visible rows, each with its line, and whether it is the first row of that line.
    pub fn visible(&self, buffer: &Buffer, height: usize, columns: usize) -> Vec<(usize, bool, Row)> {
        let mut seen = Vec::with_capacity(height);
        for line in self.scroll.line..buffer.document.text().line_count() {
            let skipped = if line == self.scroll.line { self.scroll.row } else { 0 };
            for (index, row) in self.rows(buffer, line, columns).into_iter().enumerate().skip(skipped) {
                if seen.len() == height {
                    return seen;
                }
                seen.push((line, index == 0, row));
            }
        }
        seen
    }

    /// Scrolls as little as possible so that the cursor is visible.
    pub fn show_cursor(&mut self, buffer: &Buffer, height: usize, columns: usize) {
        let head = buffer.document.selections().primary().head;
        let line = buffer.document.text().line_at(head);
        let rows = self.rows_to(
            buffer,
            line,
            columns,
            display_column(buffer.document.text(), head, buffer.document.style().tab_width),
        );
        let row = row_of_offset(&rows, head);
        if !self.wraps || rows.len() == 1 {
            let column = rows.first().map_or(0, |row| row.column_of(head));
            self.scroll.column = scrolled(self.scroll.column, column, columns);
        } else {
            self.scroll.column = 0;
        }
        let place = (line, row);
        let highest = self.back_from(buffer, place, height.saturating_sub(1), columns);
        let first = (self.scroll.line, self.scroll.row).clamp(highest, place);
        (self.scroll.line, self.scroll.row) = first;
    }

    /// The row that is `count` rows above this one; the first row where there are fewer.
    fn back_from(
        &self,
        buffer: &Buffer,
        (mut line, mut row): (usize, usize),
        mut count: usize,
        columns: usize,
    ) -> (usize, usize) {
        while count > row {
            count -= row + 1;
            let Some(before) = line.checked_sub(1) else { return (0, 0) };
            line = before;
            row = if self.wraps { self.rows(buffer, line, columns).len().saturating_sub(1) } else { 0 };
        }
        (line, row - count)
    }

    /// Scrolls by rows, down for positive numbers, without moving the cursor.
    pub fn scroll_by(&mut self, buffer: &Buffer, rows: isize, columns: usize) {
        let first = (self.scroll.line, self.scroll.row);
        (self.scroll.line, self.scroll.row) = match usize::try_from(rows) {
            Ok(down) => self.forth_from(buffer, first, down, columns),
            Err(_) => self.back_from(buffer, first, rows.unsigned_abs(), columns),
        };
    }

    /// The row that is `count` rows below this one; the last row where there are fewer.
    fn forth_from(
        &self,
        buffer: &Buffer,
        (mut line, mut row): (usize, usize),
        mut count: usize,
        columns: usize,
    ) -> (usize, usize) {
        let last = buffer.document.text().line_count().saturating_sub(1);
        loop {
            let rows = if self.wraps { self.rows(buffer, line, columns).len() } else { 1 };
            let left = rows.saturating_sub(row + 1);
            if count <= left {
                return (line, row + count);
            }
            if line == last {
                return (line, rows.saturating_sub(1));
            }
            count -= left + 1;
            (line, row) = (line + 1, 0);
        }
    }

    /// The place that is so many rows above or below this one, as near as possible to a column.
    pub fn vertical(
        &self,
        buffer: &Buffer,
        offset: usize,
        column: usize,
        rows: isize,
        columns: usize,
    ) -> usize {
        let line = buffer.document.text().line_at(offset);
        let place = (line, row_of_offset(&self.rows(buffer, line, columns), offset));
        let (line, row) = match usize::try_from(rows) {
            Ok(down) => self.forth_from(buffer, place, down, columns),
            Err(_) => self.back_from(buffer, place, rows.unsigned_abs(), columns),
        };
        self.place_in(buffer, line, row, column, columns)
    }

    /// Moves the selections by rows, down for positive numbers, as near as possible to the columns that they started at.
    pub fn move_rows(&mut self, buffer: &mut Buffer, rows: isize, extend: Extend, columns: usize) {
        let heads: Vec<usize> = buffer.document.selections().iter().map(|one| one.head).collect();
        let goals = match self.goals.take() {
            Some((of, goals)) if of == heads => goals,
            _ => heads.iter().map(|head| self.column_in_row(buffer, *head, columns)).collect::<Vec<_>>(),
        };
        let moved = buffer.document.selections().iter().zip(&goals).map(|(one, goal)| {
            let head = self.vertical(buffer, one.head, *goal, rows, columns);
            Selection::new(if extend == Extend::Yes { one.anchor } else { head }, head)
        });
        let selections = Selections::new(moved.collect(), buffer.document.selections().primary_index());
        buffer.document.set_selections(selections);
        let heads: Vec<usize> = buffer.document.selections().iter().map(|one| one.head).collect();
        // Where cursors have met, the columns are no longer theirs.
        self.goals = (heads.len() == goals.len()).then_some((heads, goals));
    }

    /// The column of a place in its row.
    pub fn column_in_row(&self, buffer: &Buffer, offset: usize, columns: usize) -> usize {
        let rows = self.rows(buffer, buffer.document.text().line_at(offset), columns);
        rows.get(row_of_offset(&rows, offset)).map_or(0, |row| row.column_of(offset))
    }

    /// The place at a column of a row. The end of a wrapped row is the start of the next one, so the place before it is the
    /// last.
    pub fn place_in(&self, buffer: &Buffer, line: usize, row: usize, column: usize, columns: usize) -> usize {
        let rows = self.rows_to(buffer, line, columns, self.scroll.column.min(column));
        let Some(found) = rows.get(row) else { return buffer.document.text().line_end(line) };
        let place = found.offset_at(column);
        let last = found.glyphs.iter().rfind(|glyph| glyph.drawn_as.is_none());
        match last {
            Some(last) if row + 1 < rows.len() => place.min(last.range.start),
            _ => place,
        }
    }
}

fn scrolled(first: usize, place: usize, size: usize) -> usize {
    let size = size.max(1);
    if place < first { place } else { first.max((place + 1).saturating_sub(size)) }
}

//! An open document with its file and the part of it that is seen.

use std::path::{Path, PathBuf};

use witdock_editor_core::column::display_column;
use witdock_editor_core::{Document, Extend, Selection, Selections};

use crate::decoration::{Decorations, Drawn};
use crate::file::Stamp;
use crate::highlight::Highlight;
use crate::language;
use crate::layout::{self, Layout, Row, row_of_offset};
use crate::plugins::PluginId;
use crate::style::Span;

/// The number of an open document, which no other document is given while the editor runs.
pub type DocumentId = u64;

/// An open document with its file and the part of it that is seen.
pub struct Buffer {
    /// Its number.
    pub id: DocumentId,
    /// Its file; none for a document that was never saved.
    pub path: Option<PathBuf>,
    /// What told the state of the file from others that the text was read from or written to last.
    pub stamp: Stamp,
    /// Whether another program has changed the file since, and the text has changes of its own.
    pub conflicts: bool,
    /// Whether the next write is to be made whatever the file holds.
    pub overwrites: bool,
    /// How far saving is.
    pub saving: Saving,
    /// Whether the file may not be written.
    pub read_only: bool,
    /// The text.
    pub document: Document,
    /// Where the view begins.
    pub scroll: Scroll,
    /// What plugins draw over and beside the text.
    pub decorations: Decorations,
    /// What it is written in.
    language: String,
    /// Whether lines that are too long for the screen go on in the next row.
    pub wraps: bool,
    /// How its language is coloured.
    pub highlight: Highlight,
    /// Who made the last change of the text.
    pub author: Author,
    /// The columns that moving by rows aims at, for the heads that it left off at.
    goals: Option<(Vec<usize>, Vec<usize>)>,
}

/// How far saving a text is: one write at a time, so that an older text is never the last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Saving {
    /// Nothing is written.
    #[default]
    No,
    /// It is being written.
    Now,
    /// It is being written, and is to be written again as it is then.
    Again,
}

/// Who changed a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// A person, in this way.
    Person(Origin),
    /// A plugin.
    Plugin(PluginId),
}

/// How a person changed a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// By typing a character or a line break.
    Typed,
    /// By pasting.
    Pasted,
    /// By undo or redo.
    History,
    /// By any other command of the editor.
    Command,
    /// By reading the file again after another program has changed it.
    Reloaded,
}

/// Where a view begins.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Scroll {
    /// The first line seen, from 0.
    pub line: usize,
    /// The first of its rows that is seen, from 0.
    pub row: usize,
    /// The first display column seen, from 0.
    pub column: usize,
}

impl Buffer {
    /// An empty document without a file.
    pub fn untitled(id: DocumentId) -> Self {
        Self {
            id,
            path: None,
            stamp: Stamp::default(),
            conflicts: false,
            overwrites: false,
            saving: Saving::No,
            read_only: false,
            document: Document::new(),
            scroll: Scroll::default(),
            decorations: Decorations::default(),
            language: language::TEXT.to_owned(),
            wraps: true,
            highlight: Highlight::default(),
            author: Author::Person(Origin::Command),
            goals: None,
        }
    }

    /// What a person calls it.
    pub fn name(&self) -> String {
        self.path
            .as_deref()
            .and_then(Path::file_name)
            .map_or_else(|| "untitled".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// What it is written in, as plugins are told it.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Takes over what it is written in, and whether lines of that are wrapped.
    pub fn set_language(&mut self, language: &str) {
        if self.language != language {
            language.clone_into(&mut self.language);
            self.wraps = language::is_prose(language);
            self.highlight = Highlight::new(language);
        }
    }

    /// Sets whether the language is coloured.
    pub fn set_coloured(&mut self, is_coloured: bool) {
        self.highlight = if is_coloured { Highlight::new(&self.language) } else { Highlight::default() };
    }

    /// How its lines lie on a screen with so many columns for text.
    pub fn layout(&self, columns: usize) -> Layout {
        Layout { columns, wraps: self.wraps, tab: self.document.style().tab_width }
    }

    /// The rows of a line, as far right as can be seen.
    pub fn rows(&self, line: usize, columns: usize) -> Vec<Row> {
        self.rows_to(line, columns, self.scroll.column)
    }

    fn rows_to(&self, line: usize, columns: usize, from: usize) -> Vec<Row> {
        let text = self.document.text();
        let whole = text.line_start(line)..text.line_end(line);
        let inline: Vec<(usize, &[Span])> = self
            .decorations
            .within(whole.clone())
            .into_iter()
            .filter(|one| whole.start <= one.range.start && one.range.start <= whole.end)
            .filter_map(|one| match &one.drawn {
                Drawn::Inline(spans) => Some((one.range.start, spans.as_slice())),
                _ => None,
            })
            .collect();
        layout::rows(text, line, self.layout(columns), &inline, from)
    }

    /// The rows that a view of this size shows, each with its line, and whether it is the line's first.
    pub fn visible(&self, height: usize, columns: usize) -> Vec<(usize, bool, Row)> {
        let mut seen = Vec::with_capacity(height);
        for line in self.scroll.line..self.document.text().line_count() {
            let skipped = if line == self.scroll.line { self.scroll.row } else { 0 };
            for (index, row) in self.rows(line, columns).into_iter().enumerate().skip(skipped) {
                if seen.len() == height {
                    return seen;
                }
                seen.push((line, index == 0, row));
            }
        }
        seen
    }

    /// Scrolls as little as brings the cursor into a view of this size.
    pub fn show_cursor(&mut self, height: usize, columns: usize) {
        let head = self.document.selections().primary().head;
        let line = self.document.text().line_at(head);
        let rows = self.rows_to(
            line,
            columns,
            display_column(self.document.text(), head, self.document.style().tab_width),
        );
        let row = row_of_offset(&rows, head);
        if !self.wraps || rows.len() == 1 {
            let column = rows.first().map_or(0, |row| row.column_of(head));
            self.scroll.column = scrolled(self.scroll.column, column, columns);
        } else {
            self.scroll.column = 0;
        }
        let place = (line, row);
        let highest = self.back_from(place, height.saturating_sub(1), columns);
        let first = (self.scroll.line, self.scroll.row).clamp(highest, place);
        (self.scroll.line, self.scroll.row) = first;
    }

    /// The row that is so many rows above this one.
    fn back_from(
        &self,
        (mut line, mut row): (usize, usize),
        mut count: usize,
        columns: usize,
    ) -> (usize, usize) {
        while count > row {
            count -= row + 1;
            let Some(before) = line.checked_sub(1) else { return (0, 0) };
            line = before;
            row = if self.wraps { self.rows(line, columns).len().saturating_sub(1) } else { 0 };
        }
        (line, row - count)
    }

    /// Scrolls by rows, down for positive numbers, and leaves the cursor where it is.
    pub fn scroll_by(&mut self, rows: isize, columns: usize) {
        let first = (self.scroll.line, self.scroll.row);
        (self.scroll.line, self.scroll.row) = match usize::try_from(rows) {
            Ok(down) => self.forth_from(first, down, columns),
            Err(_) => self.back_from(first, rows.unsigned_abs(), columns),
        };
    }

    /// The row that is so many rows below this one, at most the last.
    fn forth_from(
        &self,
        (mut line, mut row): (usize, usize),
        mut count: usize,
        columns: usize,
    ) -> (usize, usize) {
        let last = self.document.text().line_count().saturating_sub(1);
        loop {
            let rows = if self.wraps { self.rows(line, columns).len() } else { 1 };
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

    /// The place that is so many rows above or below this one, as near as can be to a column, and its row's columns.
    pub fn vertical(&self, offset: usize, column: usize, rows: isize, columns: usize) -> usize {
        let line = self.document.text().line_at(offset);
        let place = (line, row_of_offset(&self.rows(line, columns), offset));
        let (line, row) = match usize::try_from(rows) {
            Ok(down) => self.forth_from(place, down, columns),
            Err(_) => self.back_from(place, rows.unsigned_abs(), columns),
        };
        self.place_in(line, row, column, columns)
    }

    /// Moves the selections by rows, down for positive numbers, as near as can be to the column that they began at.
    pub fn move_rows(&mut self, rows: isize, extend: Extend, columns: usize) {
        let heads: Vec<usize> = self.document.selections().iter().map(|one| one.head).collect();
        let goals = match self.goals.take() {
            Some((of, goals)) if of == heads => goals,
            _ => heads.iter().map(|head| self.column_in_row(*head, columns)).collect::<Vec<_>>(),
        };
        let moved = self.document.selections().iter().zip(&goals).map(|(one, goal)| {
            let head = self.vertical(one.head, *goal, rows, columns);
            Selection::new(if extend == Extend::Yes { one.anchor } else { head }, head)
        });
        let selections = Selections::new(moved.collect(), self.document.selections().primary_index());
        self.document.set_selections(selections);
        let heads: Vec<usize> = self.document.selections().iter().map(|one| one.head).collect();
        // Where two have met, each begins anew.
        self.goals = (heads.len() == goals.len()).then_some((heads, goals));
    }

    /// The column of a place in its row.
    pub fn column_in_row(&self, offset: usize, columns: usize) -> usize {
        let rows = self.rows(self.document.text().line_at(offset), columns);
        rows.get(row_of_offset(&rows, offset)).map_or(0, |row| row.column_of(offset))
    }

    /// The place at a column of a row. The end of a row that is wrapped is the start of the next: there it is before that.
    pub fn place_in(&self, line: usize, row: usize, column: usize, columns: usize) -> usize {
        let rows = self.rows(line, columns);
        let Some(found) = rows.get(row) else { return self.document.text().line_end(line) };
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

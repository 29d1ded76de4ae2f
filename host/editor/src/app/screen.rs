//! The screen: its size, the part of each document that it shows, and messages.

use std::collections::HashMap;

use ratatui::layout::Rect;
use witdock_editor_core::{Extend, Motion, Revision, Selection};
use witdock_editor_session::documents::DocumentId;
use witdock_editor_session::host::Visible;
use witdock_editor_session::{Message, Session};

use super::ListArea;
use super::messages::Messages;
use crate::config::Settings;
use crate::viewport::Viewport;

/// Lines of the screen that are not text: the status line and the message line.
pub const CHROME_LINES: u16 = 2;
/// The largest part of the screen that a panel takes: one in so many.
const PANEL_SHARE: usize = 3;
/// The widest that a list of files, documents or results is, columns.
const PICKER_COLUMNS: u16 = 140;
/// The widest that a list of commands or choices is, columns.
const LIST_COLUMNS: u16 = 100;

/// The size of the screen, the part of each document that it shows, and messages.
#[derive(Debug)]
pub struct Screen {
    columns: u16,
    lines: u16,
    settings: Settings,
    viewports: HashMap<DocumentId, Viewport>,
    /// The cursor that was made visible last.
    place: Option<(DocumentId, Revision, Selection)>,
    messages: Messages,
}

impl Screen {
    pub(super) fn new(columns: u16, lines: u16) -> Self {
        Self {
            columns,
            lines,
            settings: Settings::default(),
            viewports: HashMap::new(),
            place: None,
            messages: Messages::default(),
        }
    }

    /// Shows all documents as these settings say.
    pub(super) fn configure(&mut self, settings: Settings, session: &Session) {
        self.settings = settings;
        for buffer in session.documents().all() {
            if let Some(viewport) = self.viewports.get_mut(&buffer.id) {
                viewport.set_up(buffer, &self.settings);
            }
        }
    }

    pub(super) fn resize(&mut self, columns: u16, lines: u16) {
        (self.columns, self.lines) = (columns, lines);
        self.reveal();
    }

    /// Makes the cursor visible with the next [`follow`](Self::follow), even where it has not moved.
    pub(super) fn reveal(&mut self) {
        self.place = None;
    }

    /// Follows the documents: those that are open, the active cursor, languages and colours.
    pub(super) fn follow(&mut self, session: &Session) {
        let documents = session.documents();
        self.viewports.retain(|id, _| documents.find(*id).is_some());
        for buffer in documents.all() {
            self.viewports
                .entry(buffer.id)
                .or_insert_with(|| Viewport::new(buffer, &self.settings))
                .follow_language(buffer, &self.settings);
        }
        let (lines, columns) = (self.text_lines(session), self.text_columns(session));
        let place = documents.place();
        let has_moved = std::mem::replace(&mut self.place, place) != place;
        let Some(buffer) = documents.active() else { return };
        let Some(viewport) = self.viewports.get_mut(&buffer.id) else { return };
        if has_moved {
            viewport.show_cursor(buffer, lines, columns);
        }
        let first = viewport.scroll.line;
        viewport.highlight.reach(&buffer.document, first, first + lines);
    }

    /// The visible part of the active document.
    pub fn viewport(&self, session: &Session) -> Option<&Viewport> {
        self.viewports.get(&session.documents().active()?.id)
    }

    /// The columns of the screen.
    pub(super) fn columns(&self) -> usize {
        usize::from(self.columns)
    }

    /// The number of lines that show text.
    pub fn text_lines(&self, session: &Session) -> usize {
        let lines = usize::from(self.lines.saturating_sub(CHROME_LINES));
        lines.saturating_sub(self.panel_lines(session)).max(1)
    }

    /// The columns of the gutter: a sign, the line number, and a space.
    pub fn gutter_columns(&self, session: &Session) -> usize {
        let lines = session.documents().active().map_or(1, |buffer| buffer.document.text().line_count());
        lines.to_string().len().max(3) + 2
    }

    /// The columns that show text.
    pub fn text_columns(&self, session: &Session) -> usize {
        usize::from(self.columns).saturating_sub(self.gutter_columns(session)).max(1)
    }

    /// The lines of a plugin's panel, with its title.
    pub fn panel_lines(&self, session: &Session) -> usize {
        let most = usize::from(self.lines) / PANEL_SHARE;
        session.plugins().panel().map_or(0, |shown| (shown.panel.lines.len() + 1).min(most))
    }

    /// Where lists of files, documents and results are.
    pub fn picker_area(&self, session: &Session) -> ListArea {
        ListArea::new(self.text_area(session), usize::MAX, PICKER_COLUMNS)
    }

    /// Where a list with so many lines is, of commands or of a question's choices.
    pub fn list_area(&self, session: &Session, lines: usize) -> ListArea {
        ListArea::new(self.text_area(session), lines, LIST_COLUMNS)
    }

    /// The part of the screen that shows text.
    pub(super) fn text_area(&self, session: &Session) -> Rect {
        let height = u16::try_from(self.text_lines(session)).unwrap_or(u16::MAX).min(self.lines);
        Rect { x: 0, y: 0, width: self.columns, height }
    }

    /// The visible part of the active document, as plugins are told it.
    pub(super) fn visible(&self, session: &Session) -> Visible {
        let (lines, columns) = (self.text_lines(session), self.text_columns(session));
        let seen = self.viewport(session).zip(session.documents().active());
        let first_line = seen.map_or(0, |(viewport, _)| viewport.scroll.line);
        let last =
            seen.and_then(|(viewport, buffer)| Some(viewport.visible(buffer, lines, columns).last()?.0));
        Visible { first_line, end_line: last.map_or(first_line, |last| last + 1), columns }
    }

    /// The place of the text at a column and a row of the screen.
    pub(super) fn place_at(&self, column: u16, row: u16, session: &Session) -> Option<usize> {
        if usize::from(row) >= self.text_lines(session) {
            return None;
        }
        let (gutter, columns) = (self.gutter_columns(session), self.text_columns(session));
        let (viewport, buffer) = self.viewport(session).zip(session.documents().active())?;
        let seen = viewport.visible(buffer, usize::from(row) + 1, columns);
        let (line, _, _) = seen.last()?;
        let column = usize::from(column).saturating_sub(gutter) + viewport.scroll.column;
        let first = seen.iter().position(|(other, ..)| other == line).unwrap_or_default();
        let skipped = if *line == viewport.scroll.line { viewport.scroll.row } else { 0 };
        Some(viewport.place_in(buffer, *line, seen.len() - 1 - first + skipped, column, columns))
    }

    /// Scrolls the active document by rows, down for positive numbers.
    pub(super) fn scroll(&mut self, rows: isize, session: &Session) {
        let columns = self.text_columns(session);
        let Some(buffer) = session.documents().active() else { return };
        if let Some(viewport) = self.viewports.get_mut(&buffer.id) {
            viewport.scroll_by(buffer, rows, columns);
        }
    }

    /// Moves the cursors by rows of the screen, or by lines where they are not wrapped.
    pub(super) fn move_rows(&mut self, rows: isize, extend: Extend, session: &mut Session) {
        let columns = self.text_columns(session);
        let Some(buffer) = session.active_mut() else { return };
        match self.viewports.get_mut(&buffer.id).filter(|viewport| viewport.wraps) {
            Some(viewport) => viewport.move_rows(buffer, rows, extend, columns),
            None => {
                let count = rows.unsigned_abs();
                let motion = if rows < 0 { Motion::Up(count) } else { Motion::Down(count) };
                session.move_cursors(motion, extend);
            }
        }
    }

    pub(super) fn toggle_wrap(&mut self, session: &Session) {
        let Some(buffer) = session.documents().active() else { return };
        if let Some(viewport) = self.viewports.get_mut(&buffer.id) {
            viewport.toggle_wrap();
        }
        self.reveal();
    }

    /// Whether the editor handles the mouse.
    pub fn uses_mouse(&self) -> bool {
        self.settings.mouse
    }

    /// Messages to the person.
    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    pub(super) fn messages_mut(&mut self) -> &mut Messages {
        &mut self.messages
    }

    /// Logs a message that answers the person's own key, and shows it unless a more severe one is shown.
    pub fn show(&mut self, message: Message) {
        self.messages.show(message, true);
    }
}

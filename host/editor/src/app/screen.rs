//! The screen: its size, the part of each document that it shows, and messages.

use ratatui::layout::Rect;
use witdock_editor_core::{Extend, Motion, Revision, Selection};
use witdock_editor_session::documents::DocumentId;
use witdock_editor_session::host::Visible;
use witdock_editor_session::{Message, Session};

use super::ListArea;
use super::messages::Messages;
use super::views::{Axis, ShownView, Toward, ViewArea, ViewId, Views};
use crate::config::Settings;
use crate::layout::Row;
use crate::viewport::Viewport;

/// Lines of the screen that are not text: the status line and the message line.
pub const CHROME_LINES: u16 = 2;
/// The largest part of the screen that a panel takes: one in so many.
const PANEL_SHARE: usize = 3;
/// The widest that a list of files, documents or results is, columns.
const PICKER_COLUMNS: u16 = 180;
/// The widest that a list of commands or choices is, columns.
const LIST_COLUMNS: u16 = 100;

/// The size of the screen, the part of each document that it shows, and messages.
#[derive(Debug)]
pub struct Screen {
    columns: u16,
    lines: u16,
    settings: Settings,
    views: Views,
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
            views: Views::new(),
            place: None,
            messages: Messages::default(),
        }
    }

    /// Shows all documents as these settings say.
    pub(super) fn configure(&mut self, settings: Settings, session: &Session) {
        self.settings = settings;
        self.views.configure(&self.settings, session.documents());
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
        self.views.follow(documents, &self.settings);
        let place = documents.place();
        let has_moved = std::mem::replace(&mut self.place, place) != place;
        let area = self.text_area(session);
        self.views.show(area, documents, has_moved);
    }

    /// The visible part of the active document.
    pub fn viewport(&self) -> Option<&Viewport> {
        self.views.viewport()
    }

    /// The views as they are drawn.
    pub fn shown_views<'a>(&'a self, session: &'a Session) -> Vec<ShownView<'a>> {
        let shown = self.views.shown(self.text_area(session), session.documents());
        shown.into_iter().map(|(_, view)| view).collect()
    }

    /// Where the focused view is.
    pub fn view_area(&self, session: &Session) -> Option<ViewArea> {
        self.views.focused_area(self.text_area(session), session.documents())
    }

    /// The columns of the screen.
    pub(super) fn columns(&self) -> usize {
        usize::from(self.columns)
    }

    /// The number of lines of the part of the screen that shows text.
    pub fn text_lines(&self, session: &Session) -> usize {
        let lines = usize::from(self.lines.saturating_sub(CHROME_LINES));
        lines.saturating_sub(self.panel_lines(session)).max(1)
    }

    /// The lines and the columns of text in the focused view.
    fn view_size(&self, session: &Session) -> (usize, usize) {
        self.view_area(session).map_or((1, 1), |area| (area.rows(), area.columns()))
    }

    /// The number of lines of text in the focused view.
    pub(super) fn view_lines(&self, session: &Session) -> usize {
        self.view_size(session).0
    }

    /// The lines of a plugin's panel, with its title.
    pub fn panel_lines(&self, session: &Session) -> usize {
        let most = usize::from(self.lines) / PANEL_SHARE;
        session.plugins().panel().map_or(0, |shown| (shown.panel.lines.len() + 1).min(most))
    }

    /// Where lists of files, documents and results are.
    pub fn picker_area(&self, session: &Session) -> ListArea {
        ListArea::new(self.text_area(session), usize::MAX, PICKER_COLUMNS).with_preview()
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
        let (lines, columns) = self.view_size(session);
        let seen = self.viewport().zip(session.documents().active());
        let first_line = seen.map_or(0, |(viewport, _)| viewport.scroll.line);
        let last =
            seen.and_then(|(viewport, buffer)| Some(viewport.visible(buffer, lines, columns).last()?.0));
        Visible { first_line, end_line: last.map_or(first_line, |last| last + 1), columns }
    }

    /// The view at a column and a row of the screen, and the place of its text there. At the line with its name there is none.
    pub(super) fn place_at(
        &self,
        column: u16,
        row: u16,
        session: &Session,
    ) -> Option<(ViewId, Option<usize>)> {
        let shown = self.views.shown(self.text_area(session), session.documents());
        let at = (column, row).into();
        let (id, view) = shown.into_iter().find(|(_, view)| {
            view.area.lines.contains(at) || view.area.name.is_some_and(|name| name.contains(at))
        })?;
        if !view.area.lines.contains(at) {
            return Some((id, None));
        }
        let ShownView { area, buffer, viewport, .. } = view;
        let seen = viewport.visible(buffer, usize::from(row - area.lines.y) + 1, area.columns());
        let place = seen.last().map(|(line, _, _)| {
            let column = usize::from(column.saturating_sub(area.text().x)) + viewport.scroll.column;
            let first = seen.iter().position(|(other, ..)| other == line).unwrap_or_default();
            let skipped = if *line == viewport.scroll.line { viewport.scroll.row } else { 0 };
            viewport.place_in(buffer, *line, seen.len() - 1 - first + skipped, column, area.columns())
        });
        Some((id, place))
    }

    /// The position of a place of the active document on the screen, if it is visible.
    pub fn position(&self, offset: usize, session: &Session) -> Option<(u16, u16)> {
        let buffer = session.documents().active()?;
        let area = self.view_area(session)?.text();
        let line = buffer.document.text().line_at(offset);
        let viewport = self.viewport()?;
        let seen = viewport.visible(buffer, usize::from(area.height), usize::from(area.width));
        let of_line = |(other, _, row): &(usize, bool, Row)| *other == line && row.range.start <= offset;
        let index = seen.iter().rposition(of_line)?;
        let (_, _, row) = seen.get(index)?;
        // The place is on the next row, which is not visible.
        if offset > row.range.end {
            return None;
        }
        let column = row.column_of(offset).checked_sub(viewport.scroll.column)?;
        // A row that is full leaves no cell for the cursor behind it.
        let last = usize::from(area.width.checked_sub(1)?);
        let x = if viewport.wraps { column.min(last) } else { column };
        let (x, y) = (u16::try_from(x).ok()?, u16::try_from(index).ok()?);
        (x < area.width && y < area.height).then_some((area.x + x, area.y + y))
    }

    /// Where a plugin's panel is, with its title.
    pub(super) fn panel_area(&self, session: &Session) -> Rect {
        let text = self.text_area(session);
        let height = u16::try_from(self.panel_lines(session)).unwrap_or(u16::MAX);
        Rect { y: text.bottom(), height: height.min(self.lines.saturating_sub(text.bottom())), ..text }
    }

    /// Scrolls the view at a column and a row of the screen by rows, down for positive numbers; elsewhere, the focused one.
    pub(super) fn scroll_at(&mut self, column: u16, row: u16, rows: isize, session: &Session) {
        let area = self.text_area(session);
        let documents = session.documents();
        let shown = self.views.shown(area, documents);
        let at = shown.iter().find(|(_, view)| view.area.lines.contains((column, row).into()));
        let focused = || shown.iter().find(|(_, view)| view.is_focused);
        let Some((id, columns)) = at.or_else(focused).map(|(id, view)| (*id, view.area.columns())) else {
            return;
        };
        self.views.scroll(id, rows, columns, documents);
    }

    /// Gives a view the focus.
    pub(super) fn focus(&mut self, view: ViewId, session: &mut Session) {
        if view != self.views.focused() {
            self.views.focus(view, session);
            self.reveal();
        }
    }

    pub(super) fn is_focused(&self, view: ViewId) -> bool {
        view == self.views.focused()
    }

    /// Gives the next view the focus.
    pub(super) fn focus_next(&mut self, session: &mut Session) {
        if let Some(next) = self.views.next() {
            self.focus(next, session);
        }
    }

    /// Gives the view beside the focused one the focus.
    pub(super) fn focus_toward(&mut self, toward: Toward, session: &mut Session) {
        if let Some(view) = self.views.neighbour(toward, self.text_area(session)) {
            self.focus(view, session);
        }
    }

    /// Shows the active document in one more view. Gives whether there is room for it.
    pub(super) fn split(&mut self, axis: Axis, session: &mut Session) -> bool {
        let area = self.text_area(session);
        let is_split = self.views.split(axis, area, session, &self.settings);
        self.reveal();
        is_split
    }

    /// Closes the focused view. Gives whether there is another one.
    pub(super) fn close_view(&mut self, session: &mut Session) -> bool {
        let is_closed = self.views.close(session);
        self.reveal();
        is_closed
    }

    /// Moves the cursors by rows of the screen, or by lines where they are not wrapped.
    pub(super) fn move_rows(&mut self, rows: isize, extend: Extend, session: &mut Session) {
        let (_, columns) = self.view_size(session);
        let Some(buffer) = session.active_mut() else { return };
        match self.views.viewport_mut().filter(|viewport| viewport.wraps) {
            Some(viewport) => viewport.move_rows(buffer, rows, extend, columns),
            None => {
                let count = rows.unsigned_abs();
                let motion = if rows < 0 { Motion::Up(count) } else { Motion::Down(count) };
                session.move_cursors(motion, extend);
            }
        }
    }

    pub(super) fn toggle_wrap(&mut self) {
        if let Some(viewport) = self.views.viewport_mut() {
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

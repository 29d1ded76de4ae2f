//! What the mouse does.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use witdock_editor_core::{Selection, Selections};

use super::{App, Mode};

/// Lines that a turn of the mouse wheel scrolls.
const WHEEL_LINES: isize = 3;

impl App {
    pub(super) fn mouse(&mut self, event: MouseEvent) {
        match event.kind {
            MouseEventKind::ScrollUp => self.scroll(-WHEEL_LINES),
            MouseEventKind::ScrollDown => self.scroll(WHEEL_LINES),
            MouseEventKind::Down(MouseButton::Left) => self.point(event.column, event.row, false),
            MouseEventKind::Drag(MouseButton::Left) => self.point(event.column, event.row, true),
            _ => {}
        }
    }

    fn scroll(&mut self, lines: isize) {
        let columns = self.text_columns();
        if let Some(buffer) = self.active_mut() {
            buffer.scroll_by(lines, columns);
        }
    }

    /// Puts the cursor where the mouse points, or extends the selection to there.
    fn point(&mut self, column: u16, row: u16, extend: bool) {
        if usize::from(row) >= self.text_lines() || !matches!(self.mode, Mode::Edit) {
            return;
        }
        let (gutter, columns) = (self.gutter_columns(), self.text_columns());
        let Some(buffer) = self.active_mut() else { return };
        let seen = buffer.visible(usize::from(row) + 1, columns);
        let Some((line, _, _)) = seen.last() else { return };
        let column = usize::from(column).saturating_sub(gutter) + buffer.scroll.column;
        let first = seen.iter().position(|(other, ..)| other == line).unwrap_or_default();
        let skipped = if *line == buffer.scroll.line { buffer.scroll.row } else { 0 };
        let head = buffer.place_in(*line, seen.len() - 1 - first + skipped, column, columns);
        let anchor = if extend { buffer.document.selections().primary().anchor } else { head };
        buffer.document.set_selections(Selections::one(Selection::new(anchor, head)));
    }
}

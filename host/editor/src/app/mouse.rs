//! The mouse: scrolling, choosing from lists, and pointing into the text.

use std::time::Instant;

use crossterm::event::{KeyCode, MouseButton, MouseEvent, MouseEventKind};
use witdock_editor_core::{Selection, Selections};
use witdock_editor_session::Session;

use super::{App, List, ListArea, Mode, Screen};

/// The lines that one step of the mouse wheel scrolls.
const WHEEL_LINES: isize = 3;

impl App {
    pub(super) fn mouse(&mut self, event: MouseEvent, now: Instant) {
        if let Some((area, count)) = self.list_in_sight() {
            return self.mouse_in_list(event, area, count, now);
        }
        if matches!(self.mode, Mode::Edit) {
            click(event, &mut self.session, &mut self.screen);
        }
        scroll(event, &self.session, &mut self.screen);
    }

    /// Where the list with a query is that is open, and the number of its lines.
    fn list_in_sight(&self) -> Option<(ListArea, usize)> {
        match &self.mode {
            Mode::Palette(palette) => {
                let count = self.palette_entries(palette.query.text()).len();
                Some((self.screen.list_area(&self.session, count), count))
            }
            Mode::Picker(picker) => {
                Some((self.screen.picker_area(&self.session), picker.matching(&self.session)))
            }
            Mode::Answer(answering) => {
                let question = &self.session.plugins().asking()?.question;
                let count = answering.choices(question).len();
                Some((self.screen.list_area(&self.session, count), count))
            }
            _ => None,
        }
    }

    fn list_mut(&mut self) -> Option<&mut List> {
        match &mut self.mode {
            Mode::Palette(palette) => Some(&mut palette.list),
            Mode::Picker(picker) => Some(&mut picker.list),
            Mode::Answer(answering) => Some(&mut answering.list),
            _ => None,
        }
    }

    fn mouse_in_list(&mut self, event: MouseEvent, area: ListArea, count: usize, now: Instant) {
        // A click that was meant for the text answers nothing.
        if self.grace.holds(now) {
            return;
        }
        let room = area.rows();
        let Some(list) = self.list_mut() else { return };
        match event.kind {
            MouseEventKind::ScrollUp => list.scroll(-WHEEL_LINES, count, room),
            MouseEventKind::ScrollDown => list.scroll(WHEEL_LINES, count, room),
            MouseEventKind::Down(MouseButton::Left) => {
                let row = area.row_at(event.column, event.row);
                let index = row.map(|row| list.visible(count, room).start + row);
                if let Some(index) = index.filter(|index| *index < count) {
                    list.choose(index, count, room);
                    self.key(KeyCode::Enter.into());
                }
            }
            _ => {}
        }
    }
}

/// Scrolls what is under the pointer.
pub(super) fn scroll(event: MouseEvent, session: &Session, screen: &mut Screen) {
    match event.kind {
        MouseEventKind::ScrollUp => screen.scroll_at(event.column, event.row, -WHEEL_LINES, session),
        MouseEventKind::ScrollDown => screen.scroll_at(event.column, event.row, WHEEL_LINES, session),
        _ => {}
    }
}

/// Puts the cursor where the left button was pressed, and extends the selection where the mouse was dragged.
pub(super) fn click(event: MouseEvent, session: &mut Session, screen: &mut Screen) {
    let extends = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => false,
        MouseEventKind::Drag(MouseButton::Left) => true,
        _ => return,
    };
    let Some((view, place)) = screen.place_at(event.column, event.row, session) else { return };
    if !extends {
        screen.focus(view, session);
    }
    let Some(head) = place.filter(|_| screen.is_focused(view)) else { return };
    session.select(|view| {
        let anchor = if extends { view.selections.primary().anchor } else { head };
        Selections::one(Selection::new(anchor, head))
    });
}

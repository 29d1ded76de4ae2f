//! The mouse: scrolling, and pointing into the text.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use witdock_editor_core::{Selection, Selections};
use witdock_editor_session::Session;

use super::Screen;

/// The lines that one step of the mouse wheel scrolls.
const WHEEL_LINES: isize = 3;

/// Scrolls the active document where the wheel was turned.
pub(super) fn scroll(event: MouseEvent, session: &Session, screen: &mut Screen) {
    match event.kind {
        MouseEventKind::ScrollUp => screen.scroll(-WHEEL_LINES, session),
        MouseEventKind::ScrollDown => screen.scroll(WHEEL_LINES, session),
        _ => {}
    }
}

/// Puts the cursor where the left button was pressed, and extends the selection where the mouse was dragged.
pub(super) fn click(event: MouseEvent, session: &mut Session, screen: &Screen) {
    let extends = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => false,
        MouseEventKind::Drag(MouseButton::Left) => true,
        _ => return,
    };
    let Some(head) = screen.place_at(event.column, event.row, session) else { return };
    session.select(|view| {
        let anchor = if extends { view.selections.primary().anchor } else { head };
        Selections::one(Selection::new(anchor, head))
    });
}

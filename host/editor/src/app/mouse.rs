//! The mouse: scrolling, choosing from lists, and pointing into the text.

use std::time::Instant;

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use witdock_editor_core::word::word_at;
use witdock_editor_core::{Selection, Selections};
use witdock_editor_session::Session;

use super::keys::PASTE;
use super::{App, List, ListArea, Mode, PluginPanel, Screen};

/// The lines that one step of the mouse wheel scrolls.
const WHEEL_LINES: isize = 3;

impl App {
    pub(super) fn mouse(&mut self, event: MouseEvent, now: Instant) {
        if let Some((area, count)) = self.list_in_sight() {
            return self.mouse_in_list(event, area, count, now);
        }
        if matches!(self.mode, Mode::Edit | Mode::Panel) && self.mouse_in_panel(event) {
            return;
        }
        // A click in the text goes back to it; the panel stays open.
        if matches!(self.mode, Mode::Panel) && matches!(event.kind, MouseEventKind::Down(_)) {
            self.mode = Mode::Edit;
        }
        match &self.mode {
            Mode::Edit => self.mouse_in_text(event, now),
            Mode::Panel => scroll(event, &self.session, &mut self.screen),
            Mode::Plugins(panel) => {
                if let Some(chosen) = self.plugin_at(panel.chosen, event) {
                    self.mode = Mode::Plugins(PluginPanel { chosen, ..*panel });
                }
                self.wheel_as_keys(event, 1, now);
            }
            Mode::Consent(_) | Mode::Recover(_) => self.wheel_as_keys(event, 1, now),
            Mode::Reading(_) | Mode::Messages(_) => self.wheel_as_keys(event, WHEEL_LINES, now),
            _ => scroll(event, &self.session, &mut self.screen),
        }
    }

    /// Turns the wheel into the keys that scroll.
    fn wheel_as_keys(&mut self, event: MouseEvent, steps: isize, now: Instant) {
        let key = match event.kind {
            MouseEventKind::ScrollUp => KeyCode::Up,
            MouseEventKind::ScrollDown => KeyCode::Down,
            _ => return,
        };
        if !self.grace.holds(now) {
            (0..steps).for_each(|_| self.key(key.into()));
        }
    }

    /// Handles the mouse in the panel of a plugin. Gives whether it is there.
    fn mouse_in_panel(&mut self, event: MouseEvent) -> bool {
        let area = self.screen.panel_area(&self.session);
        let Some(shown) = self.session.plugins().panel() else { return false };
        if !area.contains((event.column, event.row).into()) {
            return false;
        }
        let (chosen, room) = (shown.chosen, usize::from(area.height.saturating_sub(1)));
        let step = WHEEL_LINES.unsigned_abs();
        match event.kind {
            MouseEventKind::ScrollUp => self.session.choose_panel_line(chosen.saturating_sub(step)),
            MouseEventKind::ScrollDown => self.session.choose_panel_line(chosen.saturating_add(step)),
            MouseEventKind::Down(MouseButton::Left) => {
                let had_keys = matches!(self.mode, Mode::Panel);
                self.mode = Mode::Panel;
                let Some(row) = usize::from(event.row - area.y).checked_sub(1) else { return true };
                let line = (chosen + 1).saturating_sub(room) + row;
                // The first click shows what a second one does.
                if had_keys && line == chosen {
                    self.key(KeyCode::Enter.into());
                } else {
                    self.session.choose_panel_line(line);
                }
            }
            _ => {}
        }
        true
    }

    /// The plugin of the list of plugins that is clicked.
    fn plugin_at(&self, chosen: usize, event: MouseEvent) -> Option<usize> {
        let count = self.session.plugins().reports().len();
        let text = self.screen.text_area(&self.session);
        // As it is drawn: a border, a heading, and as many plugins as half of the screen shows.
        let height = (count.max(1) + 3).min(usize::from(text.height / 2));
        let room = height.saturating_sub(3).max(1);
        let row = usize::from(event.row).checked_sub(2).filter(|row| *row < room)?;
        let index = (chosen + 1).saturating_sub(room) + row;
        (event.kind == MouseEventKind::Down(MouseButton::Left) && index < count).then_some(index)
    }

    /// Handles the mouse in the text and in what is over it.
    fn mouse_in_text(&mut self, event: MouseEvent, now: Instant) {
        let offered = self.completion_at(event.column, event.row);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) if offered.is_some() => {
                if let Some(index) = offered {
                    self.session.choose_completion_at(index);
                    self.session.accept_completion();
                }
            }
            MouseEventKind::ScrollUp if offered.is_some() => self.session.choose_completion(false),
            MouseEventKind::ScrollDown if offered.is_some() => self.session.choose_completion(true),
            MouseEventKind::Down(MouseButton::Left) => {
                let count = self.clicks.pressed((event.column, event.row), now);
                let extends = event.modifiers.contains(KeyModifiers::SHIFT);
                self.point(event, count, extends);
            }
            MouseEventKind::Drag(MouseButton::Left) => self.point(event, 1, true),
            MouseEventKind::Down(MouseButton::Middle) => {
                self.point(event, 1, false);
                self.run(PASTE);
            }
            _ => scroll(event, &self.session, &mut self.screen),
        }
    }

    /// Puts the cursor where the pointer is, selects the word or the line there, or extends the selection to it.
    fn point(&mut self, event: MouseEvent, count: u8, extends: bool) {
        let (session, screen) = (&mut self.session, &mut self.screen);
        let Some((view, place)) = screen.place_at(event.column, event.row, session) else { return };
        if event.kind != MouseEventKind::Drag(MouseButton::Left) {
            screen.focus(view, session);
        }
        let Some(head) = place.filter(|_| screen.is_focused(view)) else { return };
        session.select(|view| {
            let range = match count {
                2 => word_at(view.text, head),
                3 => view.text.line_range(view.text.line_at(head)),
                _ => head..head,
            };
            let anchor = if extends { view.selections.primary().anchor } else { range.start };
            Selections::one(Selection::new(anchor, range.end))
        });
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
fn scroll(event: MouseEvent, session: &Session, screen: &mut Screen) {
    match event.kind {
        MouseEventKind::ScrollUp => screen.scroll_at(event.column, event.row, -WHEEL_LINES, session),
        MouseEventKind::ScrollDown => screen.scroll_at(event.column, event.row, WHEEL_LINES, session),
        _ => {}
    }
}

//! A list that a person chooses from: which line is chosen, and which are in sight.

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent};

/// Which line of a list is chosen, and which are in sight.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct List {
    /// The index of the chosen line.
    pub chosen: usize,
    /// The index of the first line in sight.
    first: usize,
}

impl List {
    /// The lines in sight, of so many, with room for so many. The chosen one is among them.
    pub fn visible(&self, count: usize, room: usize) -> Range<usize> {
        let chosen = self.chosen.min(count.saturating_sub(1));
        let first = self.first.min(chosen).max((chosen + 1).saturating_sub(room.max(1)));
        // No room stays empty while there are lines above.
        let first = first.min(count.saturating_sub(room));
        first..first.saturating_add(room).min(count)
    }

    /// Chooses another line with a key. Gives whether the key does that.
    pub(super) fn key(&mut self, key: KeyEvent, count: usize, room: usize) -> bool {
        if !key.modifiers.is_empty() {
            return false;
        }
        let page = room.saturating_sub(1).max(1);
        let index = match key.code {
            KeyCode::Up => self.chosen.saturating_sub(1),
            KeyCode::Down => self.chosen.saturating_add(1),
            KeyCode::PageUp => self.chosen.saturating_sub(page),
            KeyCode::PageDown => self.chosen.saturating_add(page),
            KeyCode::Home => 0,
            KeyCode::End => usize::MAX,
            _ => return false,
        };
        self.choose(index, count, room);
        true
    }

    /// Chooses a line; the last one where there are fewer.
    pub(super) fn choose(&mut self, index: usize, count: usize, room: usize) {
        self.chosen = index.min(count.saturating_sub(1));
        self.first = self.visible(count, room).start;
    }

    /// Scrolls by lines, down for positive numbers. The chosen line stays in sight.
    pub(super) fn scroll(&mut self, lines: isize, count: usize, room: usize) {
        let first = self.visible(count, room).start.saturating_add_signed(lines);
        self.first = first.min(count.saturating_sub(room));
        let last = self.first.saturating_add(room.max(1)).min(count.max(1)) - 1;
        self.chosen = self.chosen.clamp(self.first.min(last), last);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_list_scrolls_as_little_as_it_can() {
        let mut list = List::default();
        let mut press = |code| {
            assert!(list.key(KeyEvent::from(code), 10, 4));
            (list.chosen, list.visible(10, 4))
        };
        assert_eq!(press(KeyCode::Down), (1, 0..4));
        assert_eq!(press(KeyCode::PageDown), (4, 1..5));
        assert_eq!(press(KeyCode::Up), (3, 1..5));
        assert_eq!(press(KeyCode::End), (9, 6..10));
        assert_eq!(press(KeyCode::Up), (8, 6..10));
        assert_eq!(press(KeyCode::Home), (0, 0..4));
        list.scroll(3, 10, 4);
        assert_eq!((list.chosen, list.visible(10, 4)), (3, 3..7));
        list.scroll(-9, 10, 4);
        assert_eq!((list.chosen, list.visible(10, 4)), (3, 0..4));
    }

    proptest! {
        #[test]
        fn the_chosen_line_is_in_sight(chosen in 0..30usize, first in 0..30usize, count in 0..20usize, room in 0..9usize, by in -9..9isize) {
            let mut list = List { chosen, first };
            list.scroll(by, count, room);
            let seen = list.visible(count, room);
            prop_assert!(seen.end <= count && seen.len() <= room);
            prop_assert!(room == 0 || seen.len() == room.min(count));
            prop_assert!(room == 0 || count == 0 || seen.contains(&list.chosen.min(count - 1)));
        }
    }
}

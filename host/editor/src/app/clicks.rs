//! Clicks that follow each other: two select a word, three a line.

use std::time::{Duration, Instant};

/// The longest time between two clicks that belong together.
const TOGETHER: Duration = Duration::from_millis(400);

/// The last clicks.
#[derive(Debug, Default)]
pub(super) struct Clicks {
    last: Option<((u16, u16), Instant)>,
    count: u8,
}

impl Clicks {
    /// Takes a click at a cell. Gives how many there were now, from one to three.
    pub(super) fn pressed(&mut self, cell: (u16, u16), now: Instant) -> u8 {
        let follows = self
            .last
            .is_some_and(|(other, then)| other == cell && now.saturating_duration_since(then) < TOGETHER);
        self.count = if follows { self.count % 3 + 1 } else { 1 };
        self.last = Some((cell, now));
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clicks_at_one_cell_soon_after_each_other_are_counted() {
        let mut clicks = Clicks::default();
        let begin = Instant::now();
        let mut press =
            |cell, milliseconds| clicks.pressed(cell, begin + Duration::from_millis(milliseconds));
        assert_eq!(
            [press((1, 1), 0), press((1, 1), 100), press((1, 1), 200), press((1, 1), 300)],
            [1, 2, 3, 1]
        );
        assert_eq!([press((1, 2), 310), press((1, 2), 900)], [1, 1]);
    }
}

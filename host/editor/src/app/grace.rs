//! The moment in which what has opened by itself takes no keys.
//!
//! A question may come while the person types: a plugin asks in a pause, or a save has failed. What they type then was never meant as an answer, so
//! the question takes keys only after it was drawn and no key has come for a moment. Until then keys go where they went before.

use std::time::{Duration, Instant};

/// Longer than the time between two keys of somebody who types, and than it takes to see that something has opened.
const MOMENT: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
pub(super) enum Grace {
    /// Keys are for what is open.
    #[default]
    Over,
    /// The screen has not shown it yet.
    Undrawn,
    /// It was drawn, or the last key came, at this time.
    Since(Instant),
}

impl Grace {
    /// Takes note that the screen was drawn.
    pub(super) fn drawn(&mut self, now: Instant) {
        if matches!(self, Self::Undrawn) {
            *self = Self::Since(now);
        }
    }

    /// Whether a key that comes now was not meant for what is open. It begins another moment.
    pub(super) fn holds(&mut self, now: Instant) -> bool {
        match self {
            Self::Over => false,
            Self::Undrawn => true,
            Self::Since(since) if now.saturating_duration_since(*since) < MOMENT => {
                *since = now;
                true
            }
            Self::Since(_) => {
                *self = Self::Over;
                false
            }
        }
    }
}

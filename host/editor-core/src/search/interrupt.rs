//! Searches that another thread can end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use regex_cursor::{Cursor, RopeyCursor};

/// Ends a search that is under way on another thread. Clones end the same search.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Ends the search. What it gives then is not to be used.
    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the search was to end.
    pub fn is_interrupted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The regex engine's way through a text, which ends early when it is interrupted.
pub(super) struct Way<'a> {
    pub(super) cursor: RopeyCursor<'a>,
    pub(super) interrupt: Option<&'a Interrupt>,
}

impl Cursor for Way<'_> {
    fn chunk(&self) -> &[u8] {
        self.cursor.chunk()
    }

    fn utf8_aware(&self) -> bool {
        true
    }

    fn advance(&mut self) -> bool {
        !self.interrupt.is_some_and(Interrupt::is_interrupted) && self.cursor.advance()
    }

    fn backtrack(&mut self) -> bool {
        self.cursor.backtrack()
    }

    fn total_bytes(&self) -> Option<usize> {
        self.cursor.total_bytes()
    }

    fn offset(&self) -> usize {
        self.cursor.offset()
    }
}

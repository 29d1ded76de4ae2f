//! A search of a large text, beside the session.

use std::ops::Range;

use witdock_editor_core::{ChangeSet, Found, Matches, Query, Replacement, Text};

use super::MOST_COUNTED;

/// A search of a text. The session interrupts it when it is not wanted any more.
#[derive(Debug)]
pub struct SearchTask {
    pub(super) ticket: u64,
    pub(super) query: Query,
    pub(super) text: Text,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// The first match from this place on.
    Next(usize),
    /// The last match before this place.
    Previous(usize),
    /// All matches.
    Count,
    /// The first match of these ranges; where the last one has ended, an empty match is none.
    First(Vec<Range<usize>>, Option<usize>),
    /// The change that replaces all matches of these ranges.
    Replace(Vec<Range<usize>>, Replacement),
}

/// What a [`SearchTask`] has found.
#[derive(Debug)]
pub struct Searched {
    pub(super) ticket: u64,
    pub(super) outcome: Outcome,
}

#[derive(Debug)]
pub(super) enum Outcome {
    Found(Option<Found>),
    First(Option<Range<usize>>),
    Counted(Matches),
    Changed(ChangeSet),
}

impl SearchTask {
    /// Searches. Takes as long as it takes to read the text.
    pub fn run(self) -> Searched {
        let Self { ticket, query, text, what } = self;
        let outcome = match what {
            What::Next(from) => Outcome::Found(query.next(&text, from)),
            What::Previous(before) => Outcome::Found(query.previous(&text, before)),
            What::Count => Outcome::Counted(query.all_matches(&text, MOST_COUNTED)),
            What::First(ranges, last_end) => Outcome::First(query.first_in(&text, &ranges, last_end)),
            What::Replace(ranges, with) => Outcome::Changed(query.replace_in(&text, &ranges, &with)),
        };
        Searched { ticket, outcome }
    }
}

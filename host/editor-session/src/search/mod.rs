//! Searching the active document: the query that was searched for last, the count of its matches, and searches that take
//! longer than a key may.
//!
//! A search looks at what is near at once. What is far away is searched beside the session: an [`Effect::Find`] goes out, and
//! [`Input::Found`](crate::Input::Found) answers it. A search that another one replaces is interrupted.

mod task;
mod walk;

use std::ops::Range;

use witdock_editor_core::{
    Document, Found, Interrupt, Matches, Query, QueryError, QueryOptions, Revision, Selection, Selections,
};

use self::task::{Outcome, What};
pub use self::task::{SearchTask, Searched};
pub use self::walk::{Walk, WalkAnswer};
use crate::documents::{Buffer, DocumentId, Documents};
use crate::message::Message;
use crate::outbox::{Effect, Outbox, Request};

/// The bytes that are searched at once. What is farther away is searched beside the session.
const NEAR: usize = 1 << 20;
/// The most bytes of a text whose matches are counted at once.
const COUNTED_AT_ONCE: usize = 256 << 10;
/// The most matches that are counted.
pub const MOST_COUNTED: usize = 100_000;

/// The query that was searched for last, and what is known of its matches.
#[derive(Debug, Default)]
pub struct Search {
    query: Option<Query>,
    shown: Shown,
    /// The matches of this document at this revision.
    counted: Option<(DocumentId, Revision, Matches)>,
    /// The count that is under way, and what it is of.
    counting: Option<(DocumentId, Revision, Running)>,
    /// The search that is under way.
    seeking: Option<(DocumentId, Revision, Running)>,
    walk: Option<Walk>,
    tickets: u64,
}

/// Whether matches are shown.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Shown {
    #[default]
    No,
    /// Until the text changes.
    Until(DocumentId, Revision),
    /// As long as the person searches.
    Held,
}

/// A task that is under way.
#[derive(Debug)]
struct Running {
    ticket: u64,
    interrupt: Interrupt,
}

/// The direction of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    /// The end of the text, from this place on.
    End(usize),
    /// The start of the text, from this place on.
    Start(usize),
}

/// The matches of the active document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The number of the selected match, from 1; none where no match is selected.
    pub number: Option<usize>,
    /// The number of all matches.
    pub total: usize,
    /// Whether there are more than that.
    pub is_more: bool,
}

impl Search {
    /// The query that was searched for last.
    pub fn query(&self) -> Option<&Query> {
        self.query.as_ref()
    }

    /// The replacement of matches one by one, while it goes on.
    pub fn walk(&self) -> Option<&Walk> {
        self.walk.as_ref()
    }

    /// Whether a search is under way.
    pub fn is_seeking(&self) -> bool {
        self.seeking.is_some()
    }

    /// The number of matches in the active document; none while they are being counted.
    pub fn count(&self, documents: &Documents) -> Option<Count> {
        let buffer = documents.active()?;
        let (document, revision, matches) = self.counted.as_ref()?;
        if (*document, *revision) != (buffer.id, buffer.document.revision()) {
            return None;
        }
        let number = matches.number_of(&buffer.document.selections().primary().range());
        Some(Count { number, total: matches.count(), is_more: !matches.is_complete() })
    }

    /// The matches within a range of a document's text, if they are shown. O(bytes of the range).
    pub fn shown_in(&self, document: &Document, range: Range<usize>) -> Vec<Range<usize>> {
        match &self.query {
            Some(query) if self.shown != Shown::No => query.matches(document.text(), range).collect(),
            _ => Vec::new(),
        }
    }

    /// Searches for another text. Nothing is found yet.
    pub(crate) fn set(&mut self, pattern: &str, options: QueryOptions) -> Result<(), QueryError> {
        self.stop();
        (self.counted, self.counting, self.shown) = (None, None, Shown::No);
        self.query = Some(Query::new(pattern, options)?);
        self.shown = Shown::Held;
        Ok(())
    }

    /// Shows the matches until the text changes.
    pub(crate) fn let_go(&mut self, documents: &Documents) {
        if let (Shown::Held, Some(buffer)) = (self.shown, documents.active()) {
            self.shown = Shown::Until(buffer.id, buffer.document.revision());
        }
    }

    /// Shows no matches any more.
    pub(crate) fn hide(&mut self) {
        self.shown = Shown::No;
        if let Some((.., running)) = self.counting.take() {
            running.interrupt.interrupt();
        }
    }

    /// Ends the search that is under way.
    pub(crate) fn stop(&mut self) {
        if let Some((.., running)) = self.seeking.take() {
            running.interrupt.interrupt();
        }
    }

    /// Selects the nearest match, at once or when a search has found it.
    pub(crate) fn seek(&mut self, towards: Towards, documents: &mut Documents, out: &mut Outbox) {
        self.stop();
        let Some(query) = self.query.clone() else {
            return out.show(Message::info("nothing was searched for yet"));
        };
        let Some(buffer) = documents.active_mut() else { return };
        if self.shown == Shown::No {
            self.shown = Shown::Until(buffer.id, buffer.document.revision());
        }
        let text = buffer.document.text();
        let (near, what) = match towards {
            Towards::End(from) => (query.next_near(text, from, NEAR), What::Next(from)),
            Towards::Start(before) => (query.previous_near(text, before, NEAR), What::Previous(before)),
        };
        if near.is_some() || text.len() <= NEAR {
            let found = near.or_else(|| match towards {
                Towards::End(from) => query.next(text, from),
                Towards::Start(before) => query.previous(text, before),
            });
            return select(&query, found, buffer, out);
        }
        let (id, revision) = (buffer.id, buffer.document.revision());
        let running = self.begin(&query, buffer, what, out);
        self.seeking = Some((id, revision, running));
    }

    /// Sends a task out.
    fn begin(&mut self, query: &Query, buffer: &Buffer, what: What, out: &mut Outbox) -> Running {
        self.tickets += 1;
        let (ticket, interrupt) = (self.tickets, Interrupt::default());
        let query = query.interruptible(&interrupt);
        let text = buffer.document.text().clone();
        out.effect(Effect::Find(SearchTask { ticket, query, text, what }));
        Running { ticket, interrupt }
    }

    /// Takes what a task has found.
    pub(crate) fn searched(&mut self, searched: Searched, documents: &mut Documents, out: &mut Outbox) {
        let Searched { ticket, outcome } = searched;
        let is_it = |running: &Option<(DocumentId, Revision, Running)>| {
            running.as_ref().is_some_and(|(.., running)| running.ticket == ticket)
        };
        match outcome {
            Outcome::Counted(matches) if is_it(&self.counting) => {
                self.counted =
                    self.counting.take().map(|(document, revision, _)| (document, revision, matches));
            }
            Outcome::Found(found) if is_it(&self.seeking) => {
                let Some((id, revision, _)) = self.seeking.take() else { return };
                let (Some(query), Some(buffer)) = (&self.query, documents.find_mut(id)) else { return };
                if buffer.document.revision() == revision {
                    select(query, found, buffer, out);
                } else {
                    out.show(Message::info("the text has changed while it was searched; search again"));
                }
            }
            Outcome::First(found) if is_it(&self.seeking) => {
                let Some((_, revision, _)) = self.seeking.take() else { return };
                self.walk_found(revision, walk::Found::Match(found), documents, out);
            }
            Outcome::Changed(changes) if is_it(&self.seeking) => {
                let Some((_, revision, _)) = self.seeking.take() else { return };
                self.walk_found(revision, walk::Found::Change(changes), documents, out);
            }
            // It was for a search that another one has replaced.
            _ => {}
        }
    }

    /// Counts the matches again where they may be others, and hides them where the text has changed.
    pub(crate) fn follow(&mut self, documents: &Documents, out: &mut Outbox) {
        let Some(buffer) = documents.active() else { return };
        let now = (buffer.id, buffer.document.revision());
        if matches!(self.shown, Shown::Until(document, revision) if document == now.0 && revision != now.1) {
            self.hide();
        }
        let Some(query) = self.query.clone().filter(|_| self.shown != Shown::No) else { return };
        let is_current = |of: Option<(DocumentId, Revision)>| of == Some(now);
        if is_current(self.counted.as_ref().map(|(document, revision, _)| (*document, *revision)))
            || is_current(self.counting.as_ref().map(|(document, revision, _)| (*document, *revision)))
        {
            return;
        }
        if let Some((.., running)) = self.counting.take() {
            running.interrupt.interrupt();
        }
        let text = buffer.document.text();
        if text.len() <= COUNTED_AT_ONCE {
            self.counted = Some((now.0, now.1, query.all_matches(text, MOST_COUNTED)));
        } else {
            let running = self.begin(&query, buffer, What::Count, out);
            self.counting = Some((now.0, now.1, running));
        }
    }
}

/// Selects what was found, or says that nothing was.
fn select(query: &Query, found: Option<Found>, buffer: &mut Buffer, out: &mut Outbox) {
    match found {
        Some(Found { range, wrapped }) => {
            buffer.document.set_selections(Selections::one(Selection::new(range.start, range.end)));
            out.request(Request::Reveal);
            if wrapped {
                out.show(Message::info("the search wrapped around"));
            }
        }
        None => out.show(Message::warning(format!("`{}` not found", query.pattern()))),
    }
}

//! Plugins: what the editor lends to them, and how their calls run beside it.
//!
//! The way of a call: the state makes a [`Call`] and a [`Snapshot`] of itself; [`Host::call`] runs it in a task, on the
//! snapshot; what it has changed comes back as an [`Outcome`], all at once, and the state takes it or refuses it as late.

#[allow(missing_docs, reason = "generated: the comments of wit/editor say what they are")]
mod bindings;
mod call;
mod consent;
mod convert;
mod follow;
mod host;
mod imports;
mod interface;
mod news;
mod outcome;
mod report;
mod runner;
mod snapshot;

pub use call::{CallState, Lent, Settings, Ticket};
pub use consent::{Answers, Ask, Consent};
pub(crate) use convert::edit_for_guest;
pub use host::Host;
pub use news::{Failure, News, PluginId};
pub use outcome::{DecorationChange, DocumentChange, Outcome, Timer};
pub use report::{Cost, Health, Report};
pub use runner::{Answered, Call};
pub use snapshot::{DocumentView, Own, RESERVED_REVISIONS, Snapshot, Visible};

/// The interface's own words, as they are generated from `wit/editor`: the state of the editor speaks them where it
/// speaks of plugins.
pub mod api {
    pub use super::bindings::exports::witdock::editor::plugin::{
        Abilities, Answer, Answered, Change, ChangeOrigin, Command, Event, EventKinds, FileType, FormatError,
        JobEnded, Problem, Registration,
    };
    pub use super::bindings::witdock::editor::types::{CommandError, DocumentVersion};
}

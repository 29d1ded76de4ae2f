//! The host's side of plugins: what the editor provides to them, and how their calls run beside it.
//!
//! A call runs in a task of its own, on a [`Snapshot`] of the session. Host functions work on the snapshot and collect
//! what the plugin wants to change in an [`Outcome`]. The session takes the outcome when the call has returned, all at
//! once, or drops it as late.

#[allow(missing_docs, reason = "generated from wit/editor, whose comments document it")]
mod bindings;
mod call;
mod code;
mod consent;
mod convert;
mod entries;
mod events;
mod files;
mod folders;
mod follow;
mod holdings;
mod imports;
mod interface;
mod loaded;
mod loader;
mod news;
mod outcome;
mod process;
mod report;
mod runner;
mod snapshot;
mod storage;

pub(crate) use self::call::new_ticket;
pub use self::call::{CallState, Provided, Settings, Ticket};
pub use self::consent::{Answers, Ask, Before, Consent};
pub(crate) use self::convert::edit_for_guest;
pub use self::events::{ChangedFile, FileChange, Focus, FolderNews};
pub(crate) use self::files::writable;
pub use self::files::{Brought, FileAction, FileFailure, NewDocument};
pub(crate) use self::holdings::refuse_growth;
pub use self::holdings::{Held, Holdings};
pub use self::loaded::Host;
pub(crate) use self::loaded::lock;
pub use self::news::{Exports, Failure, News, PluginAction, PluginId, Stand};
pub use self::outcome::{DecorationChange, DocumentChange, Outcome, Timer, TopicMessage, WorkChange};
pub use self::process::{Happened, Pipe, ProcessAction, ProcessEnd, Program, RunningProcess};
pub use self::report::{Cost, Health, Report};
pub use self::runner::{Answered, Call, Step};
pub use self::snapshot::{DocumentView, Own, RESERVED_REVISIONS, Snapshot, Visible};
pub use self::storage::Storage;

/// Types of the interface itself, generated from `wit/editor`: what plugins register, hear and answer.
pub mod api {
    pub use super::bindings::exports::witdock::editor::plugin::{
        Abilities, Answer, Answered, Change, ChangeOrigin, Command, Event, EventKinds, FileType, FormatError,
        JobEnded, Problem, Registration,
    };
    pub use super::bindings::witdock::editor::types::{CommandError, DocumentVersion};
}

/// The key of the plugin that is loaded in this place, for tests without a host.
#[cfg(test)]
pub(crate) fn plugin_id(place: u64) -> PluginId {
    slotmap::KeyData::from_ffi((1 << 32) | (place + 1)).into()
}

//! The guest SDK for `witdock:editor`: implement [`Plugin`] to extend the text editor.
//!
//! ```
//! use witdock_editor_guest::{
//!     ActivateError, Command, CommandError, Document, Edit, NoSettings, Plugin, Registration, messages,
//! };
//!
//! /// Turns the whole text into capitals.
//! struct Shout;
//!
//! impl Plugin for Shout {
//!     type Settings = NoSettings;
//!
//!     fn new(_: NoSettings) -> Result<Self, ActivateError> {
//!         Ok(Shout)
//!     }
//!
//!     fn registration(&self) -> Registration {
//!         Registration::new().command(Command::new("shout", "Shout").key("alt-u"))
//!     }
//!
//!     fn run_command(&mut self, _name: &str, _argument: Option<&str>) -> Result<(), CommandError> {
//!         let document = Document::current()
//!             .ok_or_else(|| CommandError::NotApplicable("no document is open".to_owned()))?;
//!         let loud = document.whole_text()?.to_uppercase();
//!         document.apply(vec![Edit::replace(0..document.length(), loud)])?;
//!         messages::status("HEARD");
//!         Ok(())
//!     }
//! }
//!
//! witdock_editor_guest::export!(Shout);
//! # fn main() {}
//! ```
//!
//! A [`Document`] is text that can be read and edited, by byte offsets; [`LineIndex`] and [`Document::position`] convert them
//! to lines and columns. Plugins show information with [`decorations`], [`panels`], [`status_line`] and [`messages`]. They ask the
//! user with [`prompts`]; the answer arrives as an [`Event`]. A plugin that keeps state across reloads implements
//! [`Stateful`].
//!
//! `plugin.toml` beside `Cargo.toml` names the plugin and requests its imports, by the name of the module:
//! `imports = ["witdock:editor/documents", "witdock:editor/messages"]`. The [`log`] macros need no grant.
//! In native unit tests there is no editor; use [`Document::of_text`] instead of an open document.

pub mod bindings;
pub mod clipboard;
pub mod decorations;
pub mod diagnostics;
mod document;
mod edit;
mod error;
mod export;
pub mod files;
pub mod floats;
pub mod folder;
mod held;
pub mod jobs;
pub mod keys;
pub mod language;
pub mod line_marks;
pub mod messages;
pub mod panels;
mod plugin;
mod position;
pub mod processes;
pub mod prompts;
mod range;
mod registration;
pub mod selections;
pub mod settings;
pub mod status_line;
pub mod storage;
mod style;
pub mod timers;
pub mod topics;
pub mod viewport;
pub mod work;
pub mod workspace;

pub use bindings::exports::witdock::editor::plugin::{
    Abilities, ActivateError, Answer, Answered, Change, ChangeOrigin, Command, Completion, CompletionKind,
    Event, EventKinds, FileType, FormatError, HoverText, JobEnded, Problem, Registration,
};
pub use bindings::focus_follower::exports::witdock::editor::focus_events::Focus;
pub use bindings::witdock::editor::documents::{EditError, Line, TextError};
pub use bindings::witdock::editor::types::{
    Action, CommandError, DocumentId, DocumentInfo, DocumentVersion, Edit, Emphasis, Indentation, Invocation,
    Location, Range, Revision, Scope, Selection, SelectionSet, Severity, Span, Style, Ticket,
};
pub use document::Document;
pub use edit::{apply, edit_between};
pub use plugin::{
    FileOwner, FocusFollower, FolderFollower, LanguageProvider, ModeOwner, NoSettings, Plugin, ProcessOwner,
    SaveHook, Stateful, Subscriber, Worker,
};
pub use position::{LineIndex, Position};
pub use processes::ProcessEvent;
pub use witdock_guest::{self, log};

#[doc(hidden)]
pub use export::Component;

//! Plugins: what the editor lends to them, and how their calls run beside it.

#[allow(missing_docs, reason = "generated: the comments of wit/editor say what they are")]
mod bindings;
mod call;
mod documents;
mod happening;
mod host;
mod imports;
mod interface;
mod news;
mod registered;
mod runner;

pub use call::{CallState, DocumentChange, DocumentView, Lent, Outcome, Segment, Snapshot};
pub use happening::{Happening, Origin};
pub use host::{Host, Report};
pub use news::{News, PluginId};
pub use registered::Registered;
pub use runner::Call;

/// What plugins show, as the interface has it: what a text means, and how that looks is the theme's business.
pub use bindings::witdock::editor::types::{Emphasis, Scope, Severity, Span, Style};

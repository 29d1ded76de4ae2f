//! Plugins: what the editor lends to them, and how their calls run beside it.

mod bindings;
mod call;
mod documents;
mod imports;
mod interface;
mod runner;

pub use call::{CallState, DocumentChange, DocumentView, Lent, Outcome, Segment, Snapshot};
pub use runner::{Call, Happening, Host, News, Origin, PluginId, Registered, Report};

//! A plugin: the handle that an application holds, its calls, its reloads, and its lifecycle.

mod builder;
mod call;
mod candidate;
mod core;
mod error;
mod event;
mod events;
mod generation;
mod handle;
mod host_policy;
mod instance;
mod lifecycle;
mod linked;
mod places;
mod reload;
mod resident;
mod revocation;
mod settings;
mod state;
mod statistics;
mod status;
mod watch;

pub use builder::PluginBuilder;
pub use error::{CallError, CallErrorKind, LoadError};
pub use event::Event;
pub use events::{Events, LogLines};
pub use handle::Plugin;
pub use lifecycle::RestartPolicy;
pub use reload::Reload;
pub use resident::Resident;
pub use settings::Instances;
pub use statistics::{ExportStatistics, Statistics};
pub use status::{FailureReport, Phase, ReloadOutcome, ReloadReport, Status};

//! A stage: a plugin in its place in the pipeline, or steps of the program itself.
//!
//! A [`Stage`] is loaded once. Each run starts a [`StageRun`], which holds a plugin to one contract until the run ends, over
//! all reloads. A [`StageStream`] takes the rows of the run through it.

mod ask;
mod batch;
mod call;
mod error;
mod held;
mod host;
mod input;
mod instance;
mod loaded;
mod memory;
mod plugin;
mod plugin_run;
mod refusal;
mod run;
mod session;
mod steps;
mod stream;
mod terms;

pub use self::error::{StageError, StageErrorKind};
pub use self::instance::StageState;
pub use self::loaded::Stage;
pub use self::plugin::PluginStage;
pub use self::plugin_run::PluginRun;
pub use self::refusal::Refusal;
pub use self::run::{StageColumns, StageRun};
pub use self::steps::{StepsRun, StepsStage};
pub use self::stream::StageStream;

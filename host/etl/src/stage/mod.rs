//! A stage: a plugin in its place in the pipeline.
//!
//! A [`Stage`] is loaded once. Each run starts a [`StageRun`], which holds the plugin to one contract until the run ends, over
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
mod refusal;
mod run;
mod session;
mod stream;
mod terms;

pub use self::error::{StageError, StageErrorKind};
pub use self::instance::StageState;
pub use self::loaded::Stage;
pub use self::refusal::Refusal;
pub use self::run::StageRun;
pub use self::stream::StageStream;

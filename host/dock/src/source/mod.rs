//! Where plugins come from: a component file, or a project folder that is built into one.

mod artifact;
mod build;
mod changes;
mod embed;
mod encode;
mod encode_error;
mod error;
mod manifest;
mod origin;
#[cfg(test)]
mod tests;
mod watch;

pub use artifact::{Artifact, Digest};
pub use build::{Build, BuildError, BuildEvent, Recipe, Target, TargetWorld};
pub use changes::{Change, Changes, WatchError};
pub use encode_error::EncodeError;
pub use error::SourceError;
pub use manifest::{About, MANIFEST_FILE, Manifest, ManifestError};
pub use origin::Source;
pub use watch::WatchPath;

pub(crate) use changes::SETTLE_PROJECT;

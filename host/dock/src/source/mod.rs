//! Where plugins come from: a component file, or a project folder that is built into one.

mod artifact;
mod build;
mod changes;
mod confined;
mod embed;
mod encode;
mod encode_error;
mod error;
mod guarded;
mod manifest;
mod origin;
#[cfg(test)]
mod tests;
mod watch;
mod wit;

pub use artifact::Artifact;
pub use build::{Build, BuildError, BuildEvent, Builds, Recipe, Target, TargetWorld};
pub use changes::{Change, Changes, WatchError};
pub use encode_error::EncodeError;
pub use error::SourceError;
pub use manifest::{About, MANIFEST_FILE, Manifest, ManifestError};
pub use origin::Source;
pub use watch::WatchPath;
pub use wit::repeated_package;

pub use crate::foreign::{Digest, InvalidDigest};

pub(crate) use build::{Receipts, Taken};
pub(crate) use changes::SETTLE_PROJECT;
pub(crate) use guarded::paths as guarded_paths;

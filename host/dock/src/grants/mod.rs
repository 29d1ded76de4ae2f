//! Grants: the [`Capability`]s of a plugin, none by default.
//!
//! A manifest's [`Request`] and the component's own imports are what a plugin has [`Requested`]. If the host's [`Policy`]
//! covers all of it, the plugin is [`Granted`] these capabilities; otherwise it is [`Refused`].

mod capability;
mod decision;
mod granted;
mod ground;
mod import;
mod invalid;
mod kind;
mod link;
mod network;
mod policy;
mod refused;
mod request;
mod requested;
#[cfg(test)]
mod tests;

pub use capability::{Access, Capability};
pub(crate) use decision::Decision;
pub use granted::Granted;
pub(crate) use granted::{Grant, Provision};
pub use ground::Conflict;
pub(crate) use ground::{Claim, Ground, Guarded, Paths, real as real_path};
pub use import::ImportName;
pub use invalid::InvalidCapability;
pub use kind::CapabilityKind;
pub(crate) use link::{NotGranted, refuse_ungranted};
pub use network::NetworkHost;
pub(crate) use network::{is_internal, is_localhost};
pub use policy::{FolderGrant, Policy};
pub use refused::{Refusal, RefusalReason, Refused};
pub use request::Request;
pub use requested::Requested;

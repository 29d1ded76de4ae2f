//! What a plugin may touch: a set of [`Capability`]s, denied by default.
//!
//! A manifest [requests](Request), together with the component's own imports that makes what a plugin has
//! [`Requested`]; the host's [`Policy`] meets it; what both name is [`Granted`], and whatever is requested in vain
//! makes the plugin [`Refused`].

mod capability;
mod decision;
mod granted;
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
pub use import::ImportName;
pub use invalid::InvalidCapability;
pub use kind::CapabilityKind;
pub(crate) use link::{NotGranted, refuse_ungranted};
pub use network::NetworkHost;
pub use policy::{FolderGrant, Policy};
pub use refused::{Refusal, RefusalReason, Refused};
pub use request::Request;
pub use requested::Requested;

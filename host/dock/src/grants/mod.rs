//! Grants: the [`Capability`]s of a plugin, none by default.
//!
//! A manifest's [`Request`] and the component's own imports are what a plugin has [`Requested`]. If the host's [`Policy`]
//! covers all of it, the plugin is [`Granted`] these capabilities; otherwise it is [`Refused`]. A [`PolicyFile`] has rules for all plugins of a
//! host, by name, digest and signer.

mod audit;
mod capability;
mod decision;
mod difference;
mod granted;
mod ground;
mod http;
mod import;
mod invalid;
mod kind;
mod link;
mod network;
mod place;
mod policy;
mod refused;
mod request;
mod requested;
mod rules;
mod signature;
mod store;
#[cfg(test)]
mod tests;
mod verdict;

pub use audit::{AuditLog, AuditLogError, Learned, Use, learn};
pub(crate) use audit::{History, Uses};
pub use capability::{Access, Capability};
pub(crate) use decision::Decision;
pub use difference::Difference;
pub use granted::Granted;
pub(crate) use granted::{Grant, Provision};
pub use ground::Conflict;
pub(crate) use ground::{Claim, Ground, Guarded, Paths, real as real_path};
pub use http::{HttpAccess, HttpScheme};
pub use import::ImportName;
pub use invalid::InvalidCapability;
pub use kind::CapabilityKind;
pub(crate) use link::{NotGranted, refuse_ungranted};
pub use network::NetworkHost;
pub(crate) use network::{is_internal, is_localhost};
pub use place::RulePlace;
pub use policy::{FolderGrant, Policy};
pub use refused::{Refusal, RefusalReason, Refused, Unsigned};
pub use request::Request;
pub use requested::Requested;
pub use rules::{NamePattern, PolicyFile, PolicyFileError, Subject, Verdicts};
pub use signature::{InvalidKey, PublicKey, Signature};
pub use store::StoreGrant;
pub use verdict::Verdict;

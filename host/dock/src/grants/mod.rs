//! What a plugin may touch: its manifest's request, met by the host's policy, deny by default.

mod link;
mod policy;
mod request;
mod wanted;

pub(crate) use link::{NotGranted, refuse_ungranted};
pub(crate) use policy::Granted;
pub use policy::{FolderGrant, Policy, Refused};
pub use request::{Access, FolderRequest, Request};
pub(crate) use wanted::Decision;
pub use wanted::Wanted;

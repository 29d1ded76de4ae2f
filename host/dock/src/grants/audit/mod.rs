//! Which of its granted capabilities a plugin has used: when first, when last, and how often.

mod history;
mod learned;
mod log;
mod record;
#[cfg(test)]
mod tests;
mod uses;

pub(crate) use history::History;
pub use learned::{Learned, learn};
pub use log::{AuditLog, AuditLogError};
pub use record::Use;
pub(crate) use uses::Uses;

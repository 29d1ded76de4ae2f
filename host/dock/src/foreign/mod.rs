//! Foreign bytes: files that others made are read up to a bound, and identified by their digest.

mod digest;
mod regular;

pub use digest::{Digest, InvalidDigest};
pub(crate) use regular::{LARGEST_COMPONENT, read, read_text};

//! Foreign bytes: files that others made are read up to a bound, and identified by their digest; and the folder for what is made of them
//! and trusted.

mod digest;
mod private_folder;
mod regular;

pub use digest::{Digest, InvalidDigest};
pub(crate) use private_folder::{Entry, PrivateFolder};
pub(crate) use regular::{LARGEST_COMPONENT, read, read_text};

//! Stubs in Rust: implementations of the traits that wit-bindgen makes of the world's exports.

mod modules;
mod names;
mod types;
mod value;
mod writer;

use super::subject::{Stub, Subject};
use writer::Writer;

pub(super) fn stub(subject: Subject<'_>) -> anyhow::Result<Stub> {
    Ok(Stub { source: Writer::new(subject).write()?, files: Vec::new() })
}

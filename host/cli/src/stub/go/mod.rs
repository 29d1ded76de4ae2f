//! Stubs in Go: a function for each variable of the bindings that the host calls.

mod names;
mod types;
mod value;
mod writer;

use super::subject::{Stub, Subject};
use writer::Writer;

pub(super) fn stub(subject: Subject<'_>) -> anyhow::Result<Stub> {
    Ok(Stub { source: Writer::new(subject).write()?, files: Vec::new() })
}

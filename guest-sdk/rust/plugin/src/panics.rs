//! Reports panics to the host. Without this, the caller would only see "unreachable".

use crate::bindings::witdock::plugin::log::{Location, panicked};
use std::panic::PanicHookInfo;

pub(crate) fn install() {
    std::panic::set_hook(Box::new(tell));
}

fn tell(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("a panic with a payload that is not text");
    let location = info.location().map(|at| Location {
        file: at.file().to_owned(),
        line: at.line(),
        column: at.column(),
    });
    panicked(message, location.as_ref());
}

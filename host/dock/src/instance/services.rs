//! `witdock:plugin`: the log, which every plugin imports freely, and the state, which a plugin may export.

use wasmtime::component::{HasSelf, Linker};

use super::failure::{GuestPanic, Location};
use super::host_state::HostState;
use super::log::LogLevel;
use crate::text::{keep_line, keep_name};

#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit/plugin",
        world: "stateful",
        imports: { default: trappable },
        exports: { default: async },
        include_component_type: true,
    });
}

use bindings::witdock::plugin::log as wit;

/// The encoded world of `witdock:plugin`: the services that a dock provides to every plugin beside its interface. [`check`](crate::check()) takes it
/// as one of its `services`.
pub const SERVICES: &[u8] = bindings::COMPONENT_TYPE;

/// The bindings of a plugin that exports [`STATE_INTERFACE`].
pub(crate) use bindings::Stateful;

/// The export of a plugin that keeps its state across reloads.
pub(crate) const STATE_INTERFACE: &str = "witdock:plugin/state";

pub(crate) fn link<S: Send + 'static>(linker: &mut Linker<HostState<S>>) -> wasmtime::Result<()> {
    wit::add_to_linker::<_, HasSelf<HostState<S>>>(linker, |host| host)
}

impl<S: Send> wit::Host for HostState<S> {
    fn write(&mut self, level: wit::Level, target: String, message: String) -> wasmtime::Result<()> {
        let level = match level {
            wit::Level::Error => LogLevel::Error,
            wit::Level::Warn => LogLevel::Warn,
            wit::Level::Info => LogLevel::Info,
            wit::Level::Debug => LogLevel::Debug,
            wit::Level::Trace => LogLevel::Trace,
        };
        self.log.write(level, &target, &message);
        Ok(())
    }

    fn max_level(&mut self) -> wasmtime::Result<wit::Level> {
        Ok(match self.log.max_level() {
            LogLevel::Error => wit::Level::Error,
            LogLevel::Warn => wit::Level::Warn,
            LogLevel::Info => wit::Level::Info,
            LogLevel::Debug => wit::Level::Debug,
            LogLevel::Trace => wit::Level::Trace,
        })
    }

    fn panicked(&mut self, message: String, location: Option<wit::Location>) -> wasmtime::Result<()> {
        let location = location.map(|at| Location {
            file: keep_name(at.file),
            line: Some(at.line),
            column: Some(at.column),
        });
        // The last one counts, and a guest may never trap: nothing longer is kept meanwhile.
        self.panic = Some(GuestPanic { message: keep_line(message), location });
        Ok(())
    }
}

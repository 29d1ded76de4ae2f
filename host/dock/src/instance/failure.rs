//! Why a call failed: `wasmtime::Error` is turned into a [`Failure`] here, once, and nowhere else.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use wasmtime::component::ResourceTableError;
use wasmtime::{Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use super::blame::{Reached, is_guests};
use super::host_state::HostState;
use crate::grants::{Capability, NotGranted};

/// A place in a plugin's source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    /// The file, as the guest's compiler knew it.
    pub file: String,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().map_while(|number| number) {
            write!(f, ":{number}")?;
        }
        Ok(())
    }
}

/// The words of a guest's panic, told through `witdock:plugin/log` before the trap.
#[derive(Clone, Debug)]
pub(crate) struct GuestPanic {
    pub(crate) message: String,
    pub(crate) location: Option<Location>,
}

/// What brought a call down. Whatever it was, the instance is gone, and the next call starts a fresh one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Failure {
    /// The call took longer than [`Limits::call_deadline`](super::Limits::call_deadline).
    Deadline {
        /// The limit.
        limit: Duration,
        /// Where the guest was, if its code was running and has debug information.
        location: Option<Location>,
    },
    /// The guest needed more than [`Limits::memory_bytes`](super::Limits::memory_bytes).
    Memory {
        /// The limit, bytes.
        limit: usize,
        /// What all memories together would have come to, bytes.
        wanted: usize,
    },
    /// The guest ran out of stack: mostly a recursion without end.
    Stack {
        /// Where, if the guest has debug information.
        location: Option<Location>,
    },
    /// The call used more than [`Limits::fuel`](super::Limits::fuel).
    Fuel {
        /// The limit.
        limit: u64,
    },
    /// The instance held more than [`Limits::handles`](super::Limits::handles).
    Handles {
        /// The limit.
        limit: usize,
    },
    /// One transfer was larger than [`Limits::host_call_bytes`](super::Limits::host_call_bytes).
    HostCallBytes {
        /// The limit, bytes.
        limit: usize,
    },
    /// The guest panicked.
    Panic {
        /// Its message.
        message: String,
        /// Where.
        location: Option<Location>,
    },
    /// The guest trapped without saying why.
    Trap {
        /// The runtime's word for it.
        message: String,
        /// Where, if the guest has debug information.
        location: Option<Location>,
        /// The functions on the guest's stack, innermost first.
        frames: Vec<String>,
    },
    /// The guest used a capability that was not granted.
    NotGranted {
        /// The import that it called.
        import: String,
        /// What has to be granted.
        capability: Capability,
    },
    /// The guest answered, and the application says that the answer breaks the interface's rules: see [`ContractViolation`].
    ContractViolation {
        /// The application's words.
        message: String,
    },
    /// The host's side failed: a host function, or the closure of the call itself.
    Host {
        /// What it said.
        message: String,
    },
}

impl Failure {
    /// Whether the plugin is to blame, so that the failure counts towards its quarantine.
    pub fn is_plugins_fault(&self) -> bool {
        !matches!(self, Self::Host { .. })
    }

    /// Classifies an error that came out of a guest call.
    pub(crate) fn classify<S>(error: &wasmtime::Error, state: &mut HostState<S>) -> Self {
        let refused = state.limiter.take_refused();
        let panic = state.panic.take();
        let limits = &state.limits;
        let backtrace = error.downcast_ref::<WasmBacktrace>();
        let location = backtrace.and_then(guest_location);

        if error.is::<DeadlineExceeded>() {
            return Self::Deadline { limit: limits.call_deadline, location };
        }
        if let Some(not_granted) = error.downcast_ref::<NotGranted>() {
            return Self::NotGranted {
                import: not_granted.import.clone(),
                capability: not_granted.capability.clone(),
            };
        }
        if let Some(ContractViolation(message)) = error.downcast_ref() {
            return Self::ContractViolation { message: message.clone() };
        }
        if matches!(error.downcast_ref(), Some(ResourceTableError::Full)) {
            return Self::Handles { limit: limits.handles };
        }
        if is_host_call_bytes(error, state.reached) {
            return Self::HostCallBytes { limit: limits.host_call_bytes };
        }
        if let Some(I32Exit(status)) = error.downcast_ref() {
            let message = format!("called `exit` with status {status}");
            return Self::Trap { message, location, frames: frames(backtrace) };
        }
        let Some(trap) = error.downcast_ref::<Trap>() else {
            // A refused growth at instantiation comes as a plain error: the initial memory is over the limit.
            return match refused {
                Some(wanted) => Self::Memory { limit: limits.memory_bytes, wanted },
                None if is_guests(error, state.reached) => {
                    Self::Trap { message: root_message(error), location, frames: frames(backtrace) }
                }
                None => Self::Host { message: host_message(error, backtrace) },
            };
        };
        match (trap, refused, panic) {
            (Trap::StackOverflow, ..) => Self::Stack { location },
            (Trap::OutOfFuel, ..) => Self::Fuel { limit: limits.fuel.unwrap_or_default() },
            // An allocation that the limiter refused ends in an abort, with or without a panic before it.
            (Trap::UnreachableCodeReached, Some(wanted), _) => {
                Self::Memory { limit: limits.memory_bytes, wanted }
            }
            (_, _, Some(panic)) => {
                Self::Panic { message: panic.message, location: panic.location.or(location) }
            }
            (trap, ..) => Self::Trap { message: words(trap), location, frames: frames(backtrace) },
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline { limit, location } => {
                write!(f, "took longer than its deadline of {limit:?}")?;
                at(f, location.as_ref())
            }
            Self::Memory { limit, wanted } => {
                write!(f, "needed {} of memory, its limit is {}", Bytes(*wanted), Bytes(*limit))
            }
            Self::Stack { location } => {
                f.write_str("ran out of stack, mostly a recursion without end")?;
                at(f, location.as_ref())
            }
            Self::Fuel { limit } => write!(f, "used up its fuel of {limit} instructions"),
            Self::Handles { limit } => write!(f, "held more than {limit} handles, its limit"),
            Self::HostCallBytes { limit } => {
                write!(f, "passed more than {} to the host at once, its limit", Bytes(*limit))
            }
            Self::Panic { message, location } => {
                write!(f, "panicked: {message}")?;
                at(f, location.as_ref())
            }
            Self::Trap { message, location, frames } => {
                write!(f, "trapped: {message}")?;
                at(f, location.as_ref())?;
                match frames.first() {
                    Some(function) if location.is_none() => write!(f, " in `{function}`"),
                    _ => Ok(()),
                }
            }
            Self::NotGranted { import, capability } => {
                let line = capability.grant_line();
                write!(f, "called {import}, which is not granted: it needs `{line}` in [grants]")
            }
            Self::ContractViolation { message } => f.write_str(message),
            Self::Host { message } => write!(f, "failed in the host: {message}"),
        }
    }
}

fn at(f: &mut fmt::Formatter<'_>, location: Option<&Location>) -> fmt::Result {
    location.map_or(Ok(()), |location| write!(f, ", at {location}"))
}

/// Says in a call's closure that the plugin broke a rule that types cannot express, for example that two lists are of one length.
///
/// The call then fails as if the plugin had trapped: it counts against the plugin, and rolls back a generation on
/// probation. The words follow "it", as in "it breaks its contract: …".
///
/// ```
/// # let (rows, values) = (2, [1]);
/// # let check = || -> wasmtime::Result<()> {
/// if values.len() != rows {
///     return Err(witdock::ContractViolation(format!("gave {} values for {rows} rows", values.len())).into());
/// }
/// # Ok(()) };
/// # assert!(check().unwrap_err().is::<witdock::ContractViolation>());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it {0}")]
pub struct ContractViolation(pub String);

/// The epoch callback raises it when a call is over its time.
#[derive(Debug, thiserror::Error)]
#[error("the call's deadline has passed")]
pub(crate) struct DeadlineExceeded;

/// wasmtime keeps the type of this error to itself; the limits tests fail if its words change.
const HOST_CALL_BYTES_MESSAGE: &str = "too much data is being copied between the host and the guest: \
     fuel allocated for hostcalls has been exhausted";

/// Whether the runtime itself says so, and no host code: its error's type is private, and its text is not the application's to use.
fn is_host_call_bytes(error: &wasmtime::Error, reached: Reached) -> bool {
    let is_runtimes =
        !(reached == Reached::Application || reached == Reached::HostFunction && error.is::<WasmBacktrace>());
    is_runtimes && root_message(error) == HOST_CALL_BYTES_MESSAGE
}

/// The error with its causes, without the guest's stack beneath a host function.
fn host_message(error: &wasmtime::Error, backtrace: Option<&WasmBacktrace>) -> String {
    let stack = backtrace.map(ToString::to_string);
    let causes = error.chain().map(ToString::to_string).filter(|cause| Some(cause) != stack.as_ref());
    causes.collect::<Vec<_>>().join(": ")
}

fn root_message(error: &wasmtime::Error) -> String {
    error.root_cause().to_string()
}

/// The runtime's word for a trap, without its own prefix.
fn words(trap: &Trap) -> String {
    let text = trap.to_string();
    text.strip_prefix("wasm trap: ").unwrap_or(&text).to_owned()
}

/// The innermost frame that is in the plugin's own source and not in a standard library.
fn guest_location(backtrace: &WasmBacktrace) -> Option<Location> {
    const LIBRARIES: [&str; 4] = ["/rustc/", "/library/std/", "/library/core/", "/library/alloc/"];
    let symbols = || backtrace.frames().iter().flat_map(|frame| frame.symbols());
    symbols()
        .find(|symbol| {
            symbol.file().is_some_and(|file| {
                !LIBRARIES.iter().any(|library| file.contains(library)) && !file.contains("/registry/src/")
            })
        })
        .or_else(|| symbols().find(|symbol| symbol.file().is_some()))
        .and_then(|symbol| {
            Some(Location { file: symbol.file()?.to_owned(), line: symbol.line(), column: symbol.column() })
        })
}

/// More frames say nothing new to a person.
const MOST_FRAMES: usize = 12;

fn frames(backtrace: Option<&WasmBacktrace>) -> Vec<String> {
    backtrace
        .into_iter()
        .flat_map(WasmBacktrace::frames)
        .take(MOST_FRAMES)
        .map(|frame| {
            let name = frame.symbols().first().and_then(|symbol| symbol.name()).or_else(|| frame.func_name());
            name.map_or_else(|| format!("function {}", frame.func_index()), str::to_owned)
        })
        .collect()
}

/// Bytes as a person reads them.
struct Bytes(usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes >= 1 << 20 => write!(f, "{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
            bytes if bytes >= 1 << 10 => write!(f, "{:.1} KiB", bytes as f64 / f64::from(1 << 10)),
            bytes => write!(f, "{bytes} bytes"),
        }
    }
}

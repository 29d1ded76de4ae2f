//! The failures of calls.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::grants::Capability;
use crate::text::{self, keep_line, keep_name};

/// A place in a plugin's source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    /// The path of the file, as the guest's compiler recorded it.
    pub file: String,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::name(&self.file).fmt(f)?;
        for number in [self.line, self.column].into_iter().map_while(|number| number) {
            write!(f, ":{number}")?;
        }
        Ok(())
    }
}

/// A guest's panic message, passed through `witdock:plugin/log` before the trap.
#[derive(Clone, Debug)]
pub(crate) struct GuestPanic {
    pub(crate) message: String,
    pub(crate) location: Option<Location>,
}

/// Why a call failed. Its instance was dropped, and the next call starts a fresh one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Failure {
    /// The call took longer than [`Limits::call_deadline`](super::Limits::call_deadline).
    Deadline {
        /// The deadline that the call exceeded.
        limit: Duration,
        /// Where the guest was, if its code was running and has debug information.
        location: Option<Location>,
    },
    /// The guest needed more than [`Limits::memory_bytes`](super::Limits::memory_bytes).
    Memory {
        /// The limit, bytes.
        limit: usize,
        /// The total of all memories that was requested, bytes.
        wanted: usize,
    },
    /// The guest ran out of stack, probably by endless recursion.
    Stack {
        /// Where, if the guest has debug information.
        location: Option<Location>,
    },
    /// The call used more than [`Limits::fuel`](super::Limits::fuel).
    Fuel {
        /// The limit, in instructions.
        limit: u64,
    },
    /// The instance held more than [`Limits::handles`](super::Limits::handles).
    Handles {
        /// The limit, in handles.
        limit: usize,
    },
    /// The plugin held more than [`Limits::descriptors`](super::Limits::descriptors).
    Descriptors {
        /// The limit, in files, sockets, streams and listings of folders.
        limit: usize,
    },
    /// The component has more core instances, memories or tables than [`Limits`](super::Limits) allows in one instance.
    Parts {
        /// What it has too many of: `core instances`, `memories` or `tables`.
        what: &'static str,
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
        /// The panic message.
        message: String,
        /// The place of the panic, if it is known.
        location: Option<Location>,
    },
    /// The guest trapped without a panic message.
    Trap {
        /// The runtime's message for the trap.
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
        /// The missing capability.
        capability: Capability,
    },
    /// The application found that the guest's answer breaks the interface's rules: see [`ContractViolation`].
    ContractViolation {
        /// The application's message.
        message: String,
    },
    /// The host's side failed: a host function, or the closure of the call itself.
    Host {
        /// The error with its causes.
        message: String,
    },
}

impl Failure {
    /// Whether the plugin caused the failure, so that it counts towards its quarantine. False only for [`Failure::Host`].
    pub fn is_plugins_fault(&self) -> bool {
        !matches!(self, Self::Host { .. })
    }

    /// Cuts the guest's text in it: failures are kept in the status, in events and by those who listen.
    pub(crate) fn bounded(mut self) -> Self {
        let cut = |text: &mut String| *text = keep_line(std::mem::take(text));
        let cut_name = |text: &mut String| *text = keep_name(std::mem::take(text));
        match &mut self {
            Self::Panic { message, location } => {
                cut(message);
                location.iter_mut().for_each(|at| cut_name(&mut at.file));
            }
            Self::Trap { message, location, frames } => {
                cut(message);
                location.iter_mut().for_each(|at| cut_name(&mut at.file));
                frames.iter_mut().for_each(cut_name);
            }
            Self::Deadline { location, .. } | Self::Stack { location } => {
                location.iter_mut().for_each(|at| cut_name(&mut at.file));
            }
            Self::NotGranted { import, .. } => cut_name(import),
            Self::ContractViolation { message } | Self::Host { message } => cut(message),
            Self::Memory { .. }
            | Self::Fuel { .. }
            | Self::Handles { .. }
            | Self::Descriptors { .. }
            | Self::Parts { .. }
            | Self::HostCallBytes { .. } => {}
        }
        self
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
                f.write_str("ran out of stack, probably by endless recursion")?;
                at(f, location.as_ref())
            }
            Self::Fuel { limit } => write!(f, "used up its fuel of {limit} instructions"),
            Self::Handles { limit } => write!(f, "held more than {limit} handles, its limit"),
            Self::Descriptors { limit } => {
                write!(f, "held more than {limit} files, sockets and streams, its limit")
            }
            Self::Parts { what, limit } => write!(f, "has more than {limit} {what}, its limit"),
            Self::HostCallBytes { limit } => {
                write!(f, "passed more than {} to the host at once, its limit", Bytes(*limit))
            }
            Self::Panic { message, location } => {
                write!(f, "panicked: {}", text::line(message))?;
                at(f, location.as_ref())
            }
            Self::Trap { message, location, frames } => {
                write!(f, "trapped: {}", text::line(message))?;
                at(f, location.as_ref())?;
                match frames.first() {
                    Some(function) if location.is_none() => write!(f, " in `{}`", text::name(function)),
                    _ => Ok(()),
                }
            }
            Self::NotGranted { import, capability } => {
                let line = capability.grant_line();
                write!(
                    f,
                    "called {}, which is not granted: it needs `{line}` in [grants]",
                    text::name(import)
                )
            }
            Self::ContractViolation { message } => text::line(message).fmt(f),
            Self::Host { message } => write!(f, "failed in the host: {}", text::line(message)),
        }
    }
}

fn at(f: &mut fmt::Formatter<'_>, location: Option<&Location>) -> fmt::Result {
    location.map_or(Ok(()), |location| write!(f, ", at {location}"))
}

/// An error for a call's closure: the plugin broke a rule that types cannot express, for example that two lists have equal lengths.
///
/// The call then fails as if the plugin had trapped: it counts against the plugin, and rolls back a generation on
/// probation. The text follows the word "it", as in "it breaks its contract: …".
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

/// Formats a number of bytes with a binary unit.
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

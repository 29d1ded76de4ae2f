//! Turns a `wasmtime::Error` into a [`Failure`]: here, once, and nowhere else.

use wasmtime::component::ResourceTableError;
use wasmtime::{FrameSymbol, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use super::blame::{Reached, is_guests};
use super::descriptors::TooManyDescriptors;
use super::failure::{ContractViolation, Failure, Location};
use super::host_state::HostState;
use super::limits::Limits;
use crate::grants::NotGranted;

impl Failure {
    /// Classifies an error that came out of a guest call.
    pub(crate) fn classify<S>(error: &wasmtime::Error, state: &mut HostState<S>) -> Self {
        Self::of(error, state).bounded()
    }

    fn of<S>(error: &wasmtime::Error, state: &mut HostState<S>) -> Self {
        let refused = state.limiter.take_refused();
        let panic = state.panic.take();
        let limits = &state.limits;
        let backtrace = error.downcast_ref::<WasmBacktrace>();
        let location = backtrace.and_then(|backtrace| innermost_own(&places(backtrace)));

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
        if error.is::<TooManyDescriptors>() {
            return Self::Descriptors { limit: limits.descriptors };
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
                None if let Some((what, limit)) = too_many_parts(error, limits) => {
                    Self::Parts { what, limit }
                }
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

/// The error of the epoch callback when a call exceeds its deadline.
#[derive(Debug, thiserror::Error)]
#[error("the call's deadline has passed")]
pub(crate) struct DeadlineExceeded;

/// The type of this error is private to wasmtime. The limits tests fail if its message changes.
const HOST_CALL_BYTES_MESSAGE: &str = "too much data is being copied between the host and the guest: \
     fuel allocated for hostcalls has been exhausted";

/// Whether this is the runtime's error, rather than a host function's error with the same text.
fn is_host_call_bytes(error: &wasmtime::Error, reached: Reached) -> bool {
    let is_runtimes =
        !(reached == Reached::Application || reached == Reached::HostFunction && error.is::<WasmBacktrace>());
    is_runtimes && root_message(error) == HOST_CALL_BYTES_MESSAGE
}

/// The beginnings of the runtime's messages about a store with too many parts; their error has no type. The limits tests fail if
/// they change.
const TOO_MANY_PARTS: [(&str, &str); 3] = [
    ("resource limit exceeded: instance count too high at ", "core instances"),
    ("resource limit exceeded: memory count too high at ", "memories"),
    ("resource limit exceeded: table count too high at ", "tables"),
];

/// What an instance has too many of, with the limit.
fn too_many_parts(error: &wasmtime::Error, limits: &Limits) -> Option<(&'static str, usize)> {
    let message = root_message(error);
    let (_, what) = TOO_MANY_PARTS.into_iter().find(|(start, _)| message.starts_with(start))?;
    let limit = match what {
        "memories" => limits.memories,
        "tables" => limits.tables,
        _ => limits.core_instances,
    };
    Some((what, limit))
}

/// The error with its causes, without the guest's stack of a host function.
fn host_message(error: &wasmtime::Error, backtrace: Option<&WasmBacktrace>) -> String {
    let stack = backtrace.map(ToString::to_string);
    let causes = error.chain().map(ToString::to_string).filter(|cause| Some(cause) != stack.as_ref());
    causes.collect::<Vec<_>>().join(": ")
}

fn root_message(error: &wasmtime::Error) -> String {
    error.root_cause().to_string()
}

/// The runtime's message for a trap, without its prefix.
fn words(trap: &Trap) -> String {
    let text = trap.to_string();
    text.strip_prefix("wasm trap: ").unwrap_or(&text).to_owned()
}

/// Where the guest was: for each frame of its stack the functions that are there, of which all but the last are inlined. The innermost
/// comes first.
pub(crate) type Places = Vec<Vec<Place>>;

/// A function of a guest's source, with the place in it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) function: Option<String>,
    pub(crate) location: Option<Location>,
}

/// The frames whose places are looked up. Those of a standard library's panic are a dozen.
const MOST_OFFSETS: usize = 48;

/// The places of the guest's stack in the component's bytes, if the engine has not looked them up.
pub(crate) fn offsets(error: &wasmtime::Error) -> Vec<u64> {
    let frames = error.downcast_ref::<WasmBacktrace>().into_iter().flat_map(WasmBacktrace::frames);
    frames
        .take(MOST_OFFSETS)
        .map(|frame| frame.module_offset().map_or(u64::MAX, |offset| offset as u64))
        .collect()
}

impl Failure {
    /// Whether its place in the source is missing.
    pub(crate) fn is_unlocated(&self) -> bool {
        match self {
            Self::Deadline { location, .. }
            | Self::Stack { location }
            | Self::Panic { location, .. }
            | Self::Trap { location, .. } => location.is_none(),
            _ => false,
        }
    }

    /// Adds the place in the source, and the names of its functions.
    pub(crate) fn locate(&mut self, places: &Places) {
        let found = innermost_own(places);
        match self {
            Self::Deadline { location, .. } | Self::Stack { location } | Self::Panic { location, .. } => {
                *location = found
            }
            Self::Trap { location, frames, .. } => {
                *location = found;
                for (frame, places) in frames.iter_mut().zip(places) {
                    if let Some(name) = places.first().and_then(|place| place.function.as_ref()) {
                        frame.clone_from(name);
                    }
                }
            }
            _ => {}
        }
    }
}

/// What the engine has looked up.
fn places(backtrace: &WasmBacktrace) -> Places {
    let place = |symbol: &FrameSymbol| Place {
        function: symbol.name().map(str::to_owned),
        location: symbol.file().map(|file| Location {
            file: file.to_owned(),
            line: symbol.line(),
            column: symbol.column(),
        }),
    };
    backtrace.frames().iter().map(|frame| frame.symbols().iter().map(place).collect()).collect()
}

/// The innermost place that is in the plugin's own source and not in a library.
fn innermost_own(places: &Places) -> Option<Location> {
    const LIBRARIES: [&str; 5] =
        ["/rustc/", "/library/std/", "/library/core/", "/library/alloc/", "/registry/src/"];
    let locations = || places.iter().flatten().filter_map(|place| place.location.as_ref());
    let is_own = |location: &&Location| !LIBRARIES.iter().any(|library| location.file.contains(library));
    locations().find(is_own).or_else(|| locations().next()).cloned()
}

/// The number of frames in a report; the outer ones are rarely useful.
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

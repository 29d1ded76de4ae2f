//! What a program asks of its worker.

use serde::{Deserialize, Serialize};
use wasmtime::{Config, Engine, WasmBacktraceDetails};

use super::error::Preparation;

/// The settings of an engine, the same in the program and in its worker: code is compiled for one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EngineSettings {
    pub(crate) fuel: bool,
    pub(crate) stack_bytes: usize,
    /// Whether the engine itself finds source lines. Otherwise it keeps no debug information, and a worker finds them.
    pub(crate) symbols: bool,
}

impl EngineSettings {
    pub(crate) fn engine(self) -> wasmtime::Result<Engine> {
        let mut config = Config::new();
        config
            .epoch_interruption(true)
            .consume_fuel(self.fuel)
            .max_wasm_stack(self.stack_bytes)
            // Host functions run on the same fiber, above the guest's frames.
            .async_stack_size(self.stack_bytes.saturating_add(1536 << 10))
            .wasm_backtrace_details(match self.symbols {
                true => WasmBacktraceDetails::Enable,
                false => WasmBacktraceDetails::Disable,
            });
        Engine::new(&config)
    }
}

/// The first message: the worker's limits, and what it compiles for. A component follows.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Setup {
    pub(super) engine: Option<EngineSettings>,
    pub(super) memory_bytes: u64,
    pub(super) seconds: u64,
}

/// A request about the component.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Compare it with a world and further ones, as [`check`](crate::check()) does.
    Check { world: Vec<u8>, services: Vec<Vec<u8>> },
    /// Convert it from a core module, if it is one, check it by itself, and decode its types.
    Read,
    /// Find the symbols of these places in its bytes. The answer has them, as JSON.
    Symbols { offsets: Vec<u64> },
    /// Compile it. The answer has the code.
    Compile,
}

impl Request {
    pub(super) fn preparation(&self) -> Preparation {
        match self {
            Self::Check { .. } => Preparation::Check,
            Self::Read => Preparation::Read,
            Self::Symbols { .. } => Preparation::Symbols,
            Self::Compile => Preparation::Compile,
        }
    }
}

//! Misbehaves as its settings say, for testing the host's limits and checks.
//!
//! ```toml
//! [stage.settings]
//! fault = "loop"      # see `Fault`; "none" works correctly
//! at = "process"      # the default; or "describe", "open", "finish"
//! after = 2           # good batches before it, 0 by default
//! ```
//!
//! Without a fault it passes all columns through and makes two: `number`, the row's number in its batch, and `text`, the
//! same as text. It reads the first column. It uses the generated bindings directly, because the SDK
//! would refuse most of these faults.

#[allow(unsafe_code, reason = "generated: the canonical ABI is unsafe code")]
mod bindings {
    wit_bindgen::generate!({
        world: "witdock:etl/transformer",
        path: ["../../../wit/plugin", "../../../wit/etl"],
        generate_all,
    });

    #[cfg(target_family = "wasm")]
    export!(Component with_types_in self);

    #[cfg(target_family = "wasm")]
    use super::Component;
}
mod columns;
mod lies;
mod settings;
mod trouble;

use bindings::exports::witdock::etl::transform::{Guest, GuestSession};
use bindings::witdock::etl::types::{Batch, Contract, Error, Field, Output};
use settings::{Phase, Settings};
use std::cell::Cell;

/// The component.
#[derive(Debug)]
pub struct Component;

/// A run.
#[derive(Debug)]
pub struct Session {
    settings: Settings,
    batches: Cell<u64>,
}

impl Guest for Component {
    type Session = Session;

    fn describe(input: Vec<Field>, settings: String) -> Result<Contract, Error> {
        witdock_guest::init();
        let settings = Settings::parse(&settings)?;
        trouble::cause(&settings, Phase::Describe)?;
        Ok(lies::contract(settings.fault, input.len()))
    }
}

impl GuestSession for Session {
    fn new(_input: Vec<Field>, settings: String) -> Self {
        witdock_guest::init();
        let settings = Settings::parse(&settings).unwrap_or_default();
        // A constructor cannot return an error, so only faults that do not return work here.
        let _ = trouble::cause(&settings, Phase::Open);
        Session { settings, batches: Cell::new(0) }
    }

    fn process(&self, input: Batch) -> Result<Output, Error> {
        let batches = self.batches.get();
        self.batches.set(batches + 1);
        let output = columns::honest(input.rows);
        if batches < self.settings.after {
            return Ok(output);
        }
        trouble::cause(&self.settings, Phase::Process)?;
        Ok(lies::output(self.settings.fault, input.rows, output))
    }

    fn finish(&self) -> Result<Output, Error> {
        trouble::cause(&self.settings, Phase::Finish)?;
        Ok(columns::nothing())
    }
}

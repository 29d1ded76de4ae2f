//! Faults that use up time, memory or the instance.

use crate::bindings::witdock::etl::{lookup, types::Error};
use crate::settings::{Fault, Phase, Settings};
use std::hint::black_box;

const MIB: usize = 1 << 20;

/// Causes the fault of the settings, if this is the call for it. Otherwise it returns a correct result.
#[expect(clippy::panic, reason = "it is what the settings ask for")]
pub(crate) fn cause(settings: &Settings, phase: Phase) -> Result<(), Error> {
    if settings.at != phase {
        return Ok(());
    }
    match settings.fault {
        Fault::Loop => loop {
            black_box(phase);
        },
        Fault::Allocate => {
            let mut taken = Vec::new();
            loop {
                taken.push(black_box(vec![1_u8; MIB]));
            }
        }
        Fault::Panic => panic!("the settings ask for a panic in {phase:?}"),
        Fault::Trap => trap(),
        Fault::Stack => {
            black_box(recurse(0, black_box(u64::MAX)));
            Ok(())
        }
        Fault::FloodLog => {
            (0..1_000_000).for_each(|line| witdock_guest::log::error!("line {line} of a million"));
            Ok(())
        }
        Fault::Handles => {
            let mut tables = Vec::new();
            loop {
                tables.push(lookup::open(&settings.table).map_err(|error| Error::Data(error.to_string()))?);
            }
        }
        Fault::BigHostCall => {
            let text = "x".repeat(settings.bytes.unwrap_or(256 * MIB));
            witdock_guest::log::error!("{text}");
            Ok(())
        }
        Fault::Error => Err(Error::Data("the settings ask for an error".to_owned())),
        _ => Ok(()),
    }
}

/// Traps without a division, because Rust checks for zero and panics. A separate function, so that the trap keeps its line.
#[inline(never)]
fn trap() -> ! {
    std::process::abort()
}

/// Recurses on WebAssembly's stack: the state is in locals, and the rotation prevents tail-call optimization.
#[inline(never)]
fn recurse(depth: u64, deepest: u64) -> u64 {
    if depth == deepest {
        return depth;
    }
    recurse(depth + 1, deepest).rotate_left(1) ^ depth
}

//! Writes valid components of any kind to a folder: `witdock-smith FOLDER COUNT [SEED]`.

use std::path::PathBuf;
use std::process::ExitCode;

use arbitrary::Unstructured;
use wasm_smith::{Component, Config};

/// The fewest bytes of a component.
const LEAST_BYTES: usize = 100;
/// The most bytes that a component is made from.
const MOST_BYTES: u64 = 8_000;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(Ok(count))) = (arguments.next(), arguments.next().map(|count| count.parse::<u64>())) else {
        eprintln!("usage: witdock-smith FOLDER COUNT [SEED]");
        return ExitCode::FAILURE;
    };
    let seed = arguments.next().and_then(|seed| seed.parse().ok()).unwrap_or(1_u64);
    match write(&PathBuf::from(folder), count, seed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &std::path::Path, count: u64, seed: u64) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut random = seed;
    let mut next = move || {
        // xorshift
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    let mut number = 0;
    while number < count {
        let length = 200 + next() % MOST_BYTES;
        let bytes: Vec<u8> = (0..length).map(|_| next().to_le_bytes()[3]).collect();
        let component = Component::new(Config::default(), &mut Unstructured::new(&bytes));
        let component = component.map(|component| component.to_bytes()).unwrap_or_default();
        // Many are empty, or nearly so.
        if component.len() >= LEAST_BYTES {
            std::fs::write(folder.join(format!("smith-{number:06}.wasm")), component)?;
            number += 1;
        }
    }
    Ok(())
}

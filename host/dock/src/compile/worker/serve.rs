//! The worker's side: answers requests until its input ends.

use std::io::{self, Read, Write};

use wasmtime::Engine;

use super::confine::confine;
use super::request::{Request, Setup};
use super::{dwarf, frame};
use crate::check;
use crate::source::Artifact;

/// The stack on which a worker reads components. Less than what any thread of a program has, so that what the worker survives,
/// the program does too.
const STACK_BYTES: usize = 1 << 20;

/// An answer, in a frame of its own before the compiled code.
pub(super) type Answer = Result<(), String>;

/// Serves the program that started this process.
///
/// # Errors
///
/// When the pipes to the program break.
pub(super) fn run() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let Some(setup) = frame::read_value::<Setup>(&mut input)? else { return Ok(()) };
    confine(&setup);
    let engine = setup.engine.map(|settings| settings.engine()).transpose().map_err(io::Error::other)?;
    let component = frame::read(&mut input)?.unwrap_or_default();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        // Its input is read there too: a lock does not move between threads.
        drop(input);
        let serving =
            thread.spawn_scoped(scope, || serve(&mut io::stdin().lock(), engine.as_ref(), &component))?;
        serving.join().unwrap_or_else(|_| Err(io::Error::other("the worker panicked")))
    })
}

fn serve(input: &mut impl Read, engine: Option<&Engine>, component: &[u8]) -> io::Result<()> {
    let mut output = io::stdout().lock();
    while let Some(request) = frame::read_value::<Request>(input)? {
        let result = answer(request, engine, component);
        frame::write_value(&mut output, &result.as_ref().map(drop).map_err(String::as_str))?;
        if let Ok(Some(code)) = result {
            frame::write(&mut output, &code)?;
        }
        output.flush()?;
    }
    Ok(())
}

fn answer(request: Request, engine: Option<&Engine>, component: &[u8]) -> Result<Option<Vec<u8>>, String> {
    match request {
        // What these find is found again by the program, which has the types for it.
        Request::Check { world, services } => {
            let services: Vec<&[u8]> = services.iter().map(Vec::as_slice).collect();
            let described = check::check_scanned(component, &world, &services);
            drop(described.map_err(|misfit| misfit.to_string()));
            Ok(None)
        }
        Request::Read => {
            if let Ok(artifact) = Artifact::from_wasm(component.to_vec()) {
                drop(check::read(artifact.bytes()));
                drop(wit_parser::decoding::decode(artifact.bytes()));
            }
            Ok(None)
        }
        Request::Symbols { offsets } => {
            let found = dwarf::find(component, &offsets);
            serde_json::to_vec(&found).map(Some).map_err(|error| error.to_string())
        }
        Request::Compile => {
            let engine = engine.ok_or("no engine")?;
            engine.precompile_component(component).map(Some).map_err(|error| format!("{error:#}"))
        }
    }
}

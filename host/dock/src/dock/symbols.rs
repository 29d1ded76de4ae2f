//! Adds source lines to failures, where the engine has not looked them up.

use crate::Failure;
use crate::compile::Symbols;
use crate::instance::{Location, Place, Places, offsets};

/// Adds the lines to a failure that came from this error. Waits for a worker, if there is anything to find.
pub(crate) async fn locate(failure: &mut Failure, error: &wasmtime::Error, symbols: &Symbols) {
    if symbols.are_known() && failure.is_unlocated() {
        let (symbols, offsets) = (symbols.clone(), offsets(error));
        // It fails when the runtime shuts down.
        if let Ok(Some(places)) = tokio::task::spawn_blocking(move || find(&symbols, offsets)).await {
            failure.locate(&places);
        }
    }
}

/// [`locate`] for a caller that blocks.
pub(crate) fn locate_blocking(failure: &mut Failure, error: &wasmtime::Error, symbols: &Symbols) {
    if symbols.are_known()
        && failure.is_unlocated()
        && let Some(places) = find(symbols, offsets(error))
    {
        failure.locate(&places);
    }
}

fn find(symbols: &Symbols, offsets: Vec<u64>) -> Option<Places> {
    let found = symbols
        .find(offsets)
        .inspect_err(|error| tracing::warn!("the plugin's debug information cannot be read: {error}"))
        .ok()?;
    let places = found.into_iter().map(|symbols| {
        let place = |symbol: crate::compile::Symbol| Place {
            location: symbol.file.map(|file| Location { file, line: symbol.line, column: symbol.column }),
            function: symbol.function,
        };
        symbols.into_iter().map(place).collect()
    });
    Some(places.collect())
}

//! The async runtime that the dock needs, for commands that are not async.

use std::future::Future;

use anyhow::Context;

/// Runs a future to completion on a new runtime.
///
/// # Errors
///
/// When the system cannot provide threads or timers.
pub(crate) fn block_on<R>(future: impl Future<Output = R>) -> anyhow::Result<R> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the async runtime")?;
    Ok(runtime.block_on(future))
}

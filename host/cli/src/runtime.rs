//! The async runtime that the dock needs, for commands that are not async themselves.

use std::future::Future;

use anyhow::Context;

/// Runs a future to its end.
///
/// # Errors
///
/// When the system gives no threads or timers.
pub(crate) fn block_on<R>(future: impl Future<Output = R>) -> anyhow::Result<R> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the async runtime cannot be started")?;
    Ok(runtime.block_on(future))
}

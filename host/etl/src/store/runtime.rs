//! Requests run on threads of their own, so that whoever waits for one may do so from any thread, also from one of another runtime.

use std::future::Future;
use std::sync::OnceLock;
use std::sync::mpsc::sync_channel;

use tokio::runtime::{Builder, Runtime};

use super::error::StoreError;

static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();

fn runtime() -> Result<&'static Runtime, StoreError> {
    let started = RUNTIME.get_or_init(|| {
        // The provider of the databases' TLS. Another one that is there stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let built =
            Builder::new_multi_thread().worker_threads(2).thread_name("witdock-store").enable_all().build();
        built.map_err(|error| error.to_string())
    });
    started.as_ref().map_err(|error| StoreError::new(format!("cannot start threads: {error}")))
}

/// Starts a task.
pub(super) fn spawn(task: impl Future<Output = ()> + Send + 'static) -> Result<(), StoreError> {
    runtime()?.spawn(task);
    Ok(())
}

/// Runs a future to its end, and blocks this thread meanwhile.
pub(super) fn wait<T: Send + 'static>(
    future: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    let (sender, receiver) = sync_channel(1);
    spawn(async move {
        // Nobody may wait any more.
        let _ = sender.send(future.await);
    })?;
    receiver.recv().unwrap_or_else(|_| Err(StoreError::new("the request was cancelled")))
}

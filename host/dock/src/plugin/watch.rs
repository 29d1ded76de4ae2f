//! Watches a plugin's source and reloads it when it has changed and come to rest.

use std::sync::Arc;

use wasmtime_wasi::runtime::AbortOnDropJoinHandle;

use super::core::Core;
use super::error::LoadError;
use super::event::Event;
use super::reload::{self, Trigger};
use crate::Interface;
use crate::source::{Change, Changes, SETTLE_PROJECT, Source, WatchError};

/// How often a component that ends too early is read again, without a byte more, before it is reported.
const INCOMPLETE_RETRIES: u32 = 40;

/// Follows the source's files and reloads the plugin, for as long as the task is kept.
pub(crate) fn follow<I: Interface>(core: &Arc<Core<I>>) -> Result<AbortOnDropJoinHandle<()>, WatchError> {
    let changes = Changes::of(&core.settings.source)?;
    Ok(core.settings.runtime.spawn(reload_on_change(Arc::downgrade(core), changes)).into())
}

async fn reload_on_change<I: Interface>(core: std::sync::Weak<Core<I>>, mut changes: Changes) {
    loop {
        let change = changes.next().await;
        let Some(core) = core.upgrade() else { return };
        match change {
            Change::Settled => reload_complete(&core, &mut changes).await,
            Change::Failed { message } => core.tell(Event::WatchFailed { message }),
        }
    }
}

/// Reloads, once a component that is still being written is complete. The status says how it ended.
async fn reload_complete<I: Interface>(core: &Arc<Core<I>>, changes: &mut Changes) {
    let (mut written, mut retries) = (None, 0);
    while let Some(bytes) = half_written(&core.settings.source).await {
        retries = if written == Some(bytes) { retries + 1 } else { 0 };
        written = Some(bytes);
        if retries == INCOMPLETE_RETRIES {
            break;
        }
        // Longer than a settled change takes: whoever writes it has time to go on.
        tokio::time::sleep(SETTLE_PROJECT).await;
        changes.settle().await;
    }
    if let Err(error) = reload::reload(core, Trigger::Watch).await {
        match error {
            LoadError::Stopped { .. } => {}
            error => tracing::warn!(plugin = &*core.settings.name, "reload rejected: {error}"),
        }
    }
}

/// The size of a component file that is missing, empty or ends within a section. A built folder is complete when its build has
/// ended.
async fn half_written(source: &Source) -> Option<usize> {
    let Source::Component { path, .. } = source else { return None };
    let Ok(bytes) = tokio::fs::read(path).await else { return Some(0) };
    let ends_early =
        bytes.is_empty() || wasmparser::Parser::new(0).parse_all(&bytes).any(|payload| payload.is_err());
    ends_early.then_some(bytes.len())
}

//! Watches a plugin's source and reloads the plugin after a change has settled.

use std::sync::{Arc, Weak};

use wasmtime_wasi::runtime::AbortOnDropJoinHandle;

use super::core::Core;
use super::error::LoadError;
use super::event::Event;
use super::linked::fit;
use super::reload::{self, Trigger};
use super::status::Phase;
use crate::Interface;
use crate::foreign::{self, LARGEST_COMPONENT};
use crate::source::{Change, Changes, SETTLE_PROJECT, Source, WatchError};

/// How often a component that ends within a section is read again, without a byte more, before it is reported.
const INCOMPLETE_RETRIES: u32 = 40;
/// The same for one that is well formed and does not fit: its writer may have paused at the end of a section.
const UNFIT_RETRIES: u32 = 4;

/// Follows the source's files and reloads the plugin, for as long as the task is kept.
pub(crate) fn follow<I: Interface>(core: &Arc<Core<I>>) -> Result<AbortOnDropJoinHandle<()>, WatchError> {
    let changes = Changes::of(&core.settings.source)?;
    Ok(core.settings.runtime.spawn(reload_on_change(Arc::downgrade(core), changes)).into())
}

async fn reload_on_change<I: Interface>(core: Weak<Core<I>>, mut changes: Changes) {
    loop {
        let change = changes.next().await;
        loop {
            let Some(core) = core.upgrade() else { return };
            match &change {
                Change::Settled => match reload_complete(&core, &mut changes).await {
                    Outcome::Decided => break,
                    // The plugin's owner may revive it: the change is not lost.
                    Outcome::Stopped => {}
                },
                Change::Failed { message } => {
                    core.tell(Event::WatchFailed { message: message.clone() });
                    break;
                }
            }
            let mut status = core.status.subscribe();
            drop(core);
            // Fails once the plugin is dropped, which the next upgrade finds.
            drop(status.wait_for(|status| status.phase != Phase::Stopped).await);
            changes.settle().await;
        }
    }
}

/// What has come of a change.
enum Outcome {
    /// It was loaded or rejected.
    Decided,
    /// The plugin was stopped before that.
    Stopped,
}

/// Reloads, once a component that is still being written is complete. The status shows the outcome.
async fn reload_complete<I: Interface>(core: &Arc<Core<I>>, changes: &mut Changes) -> Outcome {
    let (mut written, mut retries) = (None, 0);
    while let Some((bytes, most)) = unfinished::<I>(&core.settings.source).await {
        retries = if written == Some(bytes) { retries + 1 } else { 0 };
        written = Some(bytes);
        if retries >= most {
            break;
        }
        // Longer than a change takes to settle, so that the writer can continue.
        tokio::time::sleep(SETTLE_PROJECT).await;
        changes.settle().await;
    }
    match reload::reload(core, Trigger::Watch).await {
        Err(LoadError::Stopped { .. }) => return Outcome::Stopped,
        Err(error) => tracing::warn!(plugin = &*core.settings.name, "reload rejected: {error}"),
        Ok(_) => {}
    }
    Outcome::Decided
}

/// The size of a component file that may still be being written, and how often to read it again if it stays so. A built folder is
/// complete when its build has ended.
async fn unfinished<I: Interface>(source: &Source) -> Option<(usize, u32)> {
    let Source::Component { path, .. } = source else { return None };
    let path = path.clone();
    let read = tokio::task::spawn_blocking(move || foreign::read(&path, LARGEST_COMPONENT)).await;
    let Ok(Ok(bytes)) = read else { return Some((0, INCOMPLETE_RETRIES)) };
    let ends_early =
        bytes.is_empty() || wasmparser::Parser::new(0).parse_all(&bytes).any(|payload| payload.is_err());
    if ends_early {
        return Some((bytes.len(), INCOMPLETE_RETRIES));
    }
    fit::<I>(&bytes).is_err().then_some((bytes.len(), UNFIT_RETRIES))
}

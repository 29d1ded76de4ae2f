//! Saves a plugin's state for a checkpoint, and restores it in a fresh instance.

use std::sync::Arc;

use wasmtime::Store;

use super::call::{self, attempt, use_instance};
use super::core::Core;
use super::error::{CallError, CallErrorKind};
use super::generation::Member;
use super::instance::Instance;
use crate::instance::{Handover, NextStop, Stateful, Timing};
use crate::text::keep_line;
use crate::{HostState, Interface};

/// A plugin's answer to `save` or `restore`, with its message as the error.
pub(crate) type Answer<T> = Result<T, String>;

/// Asks the running instance for its state. `None` when the plugin keeps none.
pub(crate) async fn save<I: Interface>(core: &Arc<Core<I>>) -> Result<Option<Vec<u8>>, CallError> {
    if !core.current().linked.keeps_state {
        return Ok(None);
    }
    let saved: Answer<Option<Vec<u8>>> = use_instance(
        core,
        SAVE,
        async |_: &I, state: Option<&Stateful>, store: &mut Store<HostState<I::State>>| {
            match state {
                Some(state) => Ok(save_in(state, store).await?.map(Some)),
                // A new generation without state serves now.
                None => Ok(Ok(None)),
            }
        },
    )
    .await?;
    saved.map_err(|words| core.error(SAVE, CallErrorKind::State { words }))
}

/// Replaces the running instance with a fresh one of the current generation, and restores this state in it.
pub(crate) async fn restart_with_state<I: Interface>(
    core: &Arc<Core<I>>,
    saved: Option<&[u8]>,
) -> Result<(), CallError> {
    let error = |kind| core.error(RESTORE, kind);
    core.admit().map_err(error)?;
    let all = core.settings.instances.count();
    let _quiet = core.turn(all).await.map_err(error)?;
    loop {
        let (generation, stop) = core.begin_fresh().map_err(error)?;
        let mut instance = call::start(core, &generation, RESTORE, stop).await?;
        instance.store.data_mut().handover = Handover::None;
        if let Some(saved) = saved {
            let Some(restored) = restore_into(core, &mut instance, saved, stop).await else {
                let words = "it exports no `witdock:plugin/state` to restore a state with".to_owned();
                return Err(error(CallErrorKind::State { words }));
            };
            let answer = restored.map_err(|ended| call::failed(core, &generation, RESTORE, ended))?;
            answer.map_err(|words| error(CallErrorKind::State { words }))?;
        }
        // A pool may have been reloaded meanwhile.
        if core.replace_idle(Member { instance, generation }) {
            return Ok(());
        }
    }
}

/// Restores a state in an instance that no call uses. `None` if the instance does not take state.
pub(crate) async fn restore_into<I: Interface>(
    core: &Core<I>,
    instance: &mut Instance<I>,
    saved: &[u8],
    stop: NextStop<'_>,
) -> Option<Result<Answer<()>, call::Ended>> {
    instance.state.as_ref()?;
    let row = core.row(RESTORE);
    let restored = attempt(
        core,
        instance,
        row,
        Timing::Exact,
        stop,
        async |_: &I, state: Option<&Stateful>, store: &mut Store<HostState<I::State>>| match state {
            Some(state) => state.witdock_plugin_state().call_restore(store, saved).await,
            None => Ok(Ok(())),
        },
    );
    let answer = restored.await.inspect(|_| {
        let state = instance.store.data_mut();
        state.handover = Handover::Kept;
        core.record(row, state.call_time(), true);
    });
    Some(answer.map(|answer| answer.map_err(keep_line)))
}

/// Asks an instance for its state.
pub(crate) async fn save_in<S: Send + 'static>(
    state: &Stateful,
    store: &mut Store<HostState<S>>,
) -> wasmtime::Result<Answer<Vec<u8>>> {
    Ok(state.witdock_plugin_state().call_save(store).await?.map_err(keep_line))
}

/// The names of these uses in errors and statistics.
pub(crate) const SAVE: &str = "save";
pub(crate) const RESTORE: &str = "restore";

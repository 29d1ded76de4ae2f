//! Saves a plugin's state for a checkpoint, and restores it in a fresh instance.

use std::pin::{Pin, pin};
use std::sync::Arc;

use tokio::sync::futures::Notified;
use wasmtime::Store;

use super::call::{self, Used, attempt, use_instance};
use super::core::{Admission, Core};
use super::error::{CallError, CallErrorKind};
use super::generation::Member;
use super::instance::Instance;
use crate::instance::{Handover, Stateful, Timing};
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
    let _quiet = core.permits.acquire_many(all).await.map_err(|_| error(CallErrorKind::Stopped))?;
    loop {
        let Admission { generation, stop, .. } = core.begin_fresh().map_err(error)?;
        let mut stop = pin!(stop);
        let mut instance = call::start(core, &generation, RESTORE, stop.as_mut()).await?;
        instance.store.data_mut().handover = Handover::None;
        if let Some(saved) = saved {
            let Some(used) = restore_into(core, instance, saved, stop).await else {
                let words = "it exports no `witdock:plugin/state` to restore a state with".to_owned();
                return Err(error(CallErrorKind::State { words }));
            };
            let used = used.map_err(|ended| call::failed(core, &generation, RESTORE, ended))?;
            core.record(RESTORE, used.time, true);
            used.value.map_err(|words| error(CallErrorKind::State { words }))?;
            instance = used.instance;
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
    instance: Box<Instance<I>>,
    saved: &[u8],
    stop: Pin<&mut Notified<'_>>,
) -> Option<Result<Used<I, Answer<()>>, call::Ended>> {
    instance.state.as_ref()?;
    let restored = attempt(
        core,
        instance,
        RESTORE,
        Timing::Exact,
        stop,
        async |_: &I, state: Option<&Stateful>, store: &mut Store<HostState<I::State>>| match state {
            Some(state) => state.witdock_plugin_state().call_restore(store, saved).await,
            None => Ok(Ok(())),
        },
    );
    Some(restored.await.map(|mut used| {
        used.instance.store.data_mut().handover = Handover::Kept;
        used
    }))
}

/// Asks an instance for its state.
pub(crate) async fn save_in<S: Send + 'static>(
    state: &Stateful,
    store: &mut Store<HostState<S>>,
) -> wasmtime::Result<Answer<Vec<u8>>> {
    state.witdock_plugin_state().call_save(store).await
}

/// The names of these uses in errors and statistics.
pub(crate) const SAVE: &str = "save";
pub(crate) const RESTORE: &str = "restore";

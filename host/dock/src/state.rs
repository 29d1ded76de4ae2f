//! A plugin's state outside of a reload: taken for a checkpoint, and given back to a fresh instance.

use std::sync::Arc;

use crate::Interface;
use crate::call::{admit, note_failure};
use crate::core::Core;
use crate::error::{CallError, CallErrorKind};
use crate::failure::Failure;
use crate::generation::Generation;
use crate::instance::{Live, within_limits};

/// Asks the running instance for its state. `None` when the plugin keeps none.
pub(crate) async fn save<I: Interface>(core: &Arc<Core<I>>) -> Result<Option<Vec<u8>>, CallError> {
    let (refuse, generation) = (refusal(core, "save"), core.current());
    if !generation.linked.keeps_state {
        return Ok(None);
    }
    admit(core).map_err(&refuse)?;
    let Ok(_permit) = core.permits.acquire().await else { return Err(refuse(CallErrorKind::Stopped)) };
    let generation = core.current();
    let mut live = match generation.take_idle() {
        Some(live) => live,
        None => start(core, &generation, "save").await?,
    };
    let Some(state) = &live.state else {
        generation.put_idle(live);
        return Ok(None);
    };
    let settings = &core.settings;
    let saved = within_limits(&settings.dock, &mut live.store, &settings.limits, async |store| {
        state.witdock_plugin_state().call_save(store).await
    })
    .await;
    match saved {
        Ok(saved) => {
            generation.put_idle(live);
            saved.map(Some).map_err(|words| refuse(CallErrorKind::State { words }))
        }
        Err(error) => Err(failed(core, &generation, "save", &error, live)),
    }
}

/// Puts a fresh instance of the current generation in the place of the one that runs, with this state restored.
pub(crate) async fn restart_with_state<I: Interface>(
    core: &Arc<Core<I>>,
    saved: Option<&[u8]>,
) -> Result<(), CallError> {
    let refuse = refusal(core, "restore");
    admit(core).map_err(&refuse)?;
    let all = core.settings.instances.count();
    let Ok(_quiet) = core.permits.acquire_many(all).await else { return Err(refuse(CallErrorKind::Stopped)) };
    let generation = core.current();
    let mut live = start(core, &generation, "restore").await?;
    if let Some(saved) = saved {
        let Some(state) = &live.state else {
            let words = "it exports no `witdock:plugin/state`, and a state is to be restored".to_owned();
            return Err(refuse(CallErrorKind::State { words }));
        };
        let settings = &core.settings;
        let restored = within_limits(&settings.dock, &mut live.store, &settings.limits, async |store| {
            state.witdock_plugin_state().call_restore(store, saved).await
        })
        .await;
        match restored {
            Ok(Ok(())) => {}
            Ok(Err(words)) => return Err(refuse(CallErrorKind::State { words })),
            Err(error) => return Err(failed(core, &generation, "restore", &error, live)),
        }
    }
    while generation.take_idle().is_some() {}
    generation.put_idle(live);
    Ok(())
}

async fn start<I: Interface>(
    core: &Arc<Core<I>>,
    generation: &Arc<Generation<I>>,
    export: &str,
) -> Result<Live<I>, CallError> {
    match Live::start(&core.settings, &generation.linked).await {
        Ok(live) => Ok(live),
        Err(error) => {
            let message = error.to_string();
            note_failure(core, generation, export, &error.into_failure(), true);
            Err(refusal(core, export)(CallErrorKind::Start { message }))
        }
    }
}

fn failed<I: Interface>(
    core: &Arc<Core<I>>,
    generation: &Arc<Generation<I>>,
    export: &str,
    error: &wasmtime::Error,
    mut live: Live<I>,
) -> CallError {
    let failure = Failure::classify(error, live.store.data_mut(), &core.settings.limits);
    drop(live);
    let rolled_back_to = note_failure(core, generation, export, &failure, failure.is_plugins_fault());
    refusal(core, export)(CallErrorKind::Failed { failure, rolled_back_to })
}

fn refusal<I: Interface>(core: &Arc<Core<I>>, export: &str) -> impl Fn(CallErrorKind) -> CallError + use<I> {
    let (plugin, export, generation) =
        (core.settings.name.clone(), export.to_owned(), core.status.borrow().generation);
    move |kind| CallError { plugin: plugin.clone(), export: export.clone(), generation, kind }
}

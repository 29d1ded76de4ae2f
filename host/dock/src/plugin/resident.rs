//! An instance that its holder keeps and calls alone, beside those that take the plugin's calls in turn.

use std::sync::{Arc, Mutex};

use wasmtime::Store;

use super::call::{Ended, enter, failed, start};
use super::core::Core;
use super::error::{CallError, CallErrorKind};
use super::generation::{Generation, Member};
use super::instance::Instance;
use super::settings::Instances;
use super::statistics::Recorder;
use crate::instance::{Failure, Stateful, StopMark, Timing};
use crate::lock::lock;
use crate::{HostState, Interface};

/// An instance of a plugin that belongs to its holder: what a guest keeps between calls, such as the resources that it exports, is the holder's.
/// Made by [`Plugin::resident`](crate::Plugin::resident).
///
/// A program with threads of its own keeps one for each thread: its calls wait for nobody and take no lock that others want.
/// Limits, statistics, the audit log, [`Plugin::stop`](crate::Plugin::stop) and revocations hold for it as for any call, and a failure counts.
///
/// It stays with its generation. After a reload or a rollback, [`is_current`](Self::is_current) is false: the holder starts new work on a new
/// resident, and drops this one when its work has ended. The generation is retired with its last resident.
pub struct Resident<I: Interface> {
    core: Arc<Core<I>>,
    generation: Arc<Generation<I>>,
    /// None during a call, and from one on that did not end with a value.
    instance: Option<Box<Instance<I>>>,
    /// When the plugin was last stopped before this instance began.
    mark: StopMark,
    recorder: Arc<Mutex<Recorder>>,
}

/// The name of a start in errors and statistics.
const START: &str = "start";

impl<I: Interface> Resident<I> {
    pub(crate) async fn start(core: &Arc<Core<I>>) -> Result<Self, CallError> {
        let error = |kind| core.error(START, kind);
        let mark = StopMark::new(core.settings.stop.clone());
        core.admit().map_err(error)?;
        // In a pool, the instance that tried the generation is as good as any, and the first one that is needed.
        let idle = match core.settings.instances {
            Instances::Pool(_) => core.take_idle(),
            Instances::Stateful => None,
        };
        let member = match idle {
            Some(member) => member,
            None => {
                let (generation, stop) = core.begin_fresh().map_err(error)?;
                let instance = start(core, &generation, START, stop).await?;
                Member { instance, generation }
            }
        };
        let Member { instance, generation } = member;
        let recorder = Arc::<Mutex<Recorder>>::default();
        core.life().residents.push(Arc::downgrade(&recorder));
        Ok(Self { core: core.clone(), generation, instance: Some(instance), mark, recorder })
    }

    /// Calls the guest, as [`Plugin::call_named`](crate::Plugin::call_named) does.
    ///
    /// # Errors
    ///
    /// When the call ends without a value. The instance is then gone, with all that the guest kept in it, and further calls
    /// end with [`CallErrorKind::Ended`].
    ///
    /// # Cancellation
    ///
    /// Dropping the future ends the call and discards the instance.
    pub async fn call<R>(
        &mut self,
        export: &str,
        run: impl AsyncFnOnce(&I, &mut Store<HostState<I::State>>) -> wasmtime::Result<R>,
    ) -> Result<R, CallError> {
        let number = self.generation.number;
        if self.mark.is_passed() {
            self.instance = None;
            return Err(self.core.error_of(number, export, self.core.cancelled()));
        }
        let Some(mut instance) = self.instance.take() else {
            return Err(self.core.error_of(number, export, CallErrorKind::Ended));
        };
        let (row, timing) = lock(&self.recorder).begin(export);
        let outcome = enter(
            &mut instance,
            timing,
            self.mark.next(),
            async |guest: &I, _: Option<&Stateful>, store: &mut Store<HostState<I::State>>| {
                run(guest, store).await
            },
        )
        .await;
        let state = instance.store.data_mut();
        state.end_call();
        lock(&self.recorder).record(row, state.call_time(), outcome.is_ok());
        match outcome {
            Ok(value) => {
                self.instance = Some(instance);
                if timing == Timing::Exact {
                    // As in a call of the plugin.
                    tokio::task::coop::consume_budget().await;
                }
                Ok(value)
            }
            Err(ended) => {
                drop(instance);
                Err(failed(&self.core, &self.generation, export, ended))
            }
        }
    }

    /// The application's data of this instance. None if the instance has ended.
    pub fn state(&mut self) -> Option<&mut I::State> {
        Some(&mut self.instance.as_mut()?.store.data_mut().app)
    }

    /// Whether the instance still takes calls.
    pub fn is_alive(&self) -> bool {
        self.instance.is_some() && !self.mark.is_passed()
    }

    /// Whether the instance is of the generation that serves, of a plugin that takes calls: whether new work should begin on it. It takes no lock.
    pub fn is_current(&self) -> bool {
        self.core.serving_number() == Some(self.generation.number)
    }

    /// The generation that the instance belongs to.
    pub fn generation(&self) -> u64 {
        self.generation.number
    }

    /// Bytes of the instance's linear memories.
    pub fn memory_bytes(&self) -> usize {
        self.instance.as_ref().map_or(0, |instance| instance.store.data().limiter.memory_bytes())
    }

    /// Reports work that broke a rule which types cannot express, as a [`ContractViolation`](crate::ContractViolation) in a call does, and ends the instance.
    pub fn fail(&mut self, export: &str, message: String) -> CallError {
        self.instance = None;
        let failure = Box::new(Failure::ContractViolation { message });
        failed(&self.core, &self.generation, export, Ended::Failed(failure))
    }
}

impl<I: Interface> Drop for Resident<I> {
    fn drop(&mut self) {
        let mut life = self.core.life();
        let own = Arc::downgrade(&self.recorder);
        life.residents.retain(|other| !other.ptr_eq(&own));
        life.recorder.merge(&mut lock(&self.recorder));
    }
}

impl<I: Interface> std::fmt::Debug for Resident<I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resident")
            .field("plugin", &self.core.settings.name)
            .field("generation", &self.generation.number)
            .field("alive", &self.is_alive())
            .finish_non_exhaustive()
    }
}

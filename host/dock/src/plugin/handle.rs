//! A plugin: the handle that an application holds.

use std::sync::Arc;

use tokio::sync::watch;
use wasmtime::Store;

use super::core::Core;
use super::error::{CallError, LoadError};
use super::events::{Events, LogLines};
use super::lifecycle::Input;
use super::reload::{self, Reload, Trigger};
use super::statistics::Statistics;
use super::status::Status;
use super::watch::follow;
use super::{call, state};
use crate::grants::Granted;
use crate::instance::LogLine;
use crate::lock::lock;
use crate::source::{Digest, WatchError};
use crate::{HostState, Interface};

/// A plugin that is loaded. Cheap to clone; all clones are the same plugin, and it ends with the last of them.
pub struct Plugin<I: Interface>(pub(crate) Arc<Core<I>>);

impl<I: Interface> Clone for Plugin<I> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<I: Interface> std::fmt::Debug for Plugin<I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin").field("status", &*self.0.status.borrow()).finish_non_exhaustive()
    }
}

impl<I: Interface> Plugin<I> {
    /// Calls the plugin, and waits for the answer in the caller's task.
    ///
    /// The closure is given the guest's bindings and the store that they need. Calls to a stateful plugin queue in order; an
    /// instance that a call has left by an error, a deadline or a dropped future is never entered again, and
    /// the next call starts a fresh one.
    ///
    /// ```ignore
    /// let edits = plugin.call(async |guest, store| guest.call_format(store, &text).await).await?;
    /// ```
    ///
    /// # Errors
    ///
    /// Everything that ends the call without a value. What the plugin itself answers as a WIT `result` is a value.
    ///
    /// # Cancellation
    ///
    /// Dropping the future ends the call and discards the instance.
    pub async fn call<R>(
        &self,
        run: impl AsyncFnOnce(&I, &mut Store<HostState<I::State>>) -> wasmtime::Result<R>,
    ) -> Result<R, CallError> {
        self.call_named("call", run).await
    }

    /// The same under a name, mostly the export's: errors say it, and statistics are kept by it.
    ///
    /// # Errors
    ///
    /// Those of [`Plugin::call`].
    pub async fn call_named<R>(
        &self,
        export: &str,
        run: impl AsyncFnOnce(&I, &mut Store<HostState<I::State>>) -> wasmtime::Result<R>,
    ) -> Result<R, CallError> {
        call::call(&self.0, export, run).await
    }

    /// Reads the source again, builds it if it is a folder, and puts the new generation in place of the old one. Calls wait
    /// for the moment of the swap and none is dropped.
    ///
    /// # Errors
    ///
    /// Those of [`PluginBuilder::load`](crate::PluginBuilder::load), for the new generation. The old one then goes on serving, and
    /// [`Status`] says why.
    ///
    /// # Cancellation
    ///
    /// Dropping the future does not stop the reload, which ends by itself.
    pub async fn reload(&self) -> Result<Reload, LoadError> {
        reload::reload(&self.0, Trigger::Person).await
    }

    /// Reloads even if the source is what already runs: for an application whose [`activate`](Interface::activate) does something
    /// else by now, as after a change of settings. State is handed over as in a reload.
    ///
    /// # Errors
    ///
    /// Those of [`Plugin::reload`].
    pub async fn restart(&self) -> Result<Reload, LoadError> {
        reload::reload(&self.0, Trigger::Restart).await
    }

    /// Whether the generation that serves exports `witdock:plugin/state`.
    pub fn keeps_state(&self) -> bool {
        self.0.current().linked.keeps_state
    }

    /// What the plugin would hand over to its next generation now: for an application that keeps checkpoints. `None` when
    /// it exports no `witdock:plugin/state`.
    ///
    /// # Errors
    ///
    /// When the plugin does not save, or fails in doing so.
    pub async fn save(&self) -> Result<Option<Vec<u8>>, CallError> {
        state::save(&self.0).await
    }

    /// Puts a fresh instance of the same generation in the place of those that run, with a state that [`Plugin::save`] gave.
    /// It waits for calls that run.
    ///
    /// # Errors
    ///
    /// When the plugin does not take the state, or no fresh instance can be started.
    pub async fn restart_with_state(&self, saved: Option<&[u8]>) -> Result<(), CallError> {
        state::restart_with_state(&self.0, saved).await
    }

    /// Watches the source, and reloads when it changes, until the plugin is dropped. Whether a reload succeeded is in
    /// [`Plugin::status`] and [`Plugin::events`]. Changes while the plugin is stopped are not loaded.
    ///
    /// # Errors
    ///
    /// When the system cannot watch the source's folders.
    pub fn watch(&self) -> Result<(), WatchError> {
        let task = follow(&self.0)?;
        *lock(&self.0.watch) = Some(task);
        Ok(())
    }

    /// Stops the plugin: calls and a reload that run are cancelled, and further ones refused until it is revived. No code of the
    /// plugin starts any more; code that runs stops at the next tick of the epoch, within 10 ms.
    pub fn stop(&self) {
        self.0.apply(Input::Stop, None);
    }

    /// Lets a stopped or quarantined plugin serve again, with its failures forgotten.
    pub fn revive(&self) {
        self.0.apply(Input::Revive, None);
    }

    /// The plugin's name.
    pub fn name(&self) -> &str {
        &self.0.settings.name
    }

    /// The generation that serves, from 1.
    pub fn generation(&self) -> u64 {
        self.0.life().lifecycle.generation()
    }

    /// The digest of the component that serves.
    pub fn digest(&self) -> Digest {
        self.0.current().identity.digest
    }

    /// The plugin's status, and each change of it.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.0.status.subscribe()
    }

    /// What happens to the plugin from now on.
    pub fn events(&self) -> Events {
        Events::new(self.0.settings.events.subscribe())
    }

    /// What the plugin logs from now on.
    pub fn log_lines(&self) -> LogLines {
        LogLines::new(self.0.settings.log_lines.subscribe())
    }

    /// What the generation that serves has asked for and was granted.
    pub fn granted(&self) -> Granted {
        self.0.current().linked.granted.clone()
    }

    /// The last lines that the plugin has logged, at most 256, the newest at the end, whether somebody listened or not.
    pub fn recent_log(&self) -> Vec<LogLine> {
        self.0.settings.log.recent()
    }

    /// What the plugin has cost since it was loaded.
    pub fn statistics(&self) -> Statistics {
        let (memory_bytes, memory_peak_bytes) = self.0.settings.gauge.read();
        let life = self.0.life();
        let status = life.lifecycle.status();
        Statistics {
            generation: status.generation,
            exports: life.recorder.exports(),
            memory_bytes,
            memory_peak_bytes,
            last_failure: status.last_failure,
        }
    }
}

//! A plugin: the handle that an application holds.

use std::sync::Arc;

use tokio::sync::watch;
use wasmtime::Store;

use super::core::Core;
use super::error::{CallError, LoadError};
use super::events::{Events, LogLines};
use super::lifecycle::Input;
use super::reload::{self, Reload, Trigger};
use super::resident::Resident;
use super::statistics::Statistics;
use super::status::Status;
use super::watch::follow;
use super::{call, revocation, state};
use crate::foreign::Digest;
use crate::grants::{Decision, Granted, Policy, Refused, Use};
use crate::instance::{Kept, LogLine};
use crate::lock::lock;
use crate::source::WatchError;
use crate::{HostState, Interface};

/// A loaded plugin. Cheap to clone: all clones are the same plugin, which ends when the last one is dropped.
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
    /// The closure gets the guest's bindings and the store that they need. Calls to a stateful plugin queue in order; an
    /// instance that a call has left by an error, a deadline or a dropped future is never entered again, and
    /// the next call starts a fresh one.
    ///
    /// ```ignore
    /// let edits = plugin.call(async |guest, store| guest.call_format(store, &text).await).await?;
    /// ```
    ///
    /// # Errors
    ///
    /// When the call ends without a value. An `err` of a WIT `result` that the plugin returns is a value.
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

    /// Like [`Plugin::call`], with a name for errors and statistics, mostly the export's.
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

    /// Calls a plugin of a [synchronous](Interface::SYNCHRONOUS) interface, on the caller's own stack. `export` is a name for errors and
    /// statistics. It blocks the thread: for the time of the call, while another call uses the instance, and while a
    /// fresh one starts. An asynchronous interface does not compile with it.
    ///
    /// ```ignore
    /// let length = plugin.call_sync("length", |guest, store| guest.call_length(store, text))?;
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Plugin::call`].
    pub fn call_sync<R>(
        &self,
        export: &str,
        run: impl FnOnce(&I, &mut Store<HostState<I::State>>) -> wasmtime::Result<R>,
    ) -> Result<R, CallError> {
        const { assert!(I::SYNCHRONOUS, "`call_sync` needs an interface with `synchronous = true`") }
        call::call_sync(&self.0, export, run)
    }

    /// Takes an instance out of turn, for the caller alone: see [`Resident`]. Of a [pool](crate::Instances::Pool), it need not wait for anything but its start.
    ///
    /// # Errors
    ///
    /// When the plugin takes no calls, or the instance does not start, which counts as a failure.
    pub async fn resident(&self) -> Result<Resident<I>, CallError> {
        Resident::start(&self.0).await
    }

    /// Reads the source again, builds it if it is a folder, and puts the new generation in place of the old one. Calls wait
    /// during the swap, and none is lost.
    ///
    /// # Errors
    ///
    /// Those of [`PluginBuilder::load`](crate::PluginBuilder::load), for the new generation. The old one then keeps serving, and
    /// [`Status`] shows the reason.
    ///
    /// # Cancellation
    ///
    /// Dropping the future does not stop the reload.
    pub async fn reload(&self) -> Result<Reload, LoadError> {
        reload::reload(&self.0, Trigger::Person).await
    }

    /// Reloads even if the source is unchanged, for example when [`activate`](Interface::activate) depends on settings that have
    /// changed. State is handed over as in a reload.
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

    /// Returns the state that the plugin would hand over to its next generation, for checkpoints. `None` if it does not export
    /// `witdock:plugin/state`.
    ///
    /// # Errors
    ///
    /// When the plugin returns an error, or the call fails.
    pub async fn save(&self) -> Result<Option<Vec<u8>>, CallError> {
        state::save(&self.0).await
    }

    /// Replaces the running instances with a fresh one of the same generation, and restores a state from [`Plugin::save`] in it.
    /// It waits for running calls.
    ///
    /// # Errors
    ///
    /// When the plugin does not restore the state, or no fresh instance can be started.
    pub async fn restart_with_state(&self, saved: Option<&[u8]>) -> Result<(), CallError> {
        state::restart_with_state(&self.0, saved).await
    }

    /// Watches the source, and reloads when it changes, until the plugin is dropped. [`Plugin::status`] and [`Plugin::events`]
    /// report the outcome of each reload. A change while the plugin is stopped is loaded when it is revived.
    ///
    /// # Errors
    ///
    /// When the operating system cannot watch the source's folders.
    pub fn watch(&self) -> Result<(), WatchError> {
        let task = follow(&self.0)?;
        *lock(&self.0.watch) = Some(task);
        Ok(())
    }

    /// Stops the plugin: cancels running calls and a running reload, and refuses further ones until the plugin is revived. No code
    /// of the plugin starts after that; running code stops at the next tick of the epoch, within 10 ms.
    pub fn stop(&self) {
        self.0.apply(Input::Stop, None);
    }

    /// Lets a stopped or quarantined plugin serve again, and clears its failures. A plugin whose grants were revoked serves again if the policy
    /// covers them.
    pub fn revive(&self) {
        if self.0.life().lifecycle.is_revoked() {
            revocation::regrant(&self.0);
        }
        self.0.apply(Input::Revive, None);
    }

    /// Sets what the host grants from now on, and ends what it no longer covers: if a generation runs with a capability that this policy does not
    /// grant, or with another folder or value for it, its calls are cancelled and its instances dropped, with the files and sockets that they hold.
    /// Code that runs stops at the next tick of the epoch, within 10 ms. Calls then fail with [`CallErrorKind::Revoked`](crate::CallErrorKind), and
    /// [`Phase::Revoked`](crate::Phase) and [`Event::Revoked`](crate::Event) say what was revoked. A reload that has begun begins again.
    ///
    /// The plugin serves again when a later policy covers it, or a new generation does with less: see [`reload`](Self::reload), which also brings
    /// another folder or value.
    ///
    /// Returns what was revoked from the generation that serves. `None` if the policy covers all that it was granted.
    pub fn set_policy(&self, policy: Policy) -> Option<Refused> {
        self.0.settings.policy.replace(Decision::Fixed(policy));
        revocation::regrant(&self.0)
    }

    /// Asks the policy again about what runs, and ends what it no longer covers, as [`set_policy`](Self::set_policy) does. For a function of
    /// [`policy_for`](crate::PluginBuilder::policy_for) whose answers have changed: a person has taken back a consent, a policy file was written. The function
    /// runs on this thread.
    pub fn regrant(&self) -> Option<Refused> {
        self.0.settings.policy.has_changed();
        revocation::regrant(&self.0)
    }

    /// The plugin's name, from its manifest.
    pub fn name(&self) -> &str {
        &self.0.settings.name
    }

    /// The generation that serves, from 1.
    pub fn generation(&self) -> u64 {
        self.0.life().lifecycle.generation()
    }

    /// The generation that new work should begin on, if the plugin takes any: none while it is stopped, quarantined or revoked. It takes no lock.
    pub fn serving(&self) -> Option<u64> {
        self.0.serving_number()
    }

    /// The digest of the component that serves.
    pub fn digest(&self) -> Digest {
        self.0.current().identity.digest
    }

    /// The plugin's current status, with notifications of its changes.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.0.status.subscribe()
    }

    /// The plugin's events from now on.
    pub fn events(&self) -> Events {
        Events::new(self.0.settings.events.subscribe())
    }

    /// The plugin's log lines from now on.
    pub fn log_lines(&self) -> LogLines {
        LogLines::new(self.0.settings.log_lines.subscribe())
    }

    /// The capabilities that the serving generation was granted.
    pub fn granted(&self) -> Granted {
        self.0.current().linked.granted.clone()
    }

    /// What the plugin has used of its grants since it was loaded, over its last 64 components, the newest last. What was granted and not used has the count 0.
    pub fn uses(&self) -> Vec<Use> {
        self.0.settings.history.all()
    }

    /// What the plugin has used since this was called last, for an [`AuditLog`](crate::grants::AuditLog). For each component, the first time also has what was granted and not
    /// used.
    pub fn take_uses(&self) -> Vec<Use> {
        self.0.settings.history.take()
    }

    /// The last lines of the plugin's log, at most 256, the newest last.
    pub fn recent_log(&self) -> Vec<LogLine> {
        self.0.settings.log.recent()
    }

    /// Calls, errors and latency since the plugin was loaded, and what the host keeps for it now.
    pub fn statistics(&self) -> Statistics {
        let mut life = self.0.life();
        life.take_stock();
        let status = life.lifecycle.status();
        Statistics {
            generation: status.generation,
            exports: life.exports(),
            kept: Kept {
                log_bytes: self.0.settings.log.recent_bytes(),
                #[cfg(feature = "keyvalue")]
                store_bytes: self.0.settings.stores.bytes(),
                ..self.0.settings.ledger.read()
            },
            last_failure: status.last_failure,
        }
    }
}

//! The store's data for one instance.

use std::sync::Arc;

use wasmtime::CallHook;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::blame::Reached;
use super::call_clock::{CallClock, CallTime, Timer};
use super::failure::GuestPanic;
use super::handover::Handover;
use super::limiter::Limiter;
use super::limits::Limits;
use super::log_sink::LogSink;
use super::names::Names;
use super::open_folders::OpenFolders;
use super::programs::Programs;
use super::stop::StopMark;
use super::tracked::Tracked;
use crate::foreign::Digest;
use crate::grants::Uses;

/// The store's data for one instance: the application's own state, the handles that the guest holds, and the dock's own data.
///
/// Host functions borrow the public fields through a view, as `WasiCtxView` does:
///
/// ```ignore
/// struct View<'a> { app: &'a mut MyState, table: &'a mut ResourceTable }
/// impl wasmtime::component::HasData for MyState { type Data<'a> = View<'a>; }
/// bindings::add_to_linker::<_, MyState>(linker, |host| View { app: &mut host.app, table: &mut host.table })
/// ```
///
/// An error of a host function that has accessed neither `app` nor `table` counts as the guest's: it looks like the error for a value
/// that cannot be lifted. Errors with one of the dock's types are always classified by their type.
pub struct HostState<S> {
    /// The application's data for this instance, made by the closure of the load.
    pub app: Tracked<S>,
    /// Resources that the instance holds handles to, at most [`Limits::handles`](crate::Limits::handles).
    pub table: Tracked<ResourceTable>,
    /// The programs of the system that the plugin may run.
    pub programs: Programs,
    pub(crate) digest: Digest,
    pub(crate) generation: u64,
    pub(crate) handover: Handover,
    pub(crate) wasi: WasiCtx,
    pub(crate) names: Arc<Names>,
    #[cfg(feature = "config")]
    pub(crate) config: super::config::Config,
    #[cfg(feature = "http")]
    pub(crate) http: super::http::Outgoing,
    #[cfg(feature = "keyvalue")]
    pub(crate) keyvalue: super::keyvalue::KeyValue,
    pub(crate) uses: Arc<Uses>,
    pub(crate) folders: OpenFolders,
    pub(crate) limiter: Limiter,
    pub(crate) limits: Limits,
    /// Whether the engine counts fuel, for this plugin or for others.
    pub(crate) meters_fuel: bool,
    pub(crate) log: LogSink,
    pub(crate) panic: Option<GuestPanic>,
    pub(crate) clock: CallClock,
    pub(crate) stop: StopMark,
    pub(crate) reached: Reached,
}

impl<S> HostState<S> {
    /// The digest of the component that runs in this store, which may be of an older generation than the one that serves.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The generation that runs in this store, from 1. It may be older than the one that serves; while a new generation starts,
    /// it is that generation's number.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether this instance has the state of the one before it: [`Handover::Kept`] after a reload that handed it over or a restart
    /// with state, [`Handover::Lost`] where the plugin keeps state and this instance has none of it, as after a trap.
    pub fn handover(&self) -> Handover {
        self.handover
    }

    /// Starts the clock and clears the records of the last call: a growth that was refused then does not explain a trap
    /// now.
    pub(crate) fn begin_call(&mut self, timer: Timer) {
        self.panic = None;
        self.reached = Reached::Application;
        self.limiter.take_refused();
        self.clock = CallClock::new(timer);
    }

    /// The time of the call so far, if its clock has started.
    pub(crate) fn call_time(&self) -> Option<CallTime> {
        self.clock.time()
    }
}

impl<S> HostState<S> {
    /// Records the transitions between guest and host, for the clock and for [`blame`](super::blame).
    pub(crate) fn on_call_hook(&mut self, hook: CallHook) {
        match hook {
            CallHook::CallingHost => {
                self.clock.enter_host();
                self.forget_host_code();
            }
            CallHook::ReturningFromHost => {
                if self.app.is_reached() || self.table.is_reached() {
                    self.reached = Reached::HostFunction;
                }
                self.clock.leave_host();
            }
            // A host function's result is lowered by the guest's own allocator, whose faults are the guest's.
            CallHook::CallingWasm => self.forget_host_code(),
            CallHook::ReturningFromWasm => {}
        }
    }

    fn forget_host_code(&mut self) {
        self.app.forget();
        self.table.forget();
        self.reached = Reached::Guest;
    }
}

impl<S: Send> WasiView for HostState<S> {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

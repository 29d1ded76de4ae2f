//! What a store holds for one instance.

use std::time::{Duration, Instant};

use wasmtime::CallHook;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::blame::Reached;
use crate::failure::GuestPanic;
use crate::limiter::Limiter;
use crate::log_sink::LogSink;
use crate::source::Digest;
use crate::tracked::Tracked;

/// The store's data for one instance: the application's own state, the handles it has lent, and what the dock keeps.
///
/// Host functions borrow the two public fields through a view, as `WasiCtxView` does:
///
/// ```ignore
/// struct View<'a> { app: &'a mut MyState, table: &'a mut ResourceTable }
/// impl wasmtime::component::HasData for MyState { type Data<'a> = View<'a>; }
/// bindings::add_to_linker::<_, MyState>(linker, |host| View { app: &mut host.app, table: &mut host.table })
/// ```
///
/// An error of a host function that has reached for neither of the two counts as the guest's: nothing tells it from a value that
/// the guest passed and that cannot be lifted. Errors with a type of the dock's are told apart in any case.
pub struct HostState<S> {
    /// The application's data for this instance.
    pub app: Tracked<S>,
    /// Resources that the instance holds handles to, at most [`Limits::handles`](crate::Limits::handles).
    pub table: Tracked<ResourceTable>,
    pub(crate) digest: Digest,
    pub(crate) wasi: WasiCtx,
    pub(crate) limiter: Limiter,
    pub(crate) log: LogSink,
    pub(crate) panic: Option<GuestPanic>,
    pub(crate) clock: CallClock,
    pub(crate) reached: Reached,
}

impl<S> HostState<S> {
    /// The digest of the component that runs in this store, whatever generation serves by now.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Forgets what the last call left: a growth that was refused then does not explain a trap now.
    pub(crate) fn begin_call(&mut self, limit: Duration) {
        self.panic = None;
        self.reached = Reached::Application;
        self.limiter.take_refused();
        // A limit beyond what the clock can say is none.
        let deadline = Instant::now().checked_add(limit);
        self.clock = CallClock { deadline, ..CallClock::default() };
    }
}

impl<S> HostState<S> {
    /// Follows a call from side to side, for the clock and for [`blame`](crate::blame).
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

/// The time of one call: when it must end, and how much of it the host took.
#[derive(Debug, Default)]
pub(crate) struct CallClock {
    deadline: Option<Instant>,
    in_host_since: Option<Instant>,
    in_host: Duration,
}

impl CallClock {
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }

    pub(crate) fn enter_host(&mut self) {
        self.in_host_since = Some(Instant::now());
    }

    pub(crate) fn leave_host(&mut self) {
        if let Some(since) = self.in_host_since.take() {
            self.in_host += since.elapsed();
        }
    }

    /// Time spent in host functions so far.
    pub(crate) fn in_host(&self) -> Duration {
        self.in_host
    }
}

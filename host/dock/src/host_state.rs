//! What a store holds for one instance.

use std::time::{Duration, Instant};

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::failure::GuestPanic;
use crate::limiter::Limiter;
use crate::log_sink::LogSink;
use crate::source::Digest;

/// The store's data for one instance: the application's own state, the handles it has lent, and what the dock keeps.
///
/// Host functions borrow the two public fields through a view, as `WasiCtxView` does:
///
/// ```ignore
/// struct View<'a> { app: &'a mut MyState, table: &'a mut ResourceTable }
/// impl wasmtime::component::HasData for MyState { type Data<'a> = View<'a>; }
/// bindings::add_to_linker::<_, MyState>(linker, |host| View { app: &mut host.app, table: &mut host.table })
/// ```
pub struct HostState<S> {
    /// The application's data for this instance.
    pub app: S,
    /// Resources that the instance holds handles to, at most [`Limits::handles`](crate::Limits::handles).
    pub table: ResourceTable,
    pub(crate) digest: Digest,
    pub(crate) wasi: WasiCtx,
    pub(crate) limiter: Limiter,
    pub(crate) log: LogSink,
    pub(crate) panic: Option<GuestPanic>,
    pub(crate) clock: CallClock,
}

impl<S> HostState<S> {
    /// The digest of the component that runs in this store, whatever generation serves by now.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Forgets what the last call left: a growth that was refused then does not explain a trap now.
    pub(crate) fn begin_call(&mut self, limit: Duration) {
        self.panic = None;
        self.limiter.take_refused();
        // A limit beyond what the clock can say is none.
        let deadline = Instant::now().checked_add(limit);
        self.clock = CallClock { deadline, ..CallClock::default() };
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

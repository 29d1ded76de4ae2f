//! Creates stores, and runs guest code in them under limits.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use wasmtime::component::ResourceTable;
use wasmtime::{Engine, Store, UpdateDeadline};

use super::blame::Reached;
use super::call_clock::CallClock;
use super::classification::DeadlineExceeded;
use super::handover::Handover;
use super::host_state::HostState;
use super::limiter::{Limiter, MemoryGauge};
use super::limits::Limits;
use super::log_sink::LogSink;
use super::tracked::Tracked;
use super::wasi;
use crate::grants::Granted;
use crate::source::Digest;

/// The parts of a store.
pub(crate) struct Parts<'a, S> {
    pub(crate) app: S,
    pub(crate) digest: Digest,
    pub(crate) generation: u64,
    pub(crate) handover: Handover,
    pub(crate) granted: &'a Granted,
    pub(crate) log: LogSink,
    pub(crate) gauge: Arc<MemoryGauge>,
    pub(crate) limits: &'a Limits,
}

/// Creates a store with its limits.
pub(crate) fn store<S: Send + 'static>(
    engine: &Engine,
    parts: Parts<'_, S>,
) -> wasmtime::Result<Store<HostState<S>>> {
    let Parts { app, digest, generation, handover, granted, log, gauge, limits } = parts;
    let mut table = ResourceTable::new();
    table.set_max_capacity(limits.handles);
    let state = HostState {
        app: Tracked::new(app),
        table: Tracked::new(table),
        digest,
        generation,
        handover,
        wasi: wasi::context(granted, &log)?,
        limiter: Limiter::new(limits.memory_bytes, limits.table_elements, gauge),
        limits: limits.clone(),
        log,
        panic: None,
        clock: CallClock::begin(limits.call_deadline),
        meters_fuel: false,
        reached: Reached::default(),
    };
    let mut store = Store::new(engine, state);
    store.data_mut().meters_fuel = store.get_fuel().is_ok();
    store.limiter(|state| &mut state.limiter);
    store.set_hostcall_fuel(limits.host_call_bytes);
    store.call_hook(|mut context, hook| {
        context.data_mut().on_call_hook(hook);
        Ok(())
    });
    store.epoch_deadline_callback(|context| {
        if context.data().clock.is_over() {
            return Err(DeadlineExceeded.into());
        }
        // A busy guest gives its thread back at each tick, so that other tasks run and the call can be dropped.
        Ok(UpdateDeadline::Yield(1))
    });
    Ok(store)
}

/// Runs guest code under the limits of one call. Two clocks enforce the deadline: the epoch stops running code and gives its
/// location; the timer ends a call that waits in a host function, where the epoch is not checked.
pub(crate) async fn within_limits<S: Send + 'static, R>(
    store: &mut Store<HostState<S>>,
    run: impl AsyncFnOnce(&mut Store<HostState<S>>) -> wasmtime::Result<R>,
) -> wasmtime::Result<R> {
    let state = store.data_mut();
    state.begin_call();
    let (timer, fuel, meters_fuel) = (state.clock.timer(), state.limits.fuel, state.meters_fuel);
    store.set_epoch_deadline(1);
    if meters_fuel {
        store.set_fuel(fuel.unwrap_or(u64::MAX))?;
    }
    before(timer, run(store)).await
}

/// Runs the work until a moment. The timer starts when the work first waits, so work that never waits does not pay
/// for it.
async fn before<R>(
    moment: Option<Instant>,
    work: impl Future<Output = wasmtime::Result<R>>,
) -> wasmtime::Result<R> {
    let mut work = pin!(work);
    let mut timer = pin!(None);
    std::future::poll_fn(|context| {
        if let Poll::Ready(result) = work.as_mut().poll(context) {
            return Poll::Ready(result);
        }
        let Some(moment) = moment else { return Poll::Pending };
        if timer.is_none() {
            let left = moment.saturating_duration_since(Instant::now());
            timer.set(Some(tokio::time::sleep(left)));
        }
        match timer.as_mut().as_pin_mut().map(|timer| timer.poll(context)) {
            Some(Poll::Ready(())) => Poll::Ready(Err(DeadlineExceeded.into())),
            Some(Poll::Pending) | None => Poll::Pending,
        }
    })
    .await
}

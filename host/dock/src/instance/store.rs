//! Creates stores, and runs guest code in them under limits.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use wasmtime::component::ResourceTable;
use wasmtime::{Engine, Store, UpdateDeadline};

use super::blame::Reached;
use super::call_clock::{CallClock, Timer, Timing};
use super::classification::DeadlineExceeded;
use super::handover::Handover;
use super::host_state::HostState;
use super::ledger::{Entry, Ledger};
use super::limiter::Limiter;
use super::limits::Limits;
use super::log_sink::LogSink;
use super::names::Names;
use super::open_folders::OpenFolders;
use super::programs::Programs;
use super::stepping::Stepping;
use super::stop::{NextStop, StopMark, Stopped};
use super::tracked::Tracked;
use super::wasi;
use crate::foreign::Digest;
use crate::grants::{Granted, Uses};

/// The parts of a store.
pub(crate) struct Parts<'a, S> {
    pub(crate) app: S,
    pub(crate) digest: Digest,
    pub(crate) generation: u64,
    pub(crate) handover: Handover,
    pub(crate) granted: &'a Granted,
    pub(crate) uses: Arc<Uses>,
    pub(crate) log: LogSink,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) limits: &'a Limits,
    pub(crate) stop: StopMark,
    pub(crate) stepping: Stepping,
    #[cfg(feature = "keyvalue")]
    pub(crate) stores: Arc<super::keyvalue::OpenStores>,
}

/// Creates a store with its limits.
pub(crate) fn store<S: Send + 'static>(
    engine: &Engine,
    parts: Parts<'_, S>,
) -> wasmtime::Result<Store<HostState<S>>> {
    #[cfg(feature = "keyvalue")]
    let keyvalue = super::keyvalue::KeyValue::new(parts.stores.clone(), parts.uses.clone());
    let Parts {
        app, digest, generation, handover, granted, uses, log, ledger, limits, stop, stepping, ..
    } = parts;
    let mut table = ResourceTable::new();
    table.set_max_capacity(limits.handles);
    let names = Arc::new(Names::new(wasi::hosts(granted), uses.clone(), ledger.lookups.clone(), log.clone()));
    let state = HostState {
        app: Tracked::new(app),
        table: Tracked::new(table),
        programs: Programs::new(granted, uses.clone()),
        digest,
        generation,
        handover,
        wasi: wasi::context(granted, &log, &names, &uses)?,
        names,
        #[cfg(feature = "config")]
        config: super::config::Config::new(granted),
        #[cfg(feature = "http")]
        http: super::http::Outgoing::new(granted, limits, &ledger, uses.clone(), log.clone()),
        #[cfg(feature = "keyvalue")]
        keyvalue,
        uses,
        folders: OpenFolders::default(),
        limiter: Limiter::new(limits, Entry::new(ledger)),
        limits: limits.clone(),
        log,
        panic: None,
        clock: CallClock::new(Timer::new(limits.call_deadline, Timing::Late)),
        stop,
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
    store.epoch_deadline_callback(move |mut context| {
        let state = context.data_mut();
        if state.stop.is_passed() {
            return Err(Stopped.into());
        }
        if state.clock.is_over() {
            return Err(DeadlineExceeded.into());
        }
        Ok(match stepping {
            // tokio's own yield lets the thread look at timers and sockets first. With the runtime's, which only wakes the task again, a thread
            // of the application would do so after 61 such turns: two thirds of a second.
            Stepping::Yields => UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())),
            Stepping::Continues => UpdateDeadline::Continue(1),
        })
    });
    Ok(store)
}

/// Runs guest code under the limits of one call, until the plugin is stopped. Two clocks enforce the deadline: the epoch stops running code and gives its
/// location; the timer ends a call that waits in a host function, where the epoch is not checked.
pub(crate) async fn within_limits<S: Send + 'static, R>(
    store: &mut Store<HostState<S>>,
    timing: Timing,
    stop: Option<NextStop<'_>>,
    run: impl AsyncFnOnce(&mut Store<HostState<S>>) -> wasmtime::Result<R>,
) -> wasmtime::Result<R> {
    let timer = Timer::new(store.data().limits.call_deadline, timing);
    begin(store, timer)?;
    let mut first_wait = None;
    let result = {
        // Pinned where it is made: moving it would copy all that it will ever hold.
        let mut work = pin!(run(store));
        let mut end = pin!(None);
        // A call that never waits does not pay for its end.
        std::future::poll_fn(|context| {
            if let Poll::Ready(result) = work.as_mut().poll(context) {
                return Poll::Ready(result);
            }
            if first_wait.is_none() {
                let now = Instant::now();
                first_wait = Some(now);
                end.set(Some(end_of_wait(timer, now, stop)));
            }
            match end.as_mut().as_pin_mut() {
                Some(end) => end.poll(context).map(Err),
                None => Poll::Pending,
            }
        })
        .await
    };
    if let Some(moment) = first_wait {
        store.data_mut().clock.start_at(moment);
    }
    result
}

/// Runs guest code that never waits under the limits of one call.
pub(crate) fn within_limits_sync<S: Send + 'static, R>(
    store: &mut Store<HostState<S>>,
    timing: Timing,
    run: impl FnOnce(&mut Store<HostState<S>>) -> wasmtime::Result<R>,
) -> wasmtime::Result<R> {
    begin(store, Timer::new(store.data().limits.call_deadline, timing))?;
    run(store)
}

#[inline]
fn begin<S: Send + 'static>(store: &mut Store<HostState<S>>, timer: Timer) -> wasmtime::Result<()> {
    let state = store.data_mut();
    state.begin_call(timer);
    let (fuel, meters_fuel) = (state.limits.fuel, state.meters_fuel);
    store.set_epoch_deadline(1);
    if meters_fuel {
        store.set_fuel(fuel.unwrap_or(u64::MAX))?;
    }
    Ok(())
}

/// Completes when a call that waits since `now` has to end, with the reason.
async fn end_of_wait(timer: Timer, now: Instant, stop: Option<NextStop<'_>>) -> wasmtime::Error {
    let over = async {
        match timer.end(now) {
            Some(end) => tokio::time::sleep(end.saturating_duration_since(now)).await,
            None => std::future::pending().await,
        }
    };
    let stopped = async {
        match stop {
            Some(stop) => stop.come().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        () = stopped => Stopped.into(),
        () = over => DeadlineExceeded.into(),
    }
}

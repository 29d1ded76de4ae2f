//! One instance of a filter on one worker, and what it does apart from streams: calls, ticks, queues, its retirement.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{Mutex, Notify, mpsc};
use tokio::task::AbortHandle;
use wasmtime::Store;
use witdock::{CallError, HostState, Resident};

use super::bindings::witdock::proxy::http_calls::Request as CallRequest;
use super::bindings::witdock::proxy::types::{Answer, CallFailure};
use super::calls::{self, Clusters};
use super::exchange::Exchange;
use super::guest::Guest;
use super::link::Link;
use super::queues::Reader;
use super::state::{FilterState, Order, Owner};
use super::variant::Variant;

pub(super) type FilterStore = Store<HostState<FilterState>>;

/// An instance that the streams of one worker share. They call it one after the other.
pub(super) struct Instance {
    variant: Arc<Variant>,
    resident: Mutex<Resident<Guest>>,
    generation: u64,
    /// A call has ended it, and those that wait for it will find that out.
    ended: Cell<bool>,
    clusters: Rc<dyn Clusters>,
    own: Weak<Self>,
    /// Streams that it has.
    streams: Cell<usize>,
    /// Its last stream has ended, or its work after retirement.
    quiet: Notify,
    done: Cell<bool>,
    calls: RefCell<HashMap<u64, Pending>>,
    tick: RefCell<Option<AbortHandle>>,
    listening: RefCell<Option<mpsc::UnboundedSender<u32>>>,
}

/// A call that waits for its answer.
struct Pending {
    task: AbortHandle,
    owner: Owner,
}

/// How long an instance may work after its last stream has ended: Envoy and nginx drain for about as long.
const LONGEST_RETIREMENT: Duration = Duration::from_secs(60);

impl Instance {
    pub(super) async fn start(
        variant: &Arc<Variant>,
        clusters: &Rc<dyn Clusters>,
    ) -> Result<Rc<Self>, CallError> {
        let mut resident = variant.plugin.resident().await?;
        let orders = resident.state().map(|state| std::mem::take(&mut state.orders));
        let instance = Rc::new_cyclic(|own| Self {
            variant: variant.clone(),
            generation: resident.generation(),
            resident: Mutex::new(resident),
            ended: Cell::new(false),
            clusters: clusters.clone(),
            own: own.clone(),
            streams: Cell::new(0),
            quiet: Notify::new(),
            done: Cell::new(false),
            calls: RefCell::default(),
            tick: RefCell::default(),
            listening: RefCell::default(),
        });
        orders.into_iter().flatten().for_each(|order| instance.carry_out(order));
        Ok(instance)
    }

    /// Whether new streams should begin on it. It waits for no call.
    pub(super) fn is_current(&self) -> bool {
        !self.ended.get() && self.variant.plugin.serving() == Some(self.generation)
    }

    /// Calls the guest, after the calls that came before, and carries out what it orders.
    pub(super) async fn call<R>(
        &self,
        export: &str,
        run: impl AsyncFnOnce(&Guest, &mut FilterStore) -> wasmtime::Result<R>,
    ) -> Result<R, CallError> {
        let mut resident = self.resident.lock().await;
        let result = resident.call(export, run).await;
        if result.is_err() {
            self.ended.set(true);
        }
        let orders = match resident.state() {
            Some(state) if !state.orders.is_empty() => std::mem::take(&mut state.orders),
            _ => Vec::new(),
        };
        drop(resident);
        orders.into_iter().for_each(|order| self.carry_out(order));
        result
    }

    /// The same for a stream, whose client may leave while the guest runs: a call that was dropped would end the instance, with the streams of others.
    pub(super) async fn call_for<R: 'static>(
        self: &Rc<Self>,
        export: &'static str,
        run: impl AsyncFnOnce(&Guest, &mut FilterStore) -> wasmtime::Result<R> + 'static,
    ) -> Result<R, CallError> {
        let instance = self.clone();
        let mut work = Box::pin(async move { instance.call(export, run).await });
        // Most calls end at once, and need no task.
        if let Poll::Ready(result) = futures_util::poll!(&mut work) {
            return result;
        }
        match tokio::task::spawn_local(work).await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The worker ends, and drops the caller too.
                Err(_) => std::future::pending().await,
            },
        }
    }

    fn carry_out(&self, order: Order) {
        match order {
            Order::Call { .. } if !self.variant.has_effects => self.forget_call(),
            Order::Call { id, owner, request } => self.begin_call(id, owner, request),
            Order::Cancel(id) => self.cancel(|own, _| own == id),
            Order::Tick(period_ms) => self.set_tick(period_ms),
            Order::Listen(queue) => self.listen(queue),
            Order::Done => {
                self.done.set(true);
                self.quiet.notify_waiters();
            }
        }
    }

    fn begin_call(&self, id: u64, owner: Owner, request: CallRequest) {
        let (instance, clusters, answer_to) = (self.own.clone(), self.clusters.clone(), owner.clone());
        let task = tokio::task::spawn_local(async move {
            let outcome = calls::call(clusters, request).await;
            if let Some(instance) = instance.upgrade() {
                instance.calls.borrow_mut().remove(&id);
                instance.answered(id, answer_to, outcome).await;
            }
        });
        self.calls.borrow_mut().insert(id, Pending { task: task.abort_handle(), owner });
    }

    async fn answered(&self, id: u64, owner: Owner, outcome: Result<Answer, CallFailure>) {
        let ended = match &owner {
            Owner::Instance => {
                self.call("on-call-ended", async |guest, store| {
                    store.data_mut().app.calls -= 1;
                    match &guest.events {
                        Some(events) => {
                            events.witdock_proxy_events().call_on_call_ended(store, id, &outcome).await
                        }
                        None => Ok(()),
                    }
                })
                .await
            }
            Owner::Connection(link, filter) => {
                let (link, filter) = (link.clone(), *filter);
                self.call("on-call-ended", async |guest, store| {
                    store.data_mut().app.calls -= 1;
                    let stream = link.lock().filters.get(filter).and_then(|own| own.stream);
                    match (stream, &guest.tcp) {
                        (Some(stream), Some(tcp)) => {
                            let filter = tcp.witdock_proxy_tcp_filter().tcp_stream();
                            filter.call_on_call_ended(store, stream, id, &outcome).await
                        }
                        _ => Ok(()),
                    }
                })
                .await
            }
            Owner::Stream(exchange, filter) => {
                let (exchange, filter) = (exchange.clone(), *filter);
                self.call("on-call-ended", async |guest, store| {
                    store.data_mut().app.calls -= 1;
                    // It may have ended meanwhile.
                    let stream = exchange.lock().filters.get(filter).and_then(|own| own.stream);
                    match (stream, &guest.http) {
                        (Some(stream), Some(http)) => {
                            http.witdock_proxy_http_filter()
                                .http_stream()
                                .call_on_call_ended(store, stream, id, &outcome)
                                .await
                        }
                        _ => Ok(()),
                    }
                })
                .await
            }
        };
        let failed = ended.err().map(|error| error.to_string());
        match owner {
            Owner::Instance => {}
            Owner::Stream(exchange, filter) => {
                if let Some(own) = exchange.lock().filters.get_mut(filter) {
                    own.failed = failed.or(own.failed.take());
                }
                exchange.tell();
            }
            Owner::Connection(link, filter) => {
                if let Some(own) = link.lock().filters.get_mut(filter) {
                    own.failed = failed.or(own.failed.take());
                }
                link.tell();
            }
        }
    }

    /// Ends calls without an answer.
    fn cancel(&self, which: impl Fn(u64, &Owner) -> bool) {
        let mut calls = self.calls.borrow_mut();
        let cancelled: Vec<_> =
            calls.iter().filter(|(id, call)| which(**id, &call.owner)).map(|(id, _)| *id).collect();
        for id in cancelled {
            if let Some(call) = calls.remove(&id) {
                call.task.abort();
                self.forget_call();
            }
        }
    }

    /// One call fewer waits. If the guest runs now, its state is told after it.
    fn forget_call(&self) {
        let Some(instance) = self.own.upgrade() else { return };
        tokio::task::spawn_local(async move {
            if let Some(state) = instance.resident.lock().await.state() {
                state.calls -= 1;
            }
        });
    }

    /// Ends the calls of a stream that ends.
    pub(super) fn cancel_of(&self, exchange: &Exchange, filter: usize) {
        if !self.calls.borrow().is_empty() {
            self.cancel(
                |_, owner| matches!(owner, Owner::Stream(own, at) if own.is(exchange) && *at == filter),
            );
        }
    }

    /// The same for a connection.
    pub(super) fn cancel_of_connection(&self, link: &Link, filter: usize) {
        if !self.calls.borrow().is_empty() {
            self.cancel(
                |_, owner| matches!(owner, Owner::Connection(own, at) if own.is(link) && *at == filter),
            );
        }
    }

    fn set_tick(&self, period_ms: u32) {
        if let Some(before) = self.tick.take() {
            before.abort();
        }
        if period_ms == 0 {
            return;
        }
        let (instance, period) = (self.own.clone(), Duration::from_millis(period_ms.into()));
        let task = tokio::task::spawn_local(async move {
            loop {
                tokio::time::sleep(period).await;
                let Some(instance) = instance.upgrade() else { return };
                let ticked = instance.call("on-tick", async |guest, store| match &guest.events {
                    Some(events) => events.witdock_proxy_events().call_on_tick(store).await,
                    None => Ok(()),
                });
                if ticked.await.is_err() {
                    return;
                }
            }
        });
        *self.tick.borrow_mut() = Some(task.abort_handle());
    }

    fn listen(&self, queue: u32) {
        let mut listening = self.listening.borrow_mut();
        let sender = listening.get_or_insert_with(|| {
            let (sender, mut receiver) = mpsc::unbounded_channel();
            let instance = self.own.clone();
            tokio::task::spawn_local(async move {
                while let Some(queue) = receiver.recv().await {
                    let Some(instance) = instance.upgrade() else { return };
                    let told = instance.call("on-queue", async |guest, store| match &guest.events {
                        Some(events) => events.witdock_proxy_events().call_on_queue(store, queue).await,
                        None => Ok(()),
                    });
                    if told.await.is_err() {
                        return;
                    }
                }
            });
            sender
        });
        self.variant.services.queues.listen(queue, Reader(sender.clone()));
    }

    pub(super) fn begin_stream(&self) {
        self.streams.set(self.streams.get() + 1);
    }

    pub(super) fn end_stream(&self) {
        self.streams.set(self.streams.get().saturating_sub(1));
        if self.streams.get() == 0 {
            self.quiet.notify_waiters();
        }
    }

    /// Keeps an instance that gets no new streams until it has ended its work.
    pub(super) fn retire(self: Rc<Self>) {
        tokio::task::spawn_local(async move {
            while self.streams.get() > 0 {
                self.quiet.notified().await;
            }
            let asked = self.call("on-retire", async |guest, store| match &guest.events {
                Some(events) => events.witdock_proxy_events().call_on_retire(store).await,
                None => Ok(true),
            });
            if let Ok(false) = asked.await {
                let done = async {
                    while !self.done.get() {
                        self.quiet.notified().await;
                    }
                };
                // What is not done by then is given up.
                let _ = tokio::time::timeout(LONGEST_RETIREMENT, done).await;
            }
        });
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.calls.borrow().values().for_each(|call| call.task.abort());
        if let Some(tick) = self.tick.take() {
            tick.abort();
        }
    }
}

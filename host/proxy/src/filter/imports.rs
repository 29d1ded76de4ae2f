//! The host functions that filters import.

use wasmtime::component::{HasData, Resource, ResourceTable};

use super::bindings::witdock::proxy::http::{Callbacks, Part, RespondError, Side};
use super::bindings::witdock::proxy::http_calls::{CallError, Request};
use super::bindings::witdock::proxy::metrics::{Kind, MetricError};
use super::bindings::witdock::proxy::queues::SendError;
use super::bindings::witdock::proxy::shared_data::{Entry, StoreError};
use super::bindings::witdock::proxy::tcp::Peer;
use super::bindings::witdock::proxy::types::{EditError, Header, Property, Response};
use super::bindings::witdock::proxy::{
    http, http_calls, metrics, properties, queues, retirement, shared_data, tcp, timers, types,
};
use super::exchange::Handle;
use super::facts;
use super::limits::{LONGEST_CALL_MS, MOST_CALLS, SHORTEST_TICK_MS};
use super::link::ConnectionHandle;
use super::state::{FilterState, Order, Owner};

pub(super) struct HasFilter;

impl HasData for HasFilter {
    type Data<'a> = FilterView<'a>;
}

/// What the imports of a filter act on.
pub(super) struct FilterView<'a> {
    pub(super) state: &'a mut FilterState,
    pub(super) table: &'a mut ResourceTable,
}

type Hosted<T> = wasmtime::Result<T>;

impl FilterView<'_> {
    fn exchange(&self, handle: &Resource<Handle>) -> Hosted<&Handle> {
        Ok(self.table.get(handle)?)
    }
}

impl types::Host for FilterView<'_> {}

impl http::Host for FilterView<'_> {}

impl http::HostExchange for FilterView<'_> {
    fn headers(&mut self, exchange: Resource<Handle>, part: Part) -> Hosted<Option<Vec<Header>>> {
        Ok(self.exchange(&exchange)?.headers(part))
    }

    fn header(&mut self, exchange: Resource<Handle>, part: Part, name: String) -> Hosted<Option<Vec<u8>>> {
        Ok(self.exchange(&exchange)?.header(part, &name))
    }

    fn header_values(
        &mut self,
        exchange: Resource<Handle>,
        part: Part,
        name: String,
    ) -> Hosted<Vec<Vec<u8>>> {
        Ok(self.exchange(&exchange)?.header_values(part, &name))
    }

    fn set_header(
        &mut self,
        exchange: Resource<Handle>,
        part: Part,
        name: String,
        value: Vec<u8>,
    ) -> Hosted<Result<(), EditError>> {
        Ok(self.exchange(&exchange)?.set_header(part, &name, &value))
    }

    fn add_header(
        &mut self,
        exchange: Resource<Handle>,
        part: Part,
        name: String,
        value: Vec<u8>,
    ) -> Hosted<Result<(), EditError>> {
        Ok(self.exchange(&exchange)?.add_header(part, &name, &value))
    }

    fn remove_header(
        &mut self,
        exchange: Resource<Handle>,
        part: Part,
        name: String,
    ) -> Hosted<Result<(), EditError>> {
        Ok(self.exchange(&exchange)?.remove_header(part, &name))
    }

    fn set_headers(
        &mut self,
        exchange: Resource<Handle>,
        part: Part,
        headers: Vec<Header>,
    ) -> Hosted<Result<(), EditError>> {
        Ok(self.exchange(&exchange)?.set_headers(part, &headers))
    }

    fn body_size(&mut self, exchange: Resource<Handle>, side: Side) -> Hosted<u64> {
        Ok(self.exchange(&exchange)?.body_size(side))
    }

    fn body(&mut self, exchange: Resource<Handle>, side: Side, start: u64, length: u64) -> Hosted<Vec<u8>> {
        Ok(self.exchange(&exchange)?.body(side, start, length))
    }

    fn edit_body(
        &mut self,
        exchange: Resource<Handle>,
        side: Side,
        start: u64,
        length: u64,
        data: Vec<u8>,
    ) -> Hosted<Result<(), EditError>> {
        Ok(self.exchange(&exchange)?.edit_body(side, start, length, data))
    }

    fn respond(
        &mut self,
        exchange: Resource<Handle>,
        response: Response,
    ) -> Hosted<Result<(), RespondError>> {
        Ok(self.exchange(&exchange)?.respond(response))
    }

    fn resume(&mut self, exchange: Resource<Handle>, side: Side) -> Hosted<()> {
        self.exchange(&exchange)?.resume(side);
        Ok(())
    }

    fn abort(&mut self, exchange: Resource<Handle>) -> Hosted<()> {
        self.exchange(&exchange)?.abort();
        Ok(())
    }

    fn ignore(&mut self, exchange: Resource<Handle>, callbacks: Callbacks) -> Hosted<()> {
        self.exchange(&exchange)?.ignore(callbacks);
        Ok(())
    }

    fn drop(&mut self, exchange: Resource<Handle>) -> Hosted<()> {
        self.table.delete(exchange)?;
        Ok(())
    }
}

impl tcp::Host for FilterView<'_> {}

impl tcp::HostConnection for FilterView<'_> {
    fn data_size(&mut self, connection: Resource<ConnectionHandle>, from: Peer) -> Hosted<u64> {
        Ok(self.table.get(&connection)?.data_size(from))
    }

    fn data(
        &mut self,
        connection: Resource<ConnectionHandle>,
        from: Peer,
        start: u64,
        length: u64,
    ) -> Hosted<Vec<u8>> {
        Ok(self.table.get(&connection)?.data(from, start, length))
    }

    fn edit_data(
        &mut self,
        connection: Resource<ConnectionHandle>,
        from: Peer,
        start: u64,
        length: u64,
        data: Vec<u8>,
    ) -> Hosted<Result<(), EditError>> {
        Ok(self.table.get(&connection)?.edit_data(from, start, length, data))
    }

    fn resume(&mut self, connection: Resource<ConnectionHandle>, data_from: Peer) -> Hosted<()> {
        self.table.get(&connection)?.resume(data_from);
        Ok(())
    }

    fn close(&mut self, connection: Resource<ConnectionHandle>) -> Hosted<()> {
        self.table.get(&connection)?.close();
        Ok(())
    }

    fn drop(&mut self, connection: Resource<ConnectionHandle>) -> Hosted<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

impl FilterView<'_> {
    fn begin_call(&mut self, owner: Owner, request: Request) -> Result<u64, CallError> {
        let state = &mut *self.state;
        if !state.services.clusters.contains(&request.cluster) {
            let known: Vec<_> = state.services.clusters.iter().map(String::as_str).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(CallError::UnknownCluster(format!("the filter may call: {known}")));
        }
        if state.calls >= MOST_CALLS {
            return Err(CallError::TooMany(u32::try_from(MOST_CALLS).unwrap_or(u32::MAX)));
        }
        super::calls::check(&request).map_err(CallError::Invalid)?;
        state.calls += 1;
        state.last_call += 1;
        let id = state.last_call;
        let timeout_ms = request.timeout_ms.min(LONGEST_CALL_MS);
        state.orders.push(Order::Call { id, owner, request: Request { timeout_ms, ..request } });
        Ok(id)
    }
}

impl http_calls::Host for FilterView<'_> {
    fn start(&mut self, request: Request) -> Hosted<Result<u64, CallError>> {
        Ok(self.begin_call(Owner::Instance, request))
    }

    fn start_for(&mut self, exchange: Resource<Handle>, request: Request) -> Hosted<Result<u64, CallError>> {
        let handle = self.exchange(&exchange)?;
        let owner = Owner::Stream(handle.exchange().clone(), handle.filter());
        Ok(self.begin_call(owner, request))
    }

    fn start_for_connection(
        &mut self,
        connection: Resource<ConnectionHandle>,
        request: Request,
    ) -> Hosted<Result<u64, CallError>> {
        let handle = self.table.get(&connection)?;
        let owner = Owner::Connection(handle.link().clone(), handle.filter());
        Ok(self.begin_call(owner, request))
    }

    fn cancel(&mut self, call: u64) -> Hosted<()> {
        self.state.orders.push(Order::Cancel(call));
        Ok(())
    }
}

impl shared_data::Host for FilterView<'_> {
    fn get(&mut self, key: String) -> Hosted<Option<Entry>> {
        Ok(self.state.services.shared.get(&key))
    }

    fn set(&mut self, key: String, value: Vec<u8>) -> Hosted<Result<(), StoreError>> {
        Ok(self.state.services.shared.set(key, value))
    }

    fn compare_and_set(
        &mut self,
        key: String,
        value: Vec<u8>,
        version: Option<u32>,
    ) -> Hosted<Result<(), StoreError>> {
        Ok(self.state.services.shared.compare_and_set(key, value, version))
    }

    fn remove(&mut self, key: String) -> Hosted<bool> {
        Ok(self.state.services.shared.remove(&key))
    }
}

impl queues::Host for FilterView<'_> {
    fn register(&mut self, name: String) -> Hosted<u32> {
        let services = &self.state.services;
        let queue = services.queues.register(&services.scope, &name);
        let queue = queue.ok_or_else(|| {
            witdock::ContractViolation(format!("registered more than {} queues", super::limits::MOST_QUEUES))
        })?;
        self.state.orders.push(Order::Listen(queue));
        Ok(queue)
    }

    fn find(&mut self, scope: String, name: String) -> Hosted<Option<u32>> {
        Ok(self.state.services.queues.find(&scope, &name))
    }

    fn send(&mut self, queue: u32, message: Vec<u8>) -> Hosted<Result<(), SendError>> {
        Ok(self.state.services.queues.send(queue, message))
    }

    fn receive(&mut self, queue: u32) -> Hosted<Option<Vec<u8>>> {
        Ok(self.state.services.queues.receive(queue))
    }
}

impl metrics::Host for FilterView<'_> {
    fn define(&mut self, kind: Kind, name: String) -> Hosted<Result<u32, MetricError>> {
        Ok(self.state.services.metrics.define(kind, name).map(|(number, _)| number))
    }

    fn add(&mut self, metric: u32, by: i64) -> Hosted<Result<(), MetricError>> {
        Ok(self.state.metric(metric).ok_or(MetricError::NoSuchMetric).and_then(|metric| metric.add(by)))
    }

    fn record(&mut self, metric: u32, value: u64) -> Hosted<Result<(), MetricError>> {
        Ok(self.state.metric(metric).ok_or(MetricError::NoSuchMetric).map(|metric| metric.record(value)))
    }

    fn read(&mut self, metric: u32) -> Hosted<Result<u64, MetricError>> {
        Ok(self.state.metric(metric).ok_or(MetricError::NoSuchMetric).and_then(|metric| metric.read()))
    }
}

impl properties::Host for FilterView<'_> {
    fn of_exchange(&mut self, exchange: Resource<Handle>, path: Vec<String>) -> Hosted<Option<Property>> {
        let handle = self.exchange(&exchange)?;
        Ok(facts::of_exchange(&handle.exchange().lock(), &path))
    }

    fn of_connection(
        &mut self,
        connection: Resource<ConnectionHandle>,
        path: Vec<String>,
    ) -> Hosted<Option<Property>> {
        let id = self.table.get(&connection)?.link().lock().id;
        Ok(facts::of_connection(id, &path))
    }

    fn of_proxy(&mut self, path: Vec<String>) -> Hosted<Option<Property>> {
        Ok(facts::of_proxy(&self.state.services, &path))
    }

    fn set(&mut self, exchange: Resource<Handle>, path: Vec<String>, value: Vec<u8>) -> Hosted<bool> {
        let mut inner = self.exchange(&exchange)?.exchange().lock();
        if facts::is_own(&path) {
            return Ok(false);
        }
        Ok(inner.properties.set(path, value))
    }
}

impl timers::Host for FilterView<'_> {
    fn set_tick(&mut self, period_ms: u32) -> Hosted<()> {
        let period_ms = if period_ms == 0 { 0 } else { period_ms.max(SHORTEST_TICK_MS) };
        self.state.orders.push(Order::Tick(period_ms));
        Ok(())
    }
}

impl retirement::Host for FilterView<'_> {
    fn done(&mut self) -> Hosted<()> {
        self.state.orders.push(Order::Done);
        Ok(())
    }
}

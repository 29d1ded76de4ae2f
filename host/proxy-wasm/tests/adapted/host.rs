//! A small host of `witdock:proxy`: what a filter asks for is written down, and what it reads is what the test has put there.

use std::collections::{BTreeMap, HashMap, VecDeque};

use wasmtime::component::{Component, HasSelf, Linker, Resource, ResourceAny};
use wasmtime::{Config, Engine, Store};

wasmtime::component::bindgen!({
    path: [
        "../../wit/plugin", "../../wit/proxy", "adapter/wit-wasi/clocks.wit", "adapter/wit-wasi/random.wit", "adapter/wit",
    ],
    world: "witdock:proxy-wasm-adapter/adapter",
    imports: { default: trappable },
    with: { "witdock:proxy/http.exchange": Exchange, "witdock:proxy/tcp.connection": Connection },
});

use self::exports::witdock::proxy::filter::Configuration;
pub use self::exports::witdock::proxy::http_filter::{Action, Outcome};
use self::wasi::clocks::{monotonic_clock, wall_clock};
use self::wasi::random::random;
use self::witdock::plugin::log;
use self::witdock::proxy::http::{self, Callbacks, Part, RespondError, Side};
use self::witdock::proxy::http_calls::{self, CallError, Request};
use self::witdock::proxy::metrics::{self, Kind, MetricError};
use self::witdock::proxy::queues::{self, SendError};
use self::witdock::proxy::shared_data::{self, Entry, StoreError};
pub use self::witdock::proxy::tcp::Peer;
use self::witdock::proxy::types::{self, EditError, Header, Property, Response};
use self::witdock::proxy::{properties, retirement, tcp, timers};

/// One exchange, all of which its filter may change.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    pub parts: BTreeMap<u8, Vec<(String, Vec<u8>)>>,
    pub bodies: [Option<Vec<u8>>; 2],
    pub responses: Vec<Response>,
    pub resumed: Vec<Side>,
    pub aborted: bool,
    /// The response's headers have gone to the client.
    pub begun: bool,
    pub ignored: Callbacks,
    pub properties: HashMap<Vec<String>, Vec<u8>>,
}

/// One connection, with what is held of the data from each peer.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    pub data: [Vec<u8>; 2],
    pub resumed: Vec<Peer>,
    pub closed: bool,
}

#[derive(Debug, Default)]
pub struct State {
    pub connections: HashMap<u32, Connection>,
    pub log: Vec<String>,
    pub panics: Vec<String>,
    pub exchanges: HashMap<u32, Exchange>,
    pub calls: Vec<Request>,
    pub shared: HashMap<String, (Vec<u8>, u32)>,
    pub queues: Vec<(String, VecDeque<Vec<u8>>)>,
    pub metrics: Vec<(Kind, String, i64)>,
    pub tick: Option<u32>,
    pub retired: bool,
}

fn key(part: Part) -> u8 {
    match part {
        Part::RequestHeaders => 0,
        Part::RequestTrailers => 1,
        Part::ResponseHeaders => 2,
        Part::ResponseTrailers => 3,
    }
}

fn side(side: Side) -> usize {
    match side {
        Side::Request => 0,
        Side::Response => 1,
    }
}

type Hosted<T> = wasmtime::Result<T>;

impl State {
    fn exchange(&mut self, handle: &Resource<Exchange>) -> &mut Exchange {
        self.exchanges.get_mut(&handle.rep()).unwrap()
    }
}

impl types::Host for State {}

impl http::Host for State {}

impl http::HostExchange for State {
    fn headers(&mut self, own: Resource<Exchange>, part: Part) -> Hosted<Option<Vec<Header>>> {
        let headers = self.exchange(&own).parts.get(&key(part)).cloned();
        Ok(headers.map(|headers| headers.into_iter().map(|(name, value)| Header { name, value }).collect()))
    }

    fn header(&mut self, own: Resource<Exchange>, part: Part, name: String) -> Hosted<Option<Vec<u8>>> {
        Ok(self.header_values(own, part, name)?.into_iter().next())
    }

    fn header_values(&mut self, own: Resource<Exchange>, part: Part, name: String) -> Hosted<Vec<Vec<u8>>> {
        let headers = self.exchange(&own).parts.get(&key(part)).cloned().unwrap_or_default();
        Ok(headers.into_iter().filter(|(own, _)| *own == name).map(|(_, value)| value).collect())
    }

    fn set_header(
        &mut self,
        own: Resource<Exchange>,
        part: Part,
        name: String,
        value: Vec<u8>,
    ) -> Hosted<Result<(), EditError>> {
        let Some(headers) = self.exchange(&own).parts.get_mut(&key(part)) else {
            return Ok(Err(EditError::Absent));
        };
        match headers.iter().position(|(own, _)| *own == name) {
            Some(at) => {
                headers[at].1 = value;
                let mut number = 0;
                headers.retain(|(own, _)| {
                    *own != name || {
                        number += 1;
                        number == 1
                    }
                });
            }
            None => headers.push((name, value)),
        }
        Ok(Ok(()))
    }

    fn add_header(
        &mut self,
        own: Resource<Exchange>,
        part: Part,
        name: String,
        value: Vec<u8>,
    ) -> Hosted<Result<(), EditError>> {
        let Some(headers) = self.exchange(&own).parts.get_mut(&key(part)) else {
            return Ok(Err(EditError::Absent));
        };
        if name.is_empty() || value.contains(&b'\n') {
            return Ok(Err(EditError::Invalid("a name or value".to_owned())));
        }
        headers.push((name, value));
        Ok(Ok(()))
    }

    fn remove_header(
        &mut self,
        own: Resource<Exchange>,
        part: Part,
        name: String,
    ) -> Hosted<Result<(), EditError>> {
        let Some(headers) = self.exchange(&own).parts.get_mut(&key(part)) else {
            return Ok(Err(EditError::Absent));
        };
        headers.retain(|(own, _)| *own != name);
        Ok(Ok(()))
    }

    fn set_headers(
        &mut self,
        own: Resource<Exchange>,
        part: Part,
        headers: Vec<Header>,
    ) -> Hosted<Result<(), EditError>> {
        let exchange = self.exchange(&own);
        // A message whose body is here gets trailers.
        if let Part::RequestTrailers | Part::ResponseTrailers = part
            && exchange.bodies[usize::from(part == Part::ResponseTrailers)].is_some()
        {
            exchange.parts.entry(key(part)).or_default();
        }
        let Some(own) = self.exchange(&own).parts.get_mut(&key(part)) else {
            return Ok(Err(EditError::Absent));
        };
        *own = headers.into_iter().map(|header| (header.name, header.value)).collect();
        Ok(Ok(()))
    }

    fn body_size(&mut self, own: Resource<Exchange>, at: Side) -> Hosted<u64> {
        Ok(self.exchange(&own).bodies[side(at)].as_ref().map_or(0, Vec::len) as u64)
    }

    fn body(&mut self, own: Resource<Exchange>, at: Side, start: u64, length: u64) -> Hosted<Vec<u8>> {
        let body = self.exchange(&own).bodies[side(at)].clone().unwrap_or_default();
        let start = usize::try_from(start).unwrap().min(body.len());
        let end = start.saturating_add(usize::try_from(length).unwrap()).min(body.len());
        Ok(body[start..end].to_vec())
    }

    fn edit_body(
        &mut self,
        own: Resource<Exchange>,
        at: Side,
        start: u64,
        length: u64,
        data: Vec<u8>,
    ) -> Hosted<Result<(), EditError>> {
        let Some(body) = self.exchange(&own).bodies[side(at)].as_mut() else {
            return Ok(Err(EditError::Absent));
        };
        let start = usize::try_from(start).unwrap().min(body.len());
        let end = start.saturating_add(usize::try_from(length).unwrap()).min(body.len());
        body.splice(start..end, data);
        Ok(Ok(()))
    }

    fn respond(&mut self, own: Resource<Exchange>, response: Response) -> Hosted<Result<(), RespondError>> {
        if self.exchange(&own).begun {
            return Ok(Err(RespondError::Begun));
        }
        if !(200..600).contains(&response.status) {
            return Ok(Err(RespondError::Invalid("the status".to_owned())));
        }
        self.exchange(&own).responses.push(response);
        Ok(Ok(()))
    }

    fn resume(&mut self, own: Resource<Exchange>, at: Side) -> Hosted<()> {
        self.exchange(&own).resumed.push(at);
        Ok(())
    }

    fn abort(&mut self, own: Resource<Exchange>) -> Hosted<()> {
        self.exchange(&own).aborted = true;
        Ok(())
    }

    fn ignore(&mut self, own: Resource<Exchange>, callbacks: Callbacks) -> Hosted<()> {
        self.exchange(&own).ignored |= callbacks;
        Ok(())
    }

    fn drop(&mut self, own: Resource<Exchange>) -> Hosted<()> {
        self.log.push(format!("exchange {} dropped", own.rep()));
        Ok(())
    }
}

fn range(data: &[u8], start: u64, length: u64) -> std::ops::Range<usize> {
    let start = usize::try_from(start).unwrap().min(data.len());
    start..start.saturating_add(usize::try_from(length).unwrap()).min(data.len())
}

impl State {
    fn held(&mut self, own: &Resource<Connection>, sender: Peer) -> &mut Vec<u8> {
        &mut self.connections.get_mut(&own.rep()).unwrap().data[usize::from(sender == Peer::Upstream)]
    }
}

impl tcp::Host for State {}

impl tcp::HostConnection for State {
    fn data_size(&mut self, own: Resource<Connection>, sender: Peer) -> Hosted<u64> {
        Ok(self.held(&own, sender).len() as u64)
    }

    fn data(&mut self, own: Resource<Connection>, sender: Peer, start: u64, length: u64) -> Hosted<Vec<u8>> {
        let held = self.held(&own, sender);
        Ok(held[range(held, start, length)].to_vec())
    }

    fn edit_data(
        &mut self,
        own: Resource<Connection>,
        sender: Peer,
        start: u64,
        length: u64,
        data: Vec<u8>,
    ) -> Hosted<Result<(), EditError>> {
        let held = self.held(&own, sender);
        let range = range(held, start, length);
        held.splice(range, data);
        Ok(Ok(()))
    }

    fn resume(&mut self, own: Resource<Connection>, sender: Peer) -> Hosted<()> {
        self.connections.get_mut(&own.rep()).unwrap().resumed.push(sender);
        Ok(())
    }

    fn close(&mut self, own: Resource<Connection>) -> Hosted<()> {
        self.connections.get_mut(&own.rep()).unwrap().closed = true;
        Ok(())
    }

    fn drop(&mut self, own: Resource<Connection>) -> Hosted<()> {
        self.log.push(format!("connection {} dropped", own.rep()));
        Ok(())
    }
}

impl http_calls::Host for State {
    fn start(&mut self, request: Request) -> Hosted<Result<u64, CallError>> {
        if request.cluster != "auth" {
            return Ok(Err(CallError::UnknownCluster("auth".to_owned())));
        }
        if !request.headers.iter().any(|header| header.name == ":authority") {
            return Ok(Err(CallError::Invalid("no :authority".to_owned())));
        }
        self.calls.push(request);
        Ok(Ok(self.calls.len() as u64))
    }

    fn start_for(&mut self, _: Resource<Exchange>, request: Request) -> Hosted<Result<u64, CallError>> {
        self.start(request)
    }

    fn start_for_connection(
        &mut self,
        _: Resource<Connection>,
        request: Request,
    ) -> Hosted<Result<u64, CallError>> {
        self.start(request)
    }

    fn cancel(&mut self, _: u64) -> Hosted<()> {
        Ok(())
    }
}

impl shared_data::Host for State {
    fn get(&mut self, key: String) -> Hosted<Option<Entry>> {
        Ok(self.shared.get(&key).cloned().map(|(value, version)| Entry { value, version }))
    }

    fn set(&mut self, key: String, value: Vec<u8>) -> Hosted<Result<(), StoreError>> {
        let entry = self.shared.entry(key).or_default();
        *entry = (value, entry.1 + 1);
        Ok(Ok(()))
    }

    fn compare_and_set(
        &mut self,
        key: String,
        value: Vec<u8>,
        version: Option<u32>,
    ) -> Hosted<Result<(), StoreError>> {
        if self.shared.get(&key).map(|entry| entry.1) != version {
            return Ok(Err(StoreError::Changed));
        }
        self.set(key, value)
    }

    fn remove(&mut self, key: String) -> Hosted<bool> {
        Ok(self.shared.remove(&key).is_some())
    }
}

impl queues::Host for State {
    fn register(&mut self, name: String) -> Hosted<u32> {
        if let Some(at) = self.queues.iter().position(|(own, _)| *own == name) {
            return Ok(at as u32 + 1);
        }
        self.queues.push((name, VecDeque::new()));
        Ok(self.queues.len() as u32)
    }

    fn find(&mut self, scope: String, name: String) -> Hosted<Option<u32>> {
        Ok(self.queues.iter().position(|(own, _)| *own == name && scope == "scope").map(|at| at as u32 + 1))
    }

    fn send(&mut self, queue: u32, message: Vec<u8>) -> Hosted<Result<(), SendError>> {
        match self.queues.get_mut((queue as usize).wrapping_sub(1)) {
            Some((_, messages)) => {
                messages.push_back(message);
                Ok(Ok(()))
            }
            None => Ok(Err(SendError::NoSuchQueue)),
        }
    }

    fn receive(&mut self, queue: u32) -> Hosted<Option<Vec<u8>>> {
        Ok(self
            .queues
            .get_mut((queue as usize).wrapping_sub(1))
            .and_then(|(_, messages)| messages.pop_front()))
    }
}

impl metrics::Host for State {
    fn define(&mut self, kind: Kind, name: String) -> Hosted<Result<u32, MetricError>> {
        if let Some(at) = self.metrics.iter().position(|metric| metric.1 == name) {
            let fits = self.metrics[at].0 == kind;
            return Ok(if fits { Ok(at as u32) } else { Err(MetricError::Invalid("its kind".to_owned())) });
        }
        self.metrics.push((kind, name, 0));
        Ok(Ok(self.metrics.len() as u32 - 1))
    }

    fn add(&mut self, metric: u32, by: i64) -> Hosted<Result<(), MetricError>> {
        self.metrics[metric as usize].2 += by;
        Ok(Ok(()))
    }

    fn record(&mut self, metric: u32, value: u64) -> Hosted<Result<(), MetricError>> {
        let metric = &mut self.metrics[metric as usize];
        metric.2 = if metric.0 == Kind::Counter { metric.2 } else { 0 } + value.cast_signed();
        Ok(Ok(()))
    }

    fn read(&mut self, metric: u32) -> Hosted<Result<u64, MetricError>> {
        Ok(Ok(self.metrics[metric as usize].2.cast_unsigned()))
    }
}

impl properties::Host for State {
    fn of_exchange(&mut self, own: Resource<Exchange>, path: Vec<String>) -> Hosted<Option<Property>> {
        let parts: Vec<_> = path.iter().map(String::as_str).collect();
        Ok(match parts.as_slice() {
            ["request", "size"] => Some(Property::Signed(-2)),
            ["request", "time"] => Some(Property::Timestamp(3)),
            ["request", "duration"] => Some(Property::Duration(4)),
            ["connection", "mtls"] => Some(Property::Boolean(true)),
            ["request", "headers"] => {
                Some(Property::Entries(vec![Header { name: "a".to_owned(), value: b"b".to_vec() }]))
            }
            _ => self.exchange(&own).properties.get(&path).cloned().map(Property::Text),
        })
    }

    fn of_connection(&mut self, _: Resource<Connection>, path: Vec<String>) -> Hosted<Option<Property>> {
        Ok((path == ["source", "address"]).then(|| Property::Text(b"127.0.0.1:1".to_vec())))
    }

    fn of_proxy(&mut self, path: Vec<String>) -> Hosted<Option<Property>> {
        let parts: Vec<_> = path.iter().map(String::as_str).collect();
        Ok(match parts.as_slice() {
            ["filter", "scope"] => Some(Property::Text(b"scope".to_vec())),
            _ => None,
        })
    }

    fn set(&mut self, own: Resource<Exchange>, path: Vec<String>, value: Vec<u8>) -> Hosted<bool> {
        if path.first().is_some_and(|first| first == "request") {
            return Ok(false);
        }
        self.exchange(&own).properties.insert(path, value);
        Ok(true)
    }
}

impl timers::Host for State {
    fn set_tick(&mut self, period_ms: u32) -> Hosted<()> {
        self.tick = Some(period_ms);
        Ok(())
    }
}

impl retirement::Host for State {
    fn done(&mut self) -> Hosted<()> {
        self.retired = true;
        Ok(())
    }
}

impl log::Host for State {
    fn write(&mut self, level: log::Level, _: String, message: String) -> Hosted<()> {
        let level = format!("{level:?}").to_lowercase();
        self.log.push(format!("{} {message}", level.trim_start_matches("level::")));
        Ok(())
    }

    fn max_level(&mut self) -> Hosted<log::Level> {
        Ok(log::Level::Debug)
    }

    fn panicked(&mut self, message: String, _: Option<log::Location>) -> Hosted<()> {
        self.panics.push(message);
        Ok(())
    }
}

impl wall_clock::Host for State {
    fn now(&mut self) -> Hosted<wall_clock::Datetime> {
        Ok(wall_clock::Datetime { seconds: 2, nanoseconds: 3 })
    }
}

impl monotonic_clock::Host for State {
    fn now(&mut self) -> Hosted<u64> {
        Ok(77)
    }
}

impl random::Host for State {
    fn get_random_bytes(&mut self, len: u64) -> Hosted<Vec<u8>> {
        Ok(vec![9; usize::try_from(len).unwrap()])
    }
}

/// A filter that runs.
pub struct Filter {
    pub store: Store<State>,
    world: Adapter,
    next: u32,
}

/// A stream of a filter.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    resource: ResourceAny,
    pub exchange: u32,
}

pub fn engine() -> &'static Engine {
    static ENGINE: std::sync::LazyLock<Engine> = std::sync::LazyLock::new(|| {
        let mut config = Config::new();
        config.concurrency_support(false);
        config.wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Enable);
        Engine::new(&config).unwrap()
    });
    &ENGINE
}

impl Filter {
    /// Instantiates a component without configuring it.
    pub fn instantiate(component: &[u8]) -> Self {
        let component = Component::new(engine(), component).unwrap();
        let mut linker = Linker::new(engine());
        Adapter::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state).unwrap();
        let mut store = Store::new(engine(), State::default());
        let world = Adapter::instantiate(&mut store, &component, &linker).unwrap();
        Self { store, world, next: 0 }
    }

    /// Adapts a module, starts and configures it.
    pub fn start(module: &[u8], settings: &[u8], shared: &[u8]) -> Self {
        Self::start_with(module, settings, shared, witdock_proxy_wasm::Options::default())
    }

    pub fn start_with(
        module: &[u8],
        settings: &[u8],
        shared: &[u8],
        options: witdock_proxy_wasm::Options,
    ) -> Self {
        let adapted =
            witdock_proxy_wasm::adapt_with(module, options).unwrap_or_else(|error| panic!("{error}"));
        let mut filter = Self::instantiate(&adapted.component);
        filter.configure(settings, shared).unwrap().unwrap();
        filter
    }

    pub fn configure(&mut self, settings: &[u8], shared: &[u8]) -> Hosted<Result<(), String>> {
        let configuration = Configuration {
            name: "probe".to_owned(),
            settings: settings.to_vec(),
            shared_settings: shared.to_vec(),
        };
        self.world.witdock_proxy_filter().call_configure(&mut self.store, &configuration)
    }

    pub fn state(&mut self) -> &mut State {
        self.store.data_mut()
    }

    /// The log so far, which is then empty.
    pub fn log(&mut self) -> Vec<String> {
        std::mem::take(&mut self.state().log)
    }

    /// Begins a stream of a request with these headers.
    pub fn stream(&mut self, headers: &[(&str, &str)]) -> Stream {
        self.try_stream(headers).unwrap()
    }

    pub fn try_stream(&mut self, headers: &[(&str, &str)]) -> Hosted<Stream> {
        self.next += 1;
        let exchange = self.next;
        let mut own = Exchange::default();
        own.parts.insert(0, owned(headers));
        self.state().exchanges.insert(exchange, own);
        let handle = Resource::new_own(exchange);
        let resource =
            self.world.witdock_proxy_http_filter().http_stream().call_constructor(&mut self.store, handle)?;
        Ok(Stream { resource, exchange })
    }

    pub fn exchange(&mut self, stream: Stream) -> &mut Exchange {
        self.state().exchanges.get_mut(&stream.exchange).unwrap()
    }

    pub fn on_request_headers(&mut self, stream: Stream, end: bool) -> Hosted<Action> {
        self.world.witdock_proxy_http_filter().http_stream().call_on_request_headers(
            &mut self.store,
            stream.resource,
            end,
        )
    }

    pub fn on_request_body(&mut self, stream: Stream, body: &[u8], end: bool) -> Hosted<Action> {
        self.exchange(stream).bodies[0] = Some(body.to_vec());
        let size = body.len() as u64;
        self.world.witdock_proxy_http_filter().http_stream().call_on_request_body(
            &mut self.store,
            stream.resource,
            size,
            end,
        )
    }

    pub fn on_request_trailers(&mut self, stream: Stream, trailers: &[(&str, &str)]) -> Hosted<Action> {
        self.exchange(stream).parts.insert(1, owned(trailers));
        self.world
            .witdock_proxy_http_filter()
            .http_stream()
            .call_on_request_trailers(&mut self.store, stream.resource)
    }

    pub fn on_response_headers(
        &mut self,
        stream: Stream,
        headers: &[(&str, &str)],
        end: bool,
    ) -> Hosted<Action> {
        self.exchange(stream).parts.insert(2, owned(headers));
        self.world.witdock_proxy_http_filter().http_stream().call_on_response_headers(
            &mut self.store,
            stream.resource,
            end,
        )
    }

    pub fn on_response_body(&mut self, stream: Stream, body: &[u8], end: bool) -> Hosted<Action> {
        self.exchange(stream).bodies[1] = Some(body.to_vec());
        let size = body.len() as u64;
        self.world.witdock_proxy_http_filter().http_stream().call_on_response_body(
            &mut self.store,
            stream.resource,
            size,
            end,
        )
    }

    pub fn on_response_trailers(&mut self, stream: Stream, trailers: &[(&str, &str)]) -> Hosted<Action> {
        self.exchange(stream).parts.insert(3, owned(trailers));
        self.world
            .witdock_proxy_http_filter()
            .http_stream()
            .call_on_response_trailers(&mut self.store, stream.resource)
    }

    pub fn log_stream(&mut self, stream: Stream) -> Hosted<()> {
        self.world.witdock_proxy_http_filter().http_stream().call_log(&mut self.store, stream.resource)
    }

    pub fn drop_stream(&mut self, stream: Stream) -> Hosted<()> {
        stream.resource.resource_drop(&mut self.store)
    }

    /// Begins a stream of a connection.
    pub fn connection(&mut self) -> Stream {
        self.next += 1;
        let exchange = self.next;
        self.state().connections.insert(exchange, Connection::default());
        let handle = Resource::new_own(exchange);
        let resource = self
            .world
            .witdock_proxy_tcp_filter()
            .tcp_stream()
            .call_constructor(&mut self.store, handle)
            .unwrap();
        Stream { resource, exchange }
    }

    pub fn on_open(&mut self, stream: Stream) -> Hosted<Action> {
        self.world.witdock_proxy_tcp_filter().tcp_stream().call_on_open(&mut self.store, stream.resource)
    }

    pub fn on_data(&mut self, stream: Stream, sender: Peer, data: &[u8], end: bool) -> Hosted<Action> {
        let size = data.len() as u64;
        let connection = self.state().connections.get_mut(&stream.exchange).unwrap();
        connection.data[usize::from(sender == Peer::Upstream)] = data.to_vec();
        let streams = self.world.witdock_proxy_tcp_filter().tcp_stream();
        streams.call_on_data(&mut self.store, stream.resource, sender, size, end)
    }

    pub fn on_closed(&mut self, stream: Stream, by: Peer) -> Hosted<()> {
        self.world.witdock_proxy_tcp_filter().tcp_stream().call_on_closed(
            &mut self.store,
            stream.resource,
            by,
        )
    }

    pub fn log_connection(&mut self, stream: Stream) -> Hosted<()> {
        self.world.witdock_proxy_tcp_filter().tcp_stream().call_log(&mut self.store, stream.resource)
    }

    pub fn on_tick(&mut self) -> Hosted<()> {
        self.world.witdock_proxy_events().call_on_tick(&mut self.store)
    }

    pub fn on_call_ended(&mut self, call: u64, outcome: &Outcome) -> Hosted<()> {
        self.world.witdock_proxy_events().call_on_call_ended(&mut self.store, call, outcome)
    }

    pub fn on_queue(&mut self, queue: u32) -> Hosted<()> {
        self.world.witdock_proxy_events().call_on_queue(&mut self.store, queue)
    }

    pub fn on_retire(&mut self) -> Hosted<bool> {
        self.world.witdock_proxy_events().call_on_retire(&mut self.store)
    }
}

pub fn owned(headers: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect()
}

pub fn shown(headers: &[(String, Vec<u8>)]) -> Vec<String> {
    headers.iter().map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value))).collect()
}

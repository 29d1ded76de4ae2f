//! A proxy in memory with one filter.

use super::exchange::Exchange;
use super::message::Message;
use super::run::{End, Exchanged, Stop, Way};
use super::world::{Entered, World};
use crate::bindings::exports::witdock::proxy::filter::Configuration;
use crate::bindings::witdock::proxy::http_calls::Request;
use crate::bindings::witdock::proxy::types::{Answer, Response};
use crate::instance::Running;
use crate::properties::Property;
use crate::{CallFailure, Events, Header, HttpFilter, Outcome, Side, Stream};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

type Upstream = Box<dyn FnMut(&Message) -> Message>;
pub(super) type Cluster = Box<dyn FnMut(&Message) -> Result<Message, CallFailure>>;

/// A proxy in memory with one filter. See [`testing`](crate::testing).
pub struct Tester<F: HttpFilter> {
    running: Running<F>,
    world: Rc<RefCell<World>>,
    upstream: Upstream,
    clusters: HashMap<String, Cluster>,
}

impl<F: HttpFilter> fmt::Debug for Tester<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tester").field("world", &self.world).finish_non_exhaustive()
    }
}

fn configure<F: HttpFilter>(settings: &Value) -> Result<Running<F>, String> {
    let settings = settings.to_string().into_bytes();
    Running::configure(&Configuration { name: "tested".to_owned(), settings, shared_settings: Vec::new() })
}

impl<F: HttpFilter> Tester<F> {
    /// Configures the filter. The upstream answers 200 with the text `ok` until [`upstream`](Self::upstream) sets another one; the client is
    /// `203.0.113.7:50000`.
    ///
    /// # Errors
    ///
    /// What is wrong with the settings, as the operator would see it.
    pub fn new(settings: Value) -> Result<Self, String> {
        let world = Rc::new(RefCell::new(World::new()));
        let running = {
            let _entered = Entered::new(&world);
            configure(&settings)?
        };
        let upstream = |_: &Message| Message::response(200).header("content-type", "text/plain").body("ok");
        let mut tester = Self { running, world, upstream: Box::new(upstream), clusters: HashMap::new() };
        tester.source(SocketAddr::from(([203, 0, 113, 7], 50000)));
        Ok(tester)
    }

    /// Configures the filter anew, as a reload does: shared data, queues and metrics stay.
    ///
    /// # Errors
    ///
    /// What is wrong with the settings; the filter stays as it is.
    pub fn reload(&mut self, settings: Value) -> Result<(), String> {
        let _entered = Entered::new(&self.world);
        self.running = configure(&settings)?;
        Ok(())
    }

    /// Sets what answers requests that go through.
    pub fn upstream(&mut self, upstream: impl FnMut(&Message) -> Message + 'static) {
        self.upstream = Box::new(upstream);
    }

    /// Gives the filter a cluster that it may call, and what answers there.
    pub fn cluster(
        &mut self,
        name: &str,
        answer: impl FnMut(&Message) -> Result<Message, CallFailure> + 'static,
    ) {
        self.clusters.insert(name.to_owned(), Box::new(answer));
        self.world.borrow_mut().clusters.insert(name.to_owned());
    }

    /// Sets the client's address and port.
    pub fn source(&mut self, address: SocketAddr) {
        self.property(&["source", "address"], Property::Text(address.to_string().into_bytes()));
    }

    /// Sets a property of all exchanges and of the proxy.
    pub fn property(&mut self, path: &[&str], value: Property) {
        let path: Vec<_> = path.iter().map(|part| (*part).to_owned()).collect();
        let mut world = self.world.borrow_mut();
        world.properties.retain(|(own, _)| *own != path);
        world.properties.push((path, value));
    }

    /// Lets time pass. It begins with 2026.
    pub fn advance(&mut self, by: Duration) {
        self.world.borrow_mut().now += by;
    }

    /// The value of a key of the shared data.
    pub fn shared(&self, key: &str) -> Option<Vec<u8>> {
        self.world.borrow().shared.get(key).map(|entry| entry.value.clone())
    }

    /// Stores a value in the shared data.
    pub fn set_shared(&mut self, key: &str, value: impl AsRef<[u8]>) {
        self.world.borrow_mut().store(key, value.as_ref());
    }

    /// The value of a counter or a gauge, or how many observations a histogram has. None if the filter has not used it.
    pub fn metric(&self, name: &str) -> Option<i64> {
        let world = self.world.borrow();
        let metric = world.metrics.iter().find(|metric| metric.name == name)?;
        Some(match metric.observed.len() {
            0 => metric.value,
            count => i64::try_from(count).unwrap_or(i64::MAX),
        })
    }

    /// The period of ticks, if the filter has set one.
    pub fn tick_period(&self) -> Option<Duration> {
        let period = self.world.borrow().tick_ms;
        (period > 0).then(|| Duration::from_millis(period.into()))
    }

    /// Takes a request through the filter to the upstream, and its response back to the client. Calls of the filter are answered as soon as
    /// the callback returns that began them.
    pub fn run(&mut self, request: Message) -> Exchanged {
        let _entered = Entered::new(&self.world);
        let exchange = Exchange::new(self.world.borrow().now);
        let stream = Stream::new(exchange.clone(), self.running.lacking());
        let (world, clusters) = (self.world.clone(), &mut self.clusters);
        let mut answer = |running: &mut Running<F>, stream: &mut Stream<F>| {
            let Some((number, outcome)) = answered(&world, clusters, false) else { return false };
            running.stream_call_ended(stream, number, outcome);
            true
        };
        let mut way =
            Way { exchange: exchange.clone(), stream, running: &mut self.running, answer: &mut answer };
        let (request, stop) = way.take(Side::Request, request);
        let instead = match stop {
            None => Ok((self.upstream)(request.as_ref().unwrap_or(&Message::get("/")))),
            Some(stop) => own(&exchange, stop),
        };
        let (response, end) = match instead {
            Err(end) => (None, end),
            Ok(response) => match way.take(Side::Response, response) {
                (response, None) => (response, End::Complete),
                // A filter whose turn has passed does not see another response of this exchange.
                (response, Some(stop)) => match own(&exchange, stop) {
                    Ok(instead) => (Some(instead), End::Complete),
                    Err(end) => (response, end),
                },
            },
        };
        let inner = exchange.0.borrow().ignored;
        if !inner.contains(crate::Callbacks::LOG) {
            let Way { running, mut stream, .. } = way;
            running.log(&mut stream);
        }
        self.world.borrow_mut().calls.retain(|call| call.of_instance);
        let inner = exchange.0.borrow();
        Exchanged {
            request,
            response,
            end,
            details: inner.details.clone(),
            properties: inner.properties.clone(),
        }
    }
}

impl<F: Events> Tester<F> {
    /// Lets the period of the tick pass and the filter's [`Events::on_tick`] run, with what follows from it.
    pub fn tick(&mut self) {
        if let Some(period) = self.tick_period() {
            self.advance(period);
        }
        let _entered = Entered::new(&self.world);
        self.running.tick();
        self.settle();
    }

    /// Tells the filter of messages in its queues, and answers its own calls.
    pub fn settle(&mut self) {
        let _entered = Entered::new(&self.world);
        loop {
            if let Some((number, outcome)) = answered(&self.world, &mut self.clusters, true) {
                self.running.call_ended(number, outcome);
                continue;
            }
            let untold = {
                let queues = &mut self.world.borrow_mut().queues;
                let at = queues.iter().position(|queue| queue.untold > 0);
                if let Some(queue) = at.and_then(|at| queues.get_mut(at)) {
                    queue.untold -= 1;
                }
                at.and_then(|at| u32::try_from(at).ok())
            };
            match untold {
                Some(queue) => self.running.queue(queue),
                None => return,
            }
        }
    }

    /// Retires the instance. Returns whether it is done with its work.
    pub fn retire(&mut self) -> bool {
        let _entered = Entered::new(&self.world);
        self.running.retire() || self.world.borrow().is_done
    }
}

/// The next call of a stream or of the instance, with its outcome.
pub(super) fn answered(
    world: &RefCell<World>,
    clusters: &mut HashMap<String, Cluster>,
    of_instance: bool,
) -> Option<(u64, Outcome)> {
    let call = {
        let calls = &mut world.borrow_mut().calls;
        let at = calls.iter().position(|call| call.of_instance == of_instance)?;
        calls.remove(at)
    };
    let Request { cluster, headers, body, trailers, timeout_ms: _ } = call.request;
    let trailers = (!trailers.is_empty()).then_some(trailers);
    let request = Message { headers, pieces: vec![body], trailers };
    let outcome = match clusters.get_mut(&cluster) {
        Some(answer) => answer(&request),
        None => Err(CallFailure::Unreachable),
    };
    let outcome = outcome.map(|message| Answer {
        body: message.bytes(),
        headers: message.headers,
        trailers: message.trailers.unwrap_or_default(),
    });
    Some((call.number, outcome))
}

/// The response of the filter's own, or how the exchange ends.
fn own(exchange: &Exchange, stop: Stop) -> Result<Message, End> {
    let Response { status, headers, body, details, .. } = match stop {
        Stop::Respond(response) => response,
        Stop::Abort => return Err(End::Aborted),
        Stop::Stuck(side) => return Err(End::Paused(side)),
    };
    exchange.0.borrow_mut().details = Some(details);
    let mut message = Message::response(status);
    let is_length = |header: &Header| header.name.eq_ignore_ascii_case("content-length");
    message.headers.extend(headers.into_iter().filter(|header| !is_length(header)));
    Ok(if matches!(status, 204 | 304) { message } else { message.body(body) })
}

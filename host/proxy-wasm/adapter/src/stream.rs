//! A stream: a context of Proxy-Wasm for one exchange.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, Ref, RefCell};

use crate::bindings::exports::witdock::proxy::http_filter::{
    Action, Call, Exchange, GuestHttpStream, Outcome,
};
use crate::bindings::witdock::proxy::http::{Callbacks, Part, Side};
use crate::bindings::witdock::proxy::types::Header;
use crate::context::{self, Context, ROOT};
use crate::module::{self, Callback};
use crate::semantics;

pub(crate) struct Stream {
    pub(crate) id: u32,
    pub(crate) exchange: Exchange,
    /// The parts that a callback has seen and not let through, by [`part_bit`]. For Envoy, there are no others.
    seen: Cell<u8>,
    /// The same for bodies, by [`side_bit`].
    bodies: Cell<u8>,
    /// The trailers of bodies that have ended without any, by [`part_bit`].
    ended: Cell<u8>,
    /// The headers that this callback has read.
    read: RefCell<Option<(Part, Vec<Header>)>>,
    phase: Cell<Phase>,
    /// The proxy has dropped the resource.
    is_dropped: Cell<bool>,
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Open,
    /// `proxy_on_log` runs.
    Logs,
    /// It has run.
    Logged,
    /// `proxy_on_done` answered false, and `proxy_done` has not come.
    Pending,
    Done,
}

fn part_bit(part: Part) -> u8 {
    match part {
        Part::RequestHeaders => 1,
        Part::RequestTrailers => 2,
        Part::ResponseHeaders => 4,
        Part::ResponseTrailers => 8,
    }
}

fn side_bit(side: Side) -> u8 {
    match side {
        Side::Request => 1,
        Side::Response => 2,
    }
}

impl Stream {
    /// Whether the module can read a part at the moment.
    pub(crate) fn can_read(&self, part: Part) -> bool {
        semantics::is_spec() || self.logs() || self.seen.get() & part_bit(part) != 0
    }

    /// Whether `proxy_on_log` runs. For Envoy, all maps can be read then, and what is not there is empty.
    pub(crate) fn logs(&self) -> bool {
        self.phase.get() == Phase::Logs
    }

    /// Whether trailers could be given to a message without any: its body has ended with this callback.
    pub(crate) fn takes_trailers(&self, part: Part) -> bool {
        self.ended.get() & part_bit(part) != 0
    }

    /// Whether the module can change a part at the moment.
    pub(crate) fn can_change(&self, part: Part) -> bool {
        semantics::is_spec() || self.seen.get() & part_bit(part) != 0
    }

    pub(crate) fn has_body(&self, side: Side) -> bool {
        semantics::is_spec() || self.bodies.get() & side_bit(side) != 0
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.phase.get() != Phase::Open
    }

    /// Reads the headers once in each callback. None if there are none.
    pub(crate) fn headers(&self, part: Part) -> Option<Ref<'_, [Header]>> {
        let is_read = self.read.borrow().as_ref().is_some_and(|(read, _)| *read == part);
        if !is_read {
            let headers = self.exchange.headers(part)?;
            *self.read.borrow_mut() = Some((part, headers));
        }
        Ref::filter_map(self.read.borrow(), |read| read.as_ref().map(|(_, headers)| headers.as_slice())).ok()
    }

    /// The headers have changed, or may have.
    pub(crate) fn forget(&self) {
        self.read.take();
    }

    fn count(&self, part: Part) -> u32 {
        self.headers(part).map_or(0, |headers| headers.len() as u32)
    }

    /// A continued stream has nothing of the request, as in Envoy.
    pub(crate) fn continued(&self) {
        self.seen.set(self.seen.get() & !(part_bit(Part::RequestHeaders) | part_bit(Part::RequestTrailers)));
        self.bodies.set(self.bodies.get() & !side_bit(Side::Request));
    }

    fn call<R>(&self, run: impl FnOnce() -> R) -> R {
        let result = context::enter(self.id, run);
        self.forget();
        result
    }

    fn on_headers(&self, part: Part, end: bool, run: impl FnOnce(u32, u32, u32) -> u32) -> Action {
        let bit = part_bit(part);
        self.seen.set(self.seen.get() | bit);
        let count = self.count(part);
        let answer = self.call(|| run(self.id, count, end.into()));
        match answer {
            1 if semantics::headers_stop_alone() => Action::Hold,
            // Stop; stop and buffer; stop and watermark.
            1 | 3 | 4 => Action::Pause,
            _ => {
                self.seen.set(self.seen.get() & !bit);
                Action::Proceed
            }
        }
    }

    fn on_body(&self, side: Side, size: u64, end: bool, run: impl FnOnce(u32, u32, u32) -> u32) -> Action {
        let bit = side_bit(side);
        self.bodies.set(self.bodies.get() | bit);
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        if end {
            let trailers = match side {
                Side::Request => part_bit(Part::RequestTrailers),
                Side::Response => part_bit(Part::ResponseTrailers),
            };
            self.seen.set(self.seen.get() | trailers);
            self.ended.set(self.ended.get() | trailers);
        }
        let answer = self.call(|| run(self.id, size, end.into()));
        match answer {
            1 | 2 => Action::Pause,
            // Stop and drop what has come. It is there, so that nothing refuses it.
            3 => {
                let _ = self.exchange.edit_body(side, 0, u64::MAX, &[]);
                Action::Pause
            }
            _ => {
                self.bodies.set(self.bodies.get() & !bit);
                Action::Proceed
            }
        }
    }

    fn on_trailers(&self, part: Part, run: impl FnOnce(u32, u32) -> u32) -> Action {
        let bit = part_bit(part);
        self.seen.set(self.seen.get() | bit);
        let count = self.count(part);
        match self.call(|| run(self.id, count)) {
            1 => Action::Pause,
            _ => {
                self.seen.set(self.seen.get() & !bit);
                Action::Proceed
            }
        }
    }

    fn log(&self) {
        self.phase.set(Phase::Logs);
        self.call(|| module::proxy_on_log(self.id));
        self.phase.set(Phase::Logged);
    }

    /// Ends the stream in the order of the semantics: log, done, delete for Envoy, which ignores what done answers; done, log, delete for the
    /// specification, which waits for `proxy_done` after a false.
    fn end(&self, logs: bool) {
        if semantics::is_spec() {
            self.phase.set(Phase::Pending);
            if self.call(|| module::proxy_on_done(self.id)) != 0 {
                self.finish();
            }
            return;
        }
        if logs {
            self.log();
        }
        self.call(|| module::proxy_on_done(self.id));
        self.phase.set(Phase::Done);
    }

    /// After `proxy_on_done` has answered true, or `proxy_done`: what is left of the specification's order.
    fn finish(&self) {
        self.log();
        self.phase.set(Phase::Done);
    }

    fn delete(&self) {
        self.call(|| module::proxy_on_delete(self.id));
        context::remove(self.id);
    }

    /// `proxy_done`. Returns whether the stream waited for it.
    pub(crate) fn done(&self) -> bool {
        if self.phase.get() != Phase::Pending {
            return false;
        }
        self.finish();
        if self.is_dropped.get() {
            self.delete();
        }
        true
    }
}

/// The resource, which the proxy holds for as long as the exchange is there.
pub(crate) struct HttpStream(Rc<Stream>);

impl Drop for HttpStream {
    fn drop(&mut self) {
        let stream = &self.0;
        if !stream.has_ended() {
            stream.end(false);
        }
        stream.is_dropped.set(true);
        if stream.phase.get() == Phase::Done {
            stream.delete();
        }
    }
}

/// The callbacks that the module lacks.
fn lacking() -> Callbacks {
    let mut lacking = Callbacks::empty();
    let pairs = [
        (Callback::RequestBody, Callbacks::REQUEST_BODY),
        (Callback::RequestTrailers, Callbacks::REQUEST_TRAILERS),
        (Callback::ResponseHeaders, Callbacks::RESPONSE_HEADERS),
        (Callback::ResponseBody, Callbacks::RESPONSE_BODY),
        (Callback::ResponseTrailers, Callbacks::RESPONSE_TRAILERS),
    ];
    for (own, theirs) in pairs {
        if !module::has(own) {
            lacking |= theirs;
        }
    }
    // The end is seen when the stream is dropped; but nothing can be read then.
    if ![Callback::Log, Callback::Done, Callback::Delete].into_iter().any(module::has) {
        lacking |= Callbacks::LOG;
    }
    lacking
}

impl GuestHttpStream for HttpStream {
    fn new(exchange: Exchange) -> Self {
        let lacking = lacking();
        if !lacking.is_empty() {
            exchange.ignore(lacking);
        }
        let stream = Rc::new(Stream {
            id: context::next(),
            exchange,
            seen: Cell::new(0),
            bodies: Cell::new(0),
            ended: Cell::new(0),
            read: RefCell::new(None),
            phase: Cell::new(Phase::Open),
            is_dropped: Cell::new(false),
        });
        context::insert(Context::Http(stream.clone()));
        stream.call(|| module::proxy_on_context_create(stream.id, ROOT));
        Self(stream)
    }

    fn on_request_headers(&self, end_of_stream: bool) -> Action {
        if !module::has(Callback::RequestHeaders) {
            return Action::Proceed;
        }
        self.0.on_headers(Part::RequestHeaders, end_of_stream, module::proxy_on_request_headers)
    }

    fn on_request_body(&self, size: u64, end_of_stream: bool) -> Action {
        self.0.on_body(Side::Request, size, end_of_stream, module::proxy_on_request_body)
    }

    fn on_request_trailers(&self) -> Action {
        self.0.on_trailers(Part::RequestTrailers, module::proxy_on_request_trailers)
    }

    fn on_response_headers(&self, end_of_stream: bool) -> Action {
        self.0.on_headers(Part::ResponseHeaders, end_of_stream, module::proxy_on_response_headers)
    }

    fn on_response_body(&self, size: u64, end_of_stream: bool) -> Action {
        self.0.on_body(Side::Response, size, end_of_stream, module::proxy_on_response_body)
    }

    fn on_response_trailers(&self) -> Action {
        self.0.on_trailers(Part::ResponseTrailers, module::proxy_on_response_trailers)
    }

    /// All calls of a module are its root's.
    fn on_call_ended(&self, _: Call, _: Outcome) {}

    fn log(&self) {
        if !self.0.has_ended() {
            self.0.end(true);
        }
    }
}

//! One filter's part of one exchange: its stream in a guest, and what becomes of a failure.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasmtime::component::ResourceAny;
use witdock::{CallError, CallErrorKind};

use super::bindings::http_streams::exports::witdock::proxy::http_filter::Guest as HttpFilter;
use super::bindings::witdock::proxy::http::{Callbacks, Side};
use super::bindings::witdock::proxy::types::Action;
use super::exchange::Exchange;
use super::guest::Guest;
use super::instance::{FilterStore, Instance};
use super::loaded::OnFailure;
use super::shadow::{ShadowStream, View};
use super::slot::{Runner, Slot};

/// A callback about a part of a message.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    Headers { end: bool },
    Body { size: u64, end: bool },
    Trailers,
}

/// A filter's stream in an instance of it.
pub(super) struct Stream {
    /// The filter's place in the chain.
    place: usize,
    instance: RefCell<Option<Rc<Instance>>>,
}

impl Stream {
    pub(super) fn new(place: usize) -> Self {
        Self { place, instance: RefCell::default() }
    }

    /// Makes the guest's stream and gives it the request's headers.
    pub(super) async fn begin_on(
        &self,
        runner: &Runner,
        exchange: &Exchange,
        end: bool,
    ) -> Result<Action, CallError> {
        let instance = runner.instance().await?;
        instance.begin_stream();
        *self.instance.borrow_mut() = Some(instance.clone());
        let (place, exchange) = (self.place, exchange.clone());
        let (action, is_over) = instance
            .call_for("on-request-headers", async move |guest: &Guest, store: &mut FilterStore| {
                let filter = http_filter(guest)?;
                let handle = store.data_mut().table.push(exchange.handle(place))?;
                let stream = filter.http_stream().call_constructor(&mut *store, handle).await?;
                exchange.lock().set_stream(place, Some(stream));
                // Not in the scrutinee: the guest's calls lock it too.
                let is_wanted = exchange.lock().wants(place, Callbacks::REQUEST_HEADERS);
                let action = match is_wanted {
                    true => filter.http_stream().call_on_request_headers(&mut *store, stream, end).await?,
                    false => Action::Proceed,
                };
                // A filter that wants nothing more ends here, in the same call.
                let is_over = action == Action::Proceed
                    && exchange.lock().is_over(place)
                    && store.data().app.calls == 0;
                if is_over {
                    exchange.lock().set_stream(place, None);
                    stream.resource_drop_async(store).await?;
                }
                Ok((action, is_over))
            })
            .await?;
        if is_over {
            self.leave();
        }
        Ok(action)
    }

    /// Calls the guest about a part, if the filter wants that.
    pub(super) async fn call(
        &self,
        exchange: &Exchange,
        side: Side,
        event: Event,
    ) -> Result<Action, CallError> {
        let Some((instance, stream)) = self.wanting(exchange, callbacks(side, event)) else {
            return Ok(Action::Proceed);
        };
        instance
            .call_for(callback_name(side, event), async move |guest: &Guest, store: &mut FilterStore| {
                let filter = http_filter(guest)?.http_stream();
                match (side, event) {
                    (Side::Request, Event::Headers { end }) => {
                        filter.call_on_request_headers(store, stream, end).await
                    }
                    (Side::Request, Event::Body { size, end }) => {
                        filter.call_on_request_body(store, stream, size, end).await
                    }
                    (Side::Request, Event::Trailers) => filter.call_on_request_trailers(store, stream).await,
                    (Side::Response, Event::Headers { end }) => {
                        filter.call_on_response_headers(store, stream, end).await
                    }
                    (Side::Response, Event::Body { size, end }) => {
                        filter.call_on_response_body(store, stream, size, end).await
                    }
                    (Side::Response, Event::Trailers) => {
                        filter.call_on_response_trailers(store, stream).await
                    }
                }
            })
            .await
    }

    /// Whether the filter wants one of these callbacks.
    pub(super) fn wants(&self, exchange: &Exchange, callbacks: Callbacks) -> bool {
        self.wanting(exchange, callbacks).is_some()
    }

    fn wanting(&self, exchange: &Exchange, callbacks: Callbacks) -> Option<(Rc<Instance>, ResourceAny)> {
        let instance = self.instance.borrow().clone()?;
        let inner = exchange.lock();
        let stream = inner.filters.get(self.place)?.stream?;
        inner.wants(self.place, callbacks).then_some((instance, stream))
    }

    pub(super) fn is_open(&self) -> bool {
        self.instance.borrow().is_some()
    }

    /// Ends the calls that it waits for.
    fn cancel_calls(&self, exchange: &Exchange) {
        if let Some(instance) = &*self.instance.borrow() {
            instance.cancel_of(exchange, self.place);
        }
    }

    /// The instance gets no more calls for this stream.
    fn leave(&self) {
        if let Some(instance) = self.instance.take() {
            instance.end_stream();
        }
    }

    /// Ends the stream: its log, and its resource.
    pub(super) async fn finish(&self, exchange: &Exchange) {
        let logs = self.wants(exchange, Callbacks::LOG);
        let stream = exchange.lock().filters.get(self.place).and_then(|own| own.stream);
        let instance = self.instance.borrow().clone();
        if let (Some(instance), Some(stream)) = (instance, stream) {
            exchange.lock().set_stream(self.place, None);
            instance.cancel_of(exchange, self.place);
            let ended = instance
                .call("log", async |guest, store| {
                    if logs {
                        http_filter(guest)?.http_stream().call_log(&mut *store, stream).await?;
                    }
                    stream.resource_drop_async(store).await
                })
                .await;
            if let Err(error) = ended
                && !matches!(error.kind(), CallErrorKind::Ended)
            {
                tracing::warn!("{error}");
            }
        }
        self.leave();
    }
}

/// One filter's part of one exchange.
pub(super) struct Stage {
    pub(super) slot: Rc<Slot>,
    /// Its place in the chain.
    pub(super) place: usize,
    stream: Stream,
    /// It goes on without the filter.
    bypassed: Cell<bool>,
    shadow: RefCell<Option<ShadowStream>>,
}

/// The filter has failed, and lets nothing through.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) message: String,
}

/// How often a request begins on an instance. More would let a filter that always fails hold it.
const MOST_ATTEMPTS: u32 = 3;

impl Stage {
    pub(super) fn new(slot: &Rc<Slot>, place: usize) -> Self {
        Self {
            slot: slot.clone(),
            place,
            stream: Stream::new(place),
            bypassed: Cell::new(false),
            shadow: RefCell::default(),
        }
    }

    /// Begins the filter's stream, with the request's headers. If the instance ends without a fault of this request, or a new generation is
    /// rolled back for it, the request begins again on the one that serves then, as it was.
    pub(super) async fn begin(&self, exchange: &Exchange, end: bool) -> Result<Action, Failed> {
        let request = exchange.lock().request.clone();
        let before = self.begin_shadow(exchange);
        let runner = self.slot.runner(exchange);
        let mut attempt = 1;
        let action = loop {
            let error = match self.stream.begin_on(&runner, exchange, end).await {
                Ok(action) => break action,
                Err(error) => error,
            };
            self.stream.leave();
            // A neighbour's trap has ended the instance, or the generation serves no more: another one may do well.
            let again = matches!(error.kind(), CallErrorKind::Ended | CallErrorKind::Cancelled)
                || error.generation() != runner.serving_generation();
            if attempt == MOST_ATTEMPTS || !again {
                return self.fail(exchange, error.to_string());
            }
            attempt += 1;
            let mut inner = exchange.lock();
            inner.request = request.clone();
            inner.reset(self.place);
        };
        self.observe(exchange, Side::Request, Event::Headers { end }, before, action);
        Ok(action)
    }

    /// Calls the filter about a part, if it wants that.
    pub(super) async fn on(&self, exchange: &Exchange, side: Side, event: Event) -> Result<Action, Failed> {
        if self.bypassed.get() {
            return Ok(Action::Proceed);
        }
        let before = self.before(exchange, side);
        match self.stream.call(exchange, side, event).await {
            Ok(action) => {
                self.observe(exchange, side, event, before, action);
                // It may have asked for something about the other side, which waits.
                exchange.tell();
                Ok(action)
            }
            Err(error) => {
                self.stream.leave();
                self.fail(exchange, error.to_string())
            }
        }
    }

    /// The filter has failed: the exchange goes on without it, or not at all.
    pub(super) fn fail(&self, exchange: &Exchange, message: String) -> Result<Action, Failed> {
        self.bypassed.set(true);
        *self.shadow.borrow_mut() = None;
        // Its stream ends with the exchange, as others do.
        self.stream.cancel_calls(exchange);
        match self.slot.filter().settings.on_failure {
            OnFailure::Open => {
                tracing::warn!(
                    filter = self.slot.filter().name(),
                    "a request goes on without the filter: {message}"
                );
                Ok(Action::Proceed)
            }
            OnFailure::Closed => Err(Failed { message }),
        }
    }

    /// Whether the filter, or its shadow, wants one of these callbacks.
    pub(super) fn wants(&self, exchange: &Exchange, callbacks: Callbacks) -> bool {
        !self.bypassed.get() && (self.stream.wants(exchange, callbacks) || self.shadow.borrow().is_some())
    }

    /// Whether something has to be done when the exchange ends.
    pub(super) fn is_open(&self) -> bool {
        self.stream.is_open() || self.shadow.borrow().is_some()
    }

    pub(super) async fn finish(&self, exchange: &Exchange) {
        *self.shadow.borrow_mut() = None;
        self.stream.finish(exchange).await;
    }

    fn begin_shadow(&self, exchange: &Exchange) -> Option<View> {
        let id = exchange.lock().id;
        *self.shadow.borrow_mut() = self.slot.begin_shadow(id);
        self.before(exchange, Side::Request)
    }

    /// What the filter is about to see, if somebody compares.
    fn before(&self, exchange: &Exchange, side: Side) -> Option<View> {
        self.shadow.borrow().as_ref()?;
        Some(View::of(&mut exchange.lock(), self.place, side))
    }

    fn observe(&self, exchange: &Exchange, side: Side, event: Event, before: Option<View>, action: Action) {
        if let (Some(before), Some(shadow)) = (before, &*self.shadow.borrow()) {
            let after = View::of(&mut exchange.lock(), self.place, side);
            shadow.observe(side, event, before, action, after);
        }
    }
}

fn http_filter(guest: &Guest) -> wasmtime::Result<&HttpFilter> {
    let http = guest.http.as_ref().ok_or_else(|| wasmtime::Error::msg("it exports no `http-filter`"))?;
    Ok(http.witdock_proxy_http_filter())
}

fn callbacks(side: Side, event: Event) -> Callbacks {
    match (side, event) {
        (Side::Request, Event::Headers { .. }) => Callbacks::REQUEST_HEADERS,
        (Side::Request, Event::Body { .. }) => Callbacks::REQUEST_BODY,
        (Side::Request, Event::Trailers) => Callbacks::REQUEST_TRAILERS,
        (Side::Response, Event::Headers { .. }) => Callbacks::RESPONSE_HEADERS,
        (Side::Response, Event::Body { .. }) => Callbacks::RESPONSE_BODY,
        (Side::Response, Event::Trailers) => Callbacks::RESPONSE_TRAILERS,
    }
}

/// A callback's name in the interface.
pub(super) fn callback_name(side: Side, event: Event) -> &'static str {
    match (side, event) {
        (Side::Request, Event::Headers { .. }) => "on-request-headers",
        (Side::Request, Event::Body { .. }) => "on-request-body",
        (Side::Request, Event::Trailers) => "on-request-trailers",
        (Side::Response, Event::Headers { .. }) => "on-response-headers",
        (Side::Response, Event::Body { .. }) => "on-response-body",
        (Side::Response, Event::Trailers) => "on-response-trailers",
    }
}

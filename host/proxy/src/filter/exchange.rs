//! One request with its response, as the filters of a chain share it.

use std::sync::{Arc, Mutex, MutexGuard};

use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderValue};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use wasmtime::component::ResourceAny;

use super::bindings::witdock::proxy::http::{Callbacks, Part, RespondError, Side};
use super::bindings::witdock::proxy::types::{EditError, Header, Response};
use super::head::{self, Fields, FieldsMut, RequestHead, ResponseHead};
use super::held::Held;
use super::local_response::LocalResponse;
use super::lock;
use super::properties::Properties;

/// An exchange. Cheap to clone: all clones are the same one. Its lock is never waited for: a call of a filter and the chain take turns.
#[derive(Clone, Debug)]
pub(crate) struct Exchange(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    inner: Mutex<Inner>,
    /// Wakes the chain after a callback that the chain does not wait for.
    changed: Notify,
}

/// What a guest's `exchange` is: the exchange, seen from one filter of its chain.
#[derive(Clone, Debug)]
#[allow(unreachable_pub, reason = "generated code names it")]
pub struct Handle {
    exchange: Exchange,
    filter: usize,
}

/// What the chain and its filters know of an exchange.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) id: u64,
    /// Shared while a filter may have to be tried again: a change then makes a copy.
    pub(crate) request: Arc<RequestHead>,
    pub(crate) request_trailers: Option<HeaderMap>,
    pub(crate) response: Option<ResponseHead>,
    pub(crate) response_trailers: Option<HeaderMap>,
    pub(crate) properties: Properties,
    /// Where each part is, in the order of [`Part`].
    places: [Place; 4],
    pub(crate) filters: Vec<Filter>,
}

/// Which filter has a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Absent,
    /// It is with this filter.
    At(usize),
    /// It has gone to the other end.
    Gone,
}

/// What one filter holds of an exchange, and what its callbacks have asked for.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// In the order of [`Side`].
    pub(crate) bodies: [Body; 2],
    pub(crate) ignored: Callbacks,
    /// The guest's resource for it, while there is one.
    pub(crate) stream: Option<ResourceAny>,
    /// A callback that the chain did not wait for has failed.
    pub(crate) failed: Option<String>,
    pub(crate) asked: Asked,
    /// The most that it may hold of a body, bytes.
    pub(crate) most_held: usize,
}

impl Filter {
    pub(super) fn new(most_held: usize) -> Self {
        Self { most_held, ..Self::default() }
    }
}

/// What one filter has of a body.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) held: Held,
    pub(crate) stage: BodyStage,
    /// Whether its size was changed.
    pub(crate) edited: bool,
}

/// Whether a filter can change a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum BodyStage {
    /// None of it has come yet.
    #[default]
    Absent,
    Here,
    /// All of it has gone to the next filter.
    Gone,
}

/// What a callback has asked for, which is done after it.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) respond: Option<Box<LocalResponse>>,
    pub(crate) resume: [bool; 2],
    pub(crate) abort: bool,
}

impl Asked {
    fn is_nothing(&self) -> bool {
        let Self { respond, resume, abort } = self;
        respond.is_none() && *resume == [false; 2] && !abort
    }
}

/// The callbacks after the first one.
fn after_request_headers() -> Callbacks {
    Callbacks::REQUEST_BODY
        | Callbacks::REQUEST_TRAILERS
        | Callbacks::RESPONSE_HEADERS
        | Callbacks::RESPONSE_BODY
        | Callbacks::RESPONSE_TRAILERS
        | Callbacks::LOG
}

fn side_index(side: Side) -> usize {
    match side {
        Side::Request => 0,
        Side::Response => 1,
    }
}

fn part_index(part: Part) -> usize {
    match part {
        Part::RequestHeaders => 0,
        Part::RequestTrailers => 1,
        Part::ResponseHeaders => 2,
        Part::ResponseTrailers => 3,
    }
}

impl Exchange {
    pub(crate) fn new(id: u64, request: RequestHead, filters: impl Iterator<Item = Filter>) -> Self {
        let inner = Inner {
            id,
            request: Arc::new(request),
            request_trailers: None,
            response: None,
            response_trailers: None,
            properties: Properties::default(),
            places: [Place::At(0), Place::Absent, Place::Absent, Place::Absent],
            filters: filters.collect(),
        };
        Self(Arc::new(Shared { inner: Mutex::new(inner), changed: Notify::new() }))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.0.inner)
    }

    /// Tells the chain to look at what its filters have asked for.
    pub(crate) fn tell(&self) {
        self.0.changed.notify_waiters();
    }

    /// Completes when [`tell`](Self::tell) was called after this.
    pub(crate) fn told(&self) -> Notified<'_> {
        self.0.changed.notified()
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The exchange as this filter sees it.
    pub(crate) fn handle(&self, filter: usize) -> Handle {
        Handle { exchange: self.clone(), filter }
    }
}

impl Inner {
    pub(crate) fn place(&mut self, part: Part, place: Place) {
        if let Some(own) = self.places.get_mut(part_index(part)) {
            *own = place;
        }
    }

    fn place_of(&self, part: Part) -> Place {
        self.places.get(part_index(part)).copied().unwrap_or(Place::Absent)
    }

    pub(crate) fn body(&mut self, filter: usize, side: Side) -> Option<&mut Body> {
        self.filters.get_mut(filter)?.bodies.get_mut(side_index(side))
    }

    pub(super) fn set_stream(&mut self, filter: usize, stream: Option<ResourceAny>) {
        if let Some(own) = self.filters.get_mut(filter) {
            own.stream = stream;
        }
    }

    pub(super) fn is_at(&self, part: Part, filter: usize) -> bool {
        self.place_of(part) == Place::At(filter)
    }

    /// Takes what a filter has asked for: whether this side goes on.
    pub(super) fn take_resume(&mut self, filter: usize, side: Side) -> bool {
        let resume = self.filters.get_mut(filter).and_then(|own| own.asked.resume.get_mut(side_index(side)));
        resume.is_some_and(std::mem::take)
    }

    /// Takes the failure of a callback that nobody waited for.
    pub(super) fn take_failed(&mut self, filter: usize) -> Option<String> {
        self.filters.get_mut(filter)?.failed.take()
    }

    /// Forgets what a filter has done so far.
    pub(super) fn reset(&mut self, filter: usize) {
        if let Some(own) = self.filters.get_mut(filter) {
            *own = Filter::new(own.most_held);
        }
    }

    /// Whether a filter has not said that it does without these callbacks.
    pub(super) fn wants(&self, filter: usize, callbacks: Callbacks) -> bool {
        self.filters.get(filter).is_some_and(|own| !own.ignored.contains(callbacks))
    }

    /// Whether a filter that has seen the request's headers needs no more callbacks and has asked for nothing.
    pub(super) fn is_over(&self, filter: usize) -> bool {
        self.filters
            .get(filter)
            .is_some_and(|own| own.ignored.contains(after_request_headers()) && own.asked.is_nothing())
    }

    fn fields(&self, part: Part) -> Option<Fields<'_>> {
        Some(match part {
            Part::RequestHeaders => Fields::Request(&self.request),
            Part::RequestTrailers => Fields::Trailers(self.request_trailers.as_ref()?),
            Part::ResponseHeaders => Fields::Response(self.response.as_ref()?),
            Part::ResponseTrailers => Fields::Trailers(self.response_trailers.as_ref()?),
        })
    }

    /// The headers or trailers, for a change by this filter.
    fn fields_mut(&mut self, filter: usize, part: Part) -> Result<FieldsMut<'_>, EditError> {
        match self.place_of(part) {
            Place::At(at) if at == filter => {}
            Place::Absent => return Err(EditError::Absent),
            Place::At(_) | Place::Gone => return Err(EditError::Gone),
        }
        let fields = match part {
            Part::RequestHeaders => Some(FieldsMut::Request(Arc::make_mut(&mut self.request))),
            Part::RequestTrailers => self.request_trailers.as_mut().map(FieldsMut::Trailers),
            Part::ResponseHeaders => self.response.as_mut().map(FieldsMut::Response),
            Part::ResponseTrailers => self.response_trailers.as_mut().map(FieldsMut::Trailers),
        };
        fields.ok_or(EditError::Absent)
    }

    fn edit_body(
        &mut self,
        filter: usize,
        side: Side,
        start: u64,
        length: u64,
        data: Vec<u8>,
    ) -> Result<(), EditError> {
        let headers = match side {
            Side::Request => Part::RequestHeaders,
            Side::Response => Part::ResponseHeaders,
        };
        let is_framed = self.place_of(headers) == Place::Gone && self.length(side).is_some();
        let own = self.filters.get_mut(filter).ok_or(EditError::Absent)?;
        let most = own.most_held;
        let body = own.bodies.get_mut(side_index(side)).ok_or(EditError::Absent)?;
        match body.stage {
            BodyStage::Absent => return Err(EditError::Absent),
            BodyStage::Gone => return Err(EditError::Gone),
            BodyStage::Here => {}
        }
        let size = body.held.size_after(start, length, data.len());
        if size > most {
            return Err(EditError::TooLarge(most as u64));
        }
        if is_framed && size != body.held.size() {
            return Err(EditError::Invalid(
                "the headers have gone with a `content-length`: remove it when the headers come, or keep the size".to_owned(),
            ));
        }
        body.edited |= size != body.held.size();
        body.held.splice(start, length, data);
        Ok(())
    }

    /// The `content-length` of this side's headers.
    fn length(&self, side: Side) -> Option<&HeaderValue> {
        match side {
            Side::Request => self.request.headers.get(CONTENT_LENGTH),
            Side::Response => self.response.as_ref()?.headers.get(CONTENT_LENGTH),
        }
    }
}

impl Handle {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.exchange.lock()
    }

    pub(crate) fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// The place of the handle's filter in the chain.
    pub(crate) fn filter(&self) -> usize {
        self.filter
    }

    pub(crate) fn headers(&self, part: Part) -> Option<Vec<Header>> {
        Some(self.lock().fields(part)?.all())
    }

    pub(crate) fn header(&self, part: Part, name: &str) -> Option<Vec<u8>> {
        self.lock().fields(part)?.first(name)
    }

    pub(crate) fn header_values(&self, part: Part, name: &str) -> Vec<Vec<u8>> {
        self.lock().fields(part).map(|fields| fields.values(name)).unwrap_or_default()
    }

    pub(crate) fn set_header(&self, part: Part, name: &str, value: &[u8]) -> Result<(), EditError> {
        self.lock().fields_mut(self.filter, part)?.set(name, value)
    }

    pub(crate) fn add_header(&self, part: Part, name: &str, value: &[u8]) -> Result<(), EditError> {
        self.lock().fields_mut(self.filter, part)?.add(name, value)
    }

    pub(crate) fn remove_header(&self, part: Part, name: &str) -> Result<(), EditError> {
        self.lock().fields_mut(self.filter, part)?.remove(name)
    }

    pub(crate) fn set_headers(&self, part: Part, headers: &[Header]) -> Result<(), EditError> {
        let mut inner = self.lock();
        let side = match part {
            Part::RequestTrailers => Some(Side::Request),
            Part::ResponseTrailers => Some(Side::Response),
            Part::RequestHeaders | Part::ResponseHeaders => None,
        };
        // A message without trailers is given some, while its body is here.
        if let Some(side) = side
            && inner.place_of(part) == Place::Absent
            && inner.body(self.filter, side).is_some_and(|body| body.stage == BodyStage::Here)
        {
            let map = head::fresh(headers)?;
            match side {
                Side::Request => inner.request_trailers = Some(map),
                Side::Response => inner.response_trailers = Some(map),
            }
            inner.place(part, Place::At(self.filter));
            return Ok(());
        }
        inner.fields_mut(self.filter, part)?.replace(headers)
    }

    pub(crate) fn body_size(&self, side: Side) -> u64 {
        self.lock().body(self.filter, side).map_or(0, |body| body.held.size() as u64)
    }

    pub(crate) fn body(&self, side: Side, start: u64, length: u64) -> Vec<u8> {
        self.lock().body(self.filter, side).map(|body| body.held.read(start, length)).unwrap_or_default()
    }

    pub(crate) fn edit_body(
        &self,
        side: Side,
        start: u64,
        length: u64,
        data: Vec<u8>,
    ) -> Result<(), EditError> {
        self.lock().edit_body(self.filter, side, start, length, data)
    }

    pub(crate) fn respond(&self, response: Response) -> Result<(), RespondError> {
        let answer = LocalResponse::new(response).map_err(RespondError::Invalid)?;
        let mut inner = self.lock();
        if inner.place_of(Part::ResponseHeaders) == Place::Gone {
            return Err(RespondError::Begun);
        }
        self.ask(&mut inner, |asked| asked.respond = Some(Box::new(answer)));
        Ok(())
    }

    pub(crate) fn resume(&self, side: Side) {
        self.ask(&mut self.lock(), |asked| {
            if let Some(resume) = asked.resume.get_mut(side_index(side)) {
                *resume = true;
            }
        });
    }

    pub(crate) fn abort(&self) {
        self.ask(&mut self.lock(), |asked| asked.abort = true);
    }

    pub(crate) fn ignore(&self, callbacks: Callbacks) {
        if let Some(filter) = self.lock().filters.get_mut(self.filter) {
            filter.ignored |= callbacks;
        }
    }

    fn ask(&self, inner: &mut Inner, ask: impl FnOnce(&mut Asked)) {
        if let Some(filter) = inner.filters.get_mut(self.filter) {
            ask(&mut filter.asked);
        }
    }
}

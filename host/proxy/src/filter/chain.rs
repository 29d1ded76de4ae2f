//! The filters of a route, and an exchange on its way through them.

use std::cell::RefCell;
use std::rc::Rc;

use http::header::CONTENT_LENGTH;
use http::uri::Scheme;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};

use super::bindings::witdock::proxy::http::{Part, Side};
use super::exchange::{Exchange, Filter, Inner, Place};
use super::facts::Known;
use super::flow::{Flow, Stop};
use super::head::{RequestHead, ResponseHead};
use super::local_response::{self, LocalResponse};
use super::slot::Slot;
use super::stage::Stage;
use crate::body::{Body, BodyError, Guarded, Observer};
use crate::exchange::{ExchangeInfo, Flag};

/// The filters of a route, in the order in which requests pass them. Responses pass them in the other direction.
pub(crate) struct Chain {
    slots: Vec<Rc<Slot>>,
}

/// The exchange ends without a response: the client's stream or connection is closed.
#[derive(Debug, thiserror::Error)]
#[error("a filter ended the exchange")]
pub(crate) struct Cut;

/// An exchange on its way through a chain.
pub(super) struct Run {
    pub(super) stages: Vec<Stage>,
    pub(super) exchange: Exchange,
    info: Rc<ExchangeInfo>,
    /// Why the request's body does not go on, for whoever waits for the response.
    stopped: RefCell<Option<Stop>>,
    _known: Known,
}

impl Chain {
    pub(crate) fn new(slots: Vec<Rc<Slot>>) -> Self {
        Self { slots }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Runs the filters over a request and its response. `next` forwards the request that comes out of them; its response, also one that says that there
    /// is none, goes back through them.
    pub(crate) async fn run(
        &self,
        request: Request<Body>,
        scheme: Scheme,
        info: &Rc<ExchangeInfo>,
        next: impl AsyncFnOnce(Request<Body>) -> Response<Body>,
    ) -> Result<Response<Body>, Cut> {
        let (mut parts, body) = request.into_parts();
        let is_grpc = local_response::is_grpc(&parts.headers);
        let head = RequestHead::from_parts(&mut parts, scheme);
        let filters = self.slots.iter().map(|slot| Filter::new(slot.filter().settings.most_held));
        let run = Rc::new(Run {
            stages: self.slots.iter().enumerate().map(|(place, slot)| Stage::new(slot, place)).collect(),
            exchange: Exchange::new(info.id, head, filters),
            info: info.clone(),
            stopped: RefCell::default(),
            _known: Known::new(info),
        });
        let finish = Finish(run.clone());
        let mut flow = Flow::new(&run, Side::Request, (0..self.slots.len()).collect(), body);
        let (response, order) = match flow.headers().await {
            Ok(()) => {
                let mut head = run.request();
                adjust_length(&mut head.headers, &flow);
                head.into_parts(&mut parts);
                let forwarded = next(Request::from_parts(parts, flow.into_body()));
                tokio::select! {
                    biased;
                    stop = run.stopping() => run.instead(stop, is_grpc)?,
                    response = forwarded => (response, (0..self.slots.len()).rev().collect()),
                }
            }
            Err(stop) => run.instead(stop, is_grpc)?,
        };
        run.respond(response, order, is_grpc, finish).await
    }
}

impl Run {
    /// The request as it goes on. Filters that are left may still read it.
    fn request(&self) -> RequestHead {
        let mut inner = self.exchange.lock();
        if self.stages.iter().any(Stage::is_open) {
            return RequestHead::clone(&inner.request);
        }
        let nothing = RequestHead::nothing();
        std::mem::replace(std::sync::Arc::make_mut(&mut inner.request), nothing)
    }

    /// Completes when a filter stops the exchange while the response is waited for.
    async fn stopping(&self) -> Stop {
        loop {
            let mut told = std::pin::pin!(self.exchange.told());
            told.as_mut().enable();
            if let Some(stop) = self.stopped.take() {
                return stop;
            }
            for stage in &self.stages {
                let asked = self.stop_asked(&mut self.exchange.lock(), stage.place);
                if let Err(stop) = asked {
                    return stop;
                }
                let failed = self.exchange.lock().take_failed(stage.place);
                if let Some(message) = failed
                    && let Err(failed) = stage.fail(&self.exchange, message)
                {
                    return Stop::Failed { at: stage.place, message: failed.message };
                }
            }
            told.await;
        }
    }

    /// What a filter has asked for that ends the exchange as it is.
    pub(super) fn stop_asked(&self, inner: &mut Inner, place: usize) -> Result<(), Stop> {
        let Some(own) = inner.filters.get_mut(place) else { return Ok(()) };
        if std::mem::take(&mut own.asked.abort) {
            return Err(Stop::Abort);
        }
        match own.asked.respond.take() {
            Some(response) => Err(Stop::Respond { by: place, response }),
            None => Ok(()),
        }
    }

    /// The body ends here: what its reader gets.
    pub(super) fn stop(&self, stop: Stop) -> BodyError {
        let error = match stop {
            Stop::Broken(error) => return error,
            Stop::Respond { .. } => "a filter has answered".into(),
            Stop::Abort => "a filter ended the exchange".into(),
            Stop::Failed { ref message, .. } => message.clone().into(),
            Stop::TooLarge { .. } => "a filter holds more of a body than it may".into(),
        };
        *self.stopped.borrow_mut() = Some(stop);
        self.exchange.tell();
        BodyError::Source(error)
    }

    /// The response in place of the upstream's, and the filters that it passes.
    fn instead(&self, stop: Stop, is_grpc: bool) -> Result<(Response<Body>, Vec<usize>), Cut> {
        let (answer, order): (LocalResponse, Vec<usize>) = match stop {
            Stop::Respond { by, response } => {
                self.info.flag(Flag::FilterAnswered);
                (*response, (0..=by).rev().collect())
            }
            Stop::Failed { at, message } => {
                tracing::warn!(filter = self.name(at), "a request is answered with 503: {message}");
                self.info.flag(Flag::PluginFailed);
                let text = "a filter of this server failed\n";
                (LocalResponse::text(StatusCode::SERVICE_UNAVAILABLE, text), (0..at).rev().collect())
            }
            Stop::TooLarge { at } => {
                self.info.flag(Flag::BodyTooLarge);
                let text = "the request's body is larger than this server can look at\n";
                (LocalResponse::text(StatusCode::PAYLOAD_TOO_LARGE, text), (0..=at).rev().collect())
            }
            Stop::Broken(BodyError::TooLarge { .. }) => {
                self.info.flag(Flag::BodyTooLarge);
                let text = "the request's body is too large\n";
                (LocalResponse::text(StatusCode::PAYLOAD_TOO_LARGE, text), Vec::new())
            }
            Stop::Abort | Stop::Broken(_) => return Err(Cut),
        };
        let answer = if is_grpc { answer.into_grpc() } else { answer };
        Ok((answer.into_response(), order))
    }

    /// Takes a response through these filters.
    async fn respond(
        self: &Rc<Self>,
        mut response: Response<Body>,
        mut order: Vec<usize>,
        is_grpc: bool,
        finish: Finish,
    ) -> Result<Response<Body>, Cut> {
        loop {
            let (mut parts, body) = response.into_parts();
            {
                let mut inner = self.exchange.lock();
                let headers = std::mem::take(&mut parts.headers);
                inner.response = Some(ResponseHead { status: parts.status, headers });
                inner.response_trailers = None;
                inner.place(Part::ResponseTrailers, Place::Absent);
            }
            let mut flow = Flow::new(self, Side::Response, order.clone(), body);
            match flow.headers().await {
                Ok(()) => {
                    let head = self.response();
                    parts.status = head.status;
                    parts.headers = head.headers;
                    if is_with_body(parts.status) {
                        adjust_length(&mut parts.headers, &flow);
                    }
                    let body = flow.into_body();
                    let is_open = self.stages.iter().any(Stage::is_open);
                    let body = if is_open { Guarded::wrap(body, finish) } else { body };
                    return Ok(Response::from_parts(parts, body));
                }
                Err(stop) => {
                    // Filters whose turn has passed do not see another response of this exchange.
                    let at = match &stop {
                        Stop::Respond { by, .. } => Some(*by),
                        Stop::Failed { at, .. } | Stop::TooLarge { at } => Some(*at),
                        Stop::Abort | Stop::Broken(_) => None,
                    };
                    let position = at.and_then(|at| order.iter().position(|own| *own == at));
                    order.drain(..position.map_or(order.len(), |position| position + 1));
                    let broken = match stop {
                        Stop::TooLarge { .. } | Stop::Broken(_) => {
                            self.info.flag(Flag::UpstreamReset);
                            let text = "the upstream's response could not be read\n";
                            Some(LocalResponse::text(StatusCode::BAD_GATEWAY, text).into_response())
                        }
                        _ => None,
                    };
                    response = match broken {
                        Some(response) => response,
                        None => self.instead(stop, is_grpc)?.0,
                    };
                }
            }
        }
    }

    fn response(&self) -> ResponseHead {
        let mut inner = self.exchange.lock();
        let head = if self.stages.iter().any(Stage::is_open) {
            inner.response.clone()
        } else {
            inner.response.take()
        };
        head.unwrap_or_else(|| ResponseHead { status: StatusCode::BAD_GATEWAY, headers: HeaderMap::new() })
    }

    fn name(&self, at: usize) -> &str {
        self.stages.get(at).map_or("", |stage| stage.slot.filter().name())
    }
}

/// Whether a response of this status has a body of its own length.
fn is_with_body(status: StatusCode) -> bool {
    !status.is_informational() && status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED
}

/// Makes `content-length` what the body has, if a filter has changed it: its size if all of it is here, and none otherwise.
fn adjust_length(headers: &mut HeaderMap, flow: &Flow) {
    if !headers.contains_key(CONTENT_LENGTH) || !flow.is_edited() {
        return;
    }
    match flow.whole_size() {
        Some(size) => headers.insert(CONTENT_LENGTH, HeaderValue::from(size)),
        None => headers.remove(CONTENT_LENGTH),
    };
}

/// Ends the filters' streams when the exchange ends: with its response's body, or when the client goes away.
struct Finish(Rc<Run>);

impl Observer for Finish {
    fn passed(&mut self, _: usize) {}

    fn ended(&mut self, _: Result<(), &BodyError>) {}
}

impl Drop for Finish {
    fn drop(&mut self) {
        if !self.0.stages.iter().any(Stage::is_open) {
            return;
        }
        let run = self.0.clone();
        tokio::task::spawn_local(async move {
            for stage in run.stages.iter().rev() {
                stage.finish(&run.exchange).await;
            }
        });
    }
}

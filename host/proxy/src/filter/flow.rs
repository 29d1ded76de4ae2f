//! One side of an exchange on its way through the filters: its headers, then its body and trailers in pieces.
//!
//! A piece passes the filters one after the other. Each filter may hold what it gets; what it lets through comes to the next one. Pieces that
//! wait in front of a filter wait in [`Flow::waiting`], the first ones in front of the later filters.

use std::collections::VecDeque;
use std::rc::Rc;

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body::Frame;
use http_body_util::BodyExt;
use tokio::time::Instant;

use super::bindings::witdock::proxy::http::{Callbacks, Part, Side};
use super::bindings::witdock::proxy::types::Action;
use super::chain::Run;
use super::exchange::{BodyStage, Place};
use super::held::Held;
use super::local_response::LocalResponse;
use super::stage::{Event, Failed, Stage};
use crate::body::{Body, BodyError};

/// One side of an exchange on its way.
pub(super) struct Flow {
    pub(super) run: Rc<Run>,
    side: Side,
    /// The filters in the order in which it passes them, by their places in the chain.
    order: Vec<usize>,
    states: Vec<State>,
    source: Option<Body>,
    /// What has passed the filters before a position of `order`, and waits for the filter there.
    waiting: VecDeque<(usize, Piece)>,
    /// Positions below this one take pieces.
    open: usize,
    /// The end of the body has passed all filters.
    ended: bool,
}

/// Where one filter is with this side.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// It holds the headers until a callback for the body or the trailers proceeds.
    holds_headers: bool,
    paused: bool,
    /// Since when it holds something.
    since: Option<Instant>,
    /// It has got the end of the body.
    end: bool,
}

/// A piece of a message after its headers.
#[derive(Debug)]
enum Piece {
    Data { data: Held, end: bool },
    Trailers,
}

/// Why a side does not go on.
#[derive(Debug)]
pub(super) enum Stop {
    /// A filter answers, by its place in the chain.
    Respond { by: usize, response: Box<LocalResponse> },
    /// A filter ends the exchange.
    Abort,
    /// A filter has failed, and lets nothing through.
    Failed { at: usize, message: String },
    /// A filter holds more than it may.
    TooLarge { at: usize },
    /// The body broke on its way to the proxy.
    Broken(BodyError),
}

impl Flow {
    /// A side whose headers have come, for these filters.
    pub(super) fn new(run: &Rc<Run>, side: Side, order: Vec<usize>, body: Body) -> Self {
        let states = vec![State::default(); order.len()];
        let source = (!body.is_empty()).then_some(body);
        Self {
            run: run.clone(),
            side,
            order,
            states,
            ended: source.is_none(),
            source,
            waiting: VecDeque::new(),
            open: 0,
        }
    }

    fn parts(&self) -> (Part, Part) {
        match self.side {
            Side::Request => (Part::RequestHeaders, Part::RequestTrailers),
            Side::Response => (Part::ResponseHeaders, Part::ResponseTrailers),
        }
    }

    fn stage(&self, position: usize) -> Option<&Stage> {
        self.run.stages.get(*self.order.get(position)?)
    }

    /// Takes the headers through the filters.
    pub(super) async fn headers(&mut self) -> Result<(), Stop> {
        let (headers, _) = self.parts();
        let run = self.run.clone();
        for position in 0..self.order.len() {
            let Some(stage) = self.order.get(position).and_then(|place| run.stages.get(*place)) else {
                break;
            };
            run.exchange.lock().place(headers, Place::At(stage.place));
            let end = self.ended;
            let action = match self.side {
                Side::Request => stage.begin(&run.exchange, end).await,
                Side::Response => stage.on(&run.exchange, self.side, Event::Headers { end }).await,
            };
            let action =
                action.map_err(|failed| Stop::Failed { at: stage.place, message: failed.message })?;
            self.open = position + 1;
            match action {
                Action::Proceed => {}
                Action::Hold if !end => {
                    self.change(position, |state| {
                        (state.holds_headers, state.since) = (true, Some(Instant::now()))
                    });
                    while self.states.get(position).is_some_and(|state| state.holds_headers) {
                        self.advance(false).await?;
                    }
                }
                Action::Pause | Action::Hold => {
                    self.change(position, |state| (state.paused, state.since) = (true, Some(Instant::now())));
                    while self.states.get(position).is_some_and(|state| state.paused) {
                        self.advance(true).await?;
                    }
                }
            }
            self.take_asked()?;
        }
        run.exchange.lock().place(headers, Place::Gone);
        Ok(())
    }

    /// The body as it goes on: untouched, if no filter has seen or wants any of it.
    pub(super) fn into_body(mut self) -> Body {
        let callbacks = match self.side {
            Side::Request => [Callbacks::REQUEST_BODY, Callbacks::REQUEST_TRAILERS],
            Side::Response => [Callbacks::RESPONSE_BODY, Callbacks::RESPONSE_TRAILERS],
        };
        let is_wanted = || {
            (0..self.order.len())
                .filter_map(|position| self.stage(position))
                .any(|stage| callbacks.iter().any(|callbacks| stage.wants(&self.run.exchange, *callbacks)))
        };
        let is_untouched =
            self.waiting.is_empty() && self.states.iter().all(|state| !state.end && !state.paused);
        if is_untouched && !is_wanted() {
            return self.source.take().unwrap_or_default();
        }
        // Nothing more will come: a body that says so goes out without chunks.
        if self.ended && self.waiting.is_empty() {
            return Body::empty();
        }
        if let [(_, Piece::Data { data, end: true })] = self.waiting.make_contiguous()
            && data.size() == 0
        {
            return Body::empty();
        }
        let frames = futures_util::stream::unfold(self, async |mut flow| Some((flow.next().await?, flow)));
        Body::new(http_body_util::StreamBody::new(frames))
    }

    /// The size of the body, if all of it has passed the filters.
    pub(super) fn whole_size(&self) -> Option<usize> {
        let past = |(position, piece): &(usize, Piece)| match piece {
            Piece::Data { data, .. } if *position == self.order.len() => Some(data.size()),
            _ => None,
        };
        let sizes: Option<Vec<_>> = self.waiting.iter().map(past).collect();
        let is_whole = matches!(self.waiting.back(), Some((_, Piece::Data { end: true, .. })));
        is_whole.then(|| sizes.map(|sizes| sizes.iter().sum()))?
    }

    /// Whether a filter has changed the size of the body so far.
    pub(super) fn is_edited(&self) -> bool {
        let mut inner = self.run.exchange.lock();
        self.order.iter().any(|place| inner.body(*place, self.side).is_some_and(|body| body.edited))
    }

    async fn next(&mut self) -> Option<Result<Frame<Bytes>, BodyError>> {
        loop {
            match self.waiting.front_mut() {
                Some((position, Piece::Data { data, end })) if *position == self.order.len() => {
                    if let Some(bytes) = data.pop() {
                        return Some(Ok(Frame::data(bytes)));
                    }
                    self.ended |= *end;
                    self.waiting.pop_front();
                    continue;
                }
                Some((position, Piece::Trailers)) if *position == self.order.len() => {
                    self.waiting.pop_front();
                    self.ended = true;
                    return self.trailers().map(|trailers| Ok(Frame::trailers(trailers)));
                }
                _ => {}
            }
            if self.ended {
                return None;
            }
            if let Err(stop) = self.advance(false).await {
                self.ended = true;
                self.waiting.clear();
                return Some(Err(self.run.stop(stop)));
            }
        }
    }

    fn trailers(&mut self) -> Option<HeaderMap> {
        let (_, part) = self.parts();
        let mut inner = self.run.exchange.lock();
        inner.place(part, Place::Gone);
        let mut trailers = match self.side {
            Side::Request => inner.request_trailers.clone(),
            Side::Response => inner.response_trailers.clone(),
        }?;
        trailers.remove(CONTENT_LENGTH);
        Some(trailers)
    }

    /// Does the next thing that there is to do, and waits for it if need be. `paused`: the source is not read.
    async fn advance(&mut self, paused: bool) -> Result<(), Stop> {
        // Made before looking, so that what is asked from now on is seen.
        let run = self.run.clone();
        let mut told = std::pin::pin!(run.exchange.told());
        told.as_mut().enable();
        if self.take_asked()? {
            return Ok(());
        }
        let next = self.waiting.iter().position(|(position, _)| *position < self.open && !paused);
        if let Some((position, piece)) = next.and_then(|at| self.waiting.remove(at)) {
            return self.feed(position, piece).await;
        }
        let pause = self.pause();
        let source = self.source.as_mut().filter(|_| !paused);
        if source.is_none() && pause.is_none() {
            // Nothing is held, and nothing comes: this is the end.
            self.ended = true;
            return Ok(());
        }
        let too_long = async {
            match pause {
                Some((position, end)) => {
                    tokio::time::sleep_until(end).await;
                    position
                }
                None => std::future::pending().await,
            }
        };
        let frame = async {
            match source {
                Some(source) => source.frame().await,
                None => std::future::pending().await,
            }
        };
        let next = tokio::select! {
            biased;
            () = told => return Ok(()),
            position = too_long => Err(position),
            frame = frame => Ok(frame),
        };
        match next {
            Ok(frame) => self.receive(frame).await,
            Err(position) => self.held_too_long(position),
        }
    }

    /// The position of the first filter that holds something, and until when it may.
    fn pause(&self) -> Option<(usize, Instant)> {
        let held = |state: &State| if state.paused || state.holds_headers { state.since } else { None };
        let (position, since) =
            self.states.iter().enumerate().find_map(|(position, state)| Some((position, held(state)?)))?;
        Some((position, since + self.stage(position)?.slot.filter().settings.longest_pause))
    }

    fn held_too_long(&mut self, position: usize) -> Result<(), Stop> {
        if let Some(stage) = self.stage(position) {
            let longest = stage.slot.filter().settings.longest_pause;
            let message = format!("it has paused for longer than {longest:?}");
            let failed = |failed: Failed| Stop::Failed { at: stage.place, message: failed.message };
            stage.fail(&self.run.exchange, message).map_err(failed)?;
        }
        self.resume(position);
        Ok(())
    }

    async fn receive(&mut self, frame: Option<Result<Frame<Bytes>, BodyError>>) -> Result<(), Stop> {
        let piece = match frame {
            None => {
                self.source = None;
                Piece::Data { data: Held::default(), end: true }
            }
            Some(Err(error)) => return Err(Stop::Broken(error)),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => {
                    let end = self.source.as_ref().is_none_or(Body::is_empty);
                    if end {
                        self.source = None;
                    }
                    Piece::Data { data: data.into(), end }
                }
                Err(frame) => {
                    let Ok(trailers) = frame.into_trailers() else { return Ok(()) };
                    self.source = None;
                    let (_, part) = self.parts();
                    let mut inner = self.run.exchange.lock();
                    match self.side {
                        Side::Request => inner.request_trailers = Some(trailers),
                        Side::Response => inner.response_trailers = Some(trailers),
                    }
                    let first = self.order.first().copied().map_or(Place::Gone, Place::At);
                    inner.place(part, first);
                    Piece::Trailers
                }
            },
        };
        self.feed(0, piece).await
    }

    /// Gives a piece to the filter at this position.
    async fn feed(&mut self, position: usize, piece: Piece) -> Result<(), Stop> {
        let run = self.run.clone();
        let Some(stage) = self.order.get(position).and_then(|place| run.stages.get(*place)) else {
            self.waiting.push_back((position, piece));
            return Ok(());
        };
        let (size, most, event) = {
            let mut inner = run.exchange.lock();
            let (_, trailers_part) = self.parts();
            let most = stage.slot.filter().settings.most_held;
            let Some(body) = inner.body(stage.place, self.side) else { return Ok(()) };
            body.stage = BodyStage::Here;
            let event = match piece {
                Piece::Data { mut data, end } => {
                    body.held.append(&mut data);
                    self.change(position, |state| state.end |= end);
                    Event::Body { size: body.held.size() as u64, end }
                }
                Piece::Trailers => {
                    self.change(position, |state| state.end = true);
                    Event::Trailers
                }
            };
            let size = body.held.size();
            if matches!(event, Event::Trailers) {
                inner.place(trailers_part, Place::At(stage.place));
            }
            (size, most, event)
        };
        let action = stage.on(&run.exchange, self.side, event).await;
        let action = action.map_err(|failed| Stop::Failed { at: stage.place, message: failed.message })?;
        match action {
            Action::Proceed => {
                self.change(position, |state| (state.paused, state.holds_headers) = (false, false));
                self.end_of_pause(position);
                self.release(position);
            }
            Action::Pause | Action::Hold => {
                if size > most {
                    return Err(Stop::TooLarge { at: stage.place });
                }
                self.change(position, |state| {
                    state.paused = true;
                    state.since.get_or_insert_with(Instant::now);
                });
            }
        }
        self.take_asked().map(drop)
    }

    /// Lets through what the filter at this position holds.
    fn release(&mut self, position: usize) {
        let Some(place) = self.order.get(position).copied() else { return };
        let state = self.states.get(position).copied().unwrap_or_default();
        let mut inner = self.run.exchange.lock();
        let (_, trailers_part) = self.parts();
        // A filter may have given trailers to a message without any.
        let has_trailers = state.end && inner.is_at(trailers_part, place);
        let Some(body) = inner.body(place, self.side) else { return };
        let data = body.held.take();
        if state.end {
            body.stage = BodyStage::Gone;
        }
        if has_trailers {
            let next = self.order.get(position + 1).copied().map_or(Place::Gone, Place::At);
            inner.place(trailers_part, next);
        }
        drop(inner);
        // What has come so far is before all that waits further back.
        let at = self.waiting.iter().position(|(other, _)| *other <= position).unwrap_or(self.waiting.len());
        let mut pieces = Vec::new();
        if data.size() > 0 || (state.end && !has_trailers) {
            pieces.push(Piece::Data { data, end: state.end && !has_trailers });
        }
        if has_trailers {
            pieces.push(Piece::Trailers);
        }
        for piece in pieces.into_iter().rev() {
            self.waiting.insert(at, (position + 1, piece));
        }
    }

    /// Does what the filters have asked for. Returns whether there was something.
    fn take_asked(&mut self) -> Result<bool, Stop> {
        let run = self.run.clone();
        let mut any = false;
        for position in 0..self.open {
            let Some(stage) = self.order.get(position).and_then(|place| run.stages.get(*place)) else {
                break;
            };
            let resumed = {
                let mut inner = run.exchange.lock();
                run.stop_asked(&mut inner, stage.place)?;
                inner.take_resume(stage.place, self.side)
            };
            let failure = run.exchange.lock().take_failed(stage.place);
            if let Some(message) = failure {
                let failed = |failed: Failed| Stop::Failed { at: stage.place, message: failed.message };
                stage.fail(&run.exchange, message).map_err(failed)?;
                any |= self.resume(position);
            }
            if resumed {
                any |= self.resume(position);
            }
        }
        Ok(any)
    }

    fn resume(&mut self, position: usize) -> bool {
        let Some(state) = self.states.get_mut(position) else { return false };
        if !state.paused && !state.holds_headers {
            return false;
        }
        (state.paused, state.holds_headers) = (false, false);
        self.end_of_pause(position);
        self.release(position);
        true
    }

    fn end_of_pause(&mut self, position: usize) {
        let since = self.states.get_mut(position).and_then(|state| state.since.take());
        if let (Some(since), Some(stage)) = (since, self.stage(position)) {
            stage.slot.filter().add_pause(since.elapsed());
        }
    }

    fn change(&mut self, position: usize, change: impl FnOnce(&mut State)) {
        if let Some(state) = self.states.get_mut(position) {
            change(state);
        }
    }
}

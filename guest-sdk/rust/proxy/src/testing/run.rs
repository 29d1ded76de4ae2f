//! An exchange on its way through the filter.

use super::exchange::{BodyOf, Exchange, PartOf, Place, head_of, side_index, trailers_of};
use super::message::Message;
use crate::bindings::witdock::proxy::types;
use crate::instance::{Callback, Running};
use crate::{Action, Callbacks, HttpFilter, Side, Stream};

/// What came of an exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchanged {
    pub(super) request: Option<Message>,
    pub(super) response: Option<Message>,
    pub(super) end: End,
    pub(super) details: Option<String>,
    pub(super) properties: Vec<(Vec<String>, Vec<u8>)>,
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The client got a whole response.
    Complete,
    /// The filter ended it without a whole response.
    Aborted,
    /// The filter paused this side, and nothing was left that could resume it.
    Paused(Side),
}

/// Stands for a message that did not come.
static NOTHING: Message = Message { headers: Vec::new(), pieces: Vec::new(), trailers: None };

impl Exchanged {
    /// What the upstream saw; empty if nothing came to it.
    pub fn request(&self) -> &Message {
        self.request.as_ref().unwrap_or(&NOTHING)
    }

    /// What the client saw; empty if nothing came to it.
    pub fn response(&self) -> &Message {
        self.response.as_ref().unwrap_or(&NOTHING)
    }

    /// What the upstream saw, if its headers came to it.
    pub fn upstream_saw(&self) -> Option<&Message> {
        self.request.as_ref()
    }

    /// What the client saw, if its headers came to it.
    pub fn client_saw(&self) -> Option<&Message> {
        self.response.as_ref()
    }

    /// The status that the client saw, or 0.
    pub fn status(&self) -> u16 {
        self.response().status()
    }

    /// How it ended.
    pub fn end(&self) -> End {
        self.end
    }

    /// The reason that the filter gave with its own response.
    pub fn details(&self) -> Option<&str> {
        self.details.as_deref()
    }

    /// A property that the filter has set, as text.
    pub fn property(&self, path: &[&str]) -> Option<String> {
        let (_, value) = self.properties.iter().find(|(own, _)| own == path)?;
        Some(String::from_utf8_lossy(value).into_owned())
    }
}

/// Why a side does not go on.
pub(super) enum Stop {
    Respond(types::Response),
    Abort,
    Stuck(Side),
}

/// An exchange on its way.
pub(super) struct Way<'a, F: HttpFilter> {
    pub(super) exchange: Exchange,
    pub(super) stream: Stream<F>,
    pub(super) running: &'a mut Running<F>,
    /// Answers the calls that the filter has begun, each to the stream or the instance. Returns whether there were any.
    pub(super) answer: &'a mut dyn FnMut(&mut Running<F>, &mut Stream<F>) -> bool,
}

impl<F: HttpFilter> Way<'_, F> {
    /// Takes a message through the filter, and returns what came out. `None`: its headers did not.
    pub(super) fn take(&mut self, side: Side, message: Message) -> (Option<Message>, Option<Stop>) {
        let mut out = None;
        let stop = self.go(side, message, &mut out).err();
        (out, stop)
    }

    fn go(&mut self, side: Side, message: Message, out: &mut Option<Message>) -> Result<(), Stop> {
        let Message { headers, pieces, trailers } = message;
        let end = pieces.is_empty() && trailers.is_none();
        {
            let mut inner = self.exchange.0.borrow_mut();
            *inner.part(head_of(side)) = PartOf { headers: Some(headers), place: Place::Here };
            *inner.part(trailers_of(side)) = PartOf::default();
            *inner.body(side) = BodyOf::default();
        }
        let callback = match side {
            Side::Request => Callback::RequestHeaders { end },
            Side::Response => Callback::ResponseHeaders { end },
        };
        let action = self.call(callback);
        if self.goes_on(side, action, end || action == Action::Pause)? {
            self.release_head(side, out, end);
        }
        let count = pieces.len();
        for (index, piece) in pieces.into_iter().enumerate() {
            let end = index + 1 == count && trailers.is_none();
            let size = {
                let mut inner = self.exchange.0.borrow_mut();
                let body = inner.body(side);
                body.place = Place::Here;
                body.held.extend_from_slice(&piece);
                body.held.len() as u64
            };
            let callback = match side {
                Side::Request => Callback::RequestBody { size, end },
                Side::Response => Callback::ResponseBody { size, end },
            };
            self.piece(side, callback, end, out)?;
        }
        if let Some(trailers) = trailers {
            {
                let mut inner = self.exchange.0.borrow_mut();
                *inner.part(trailers_of(side)) = PartOf { headers: Some(trailers), place: Place::Here };
                inner.body(side).place = Place::Here;
            }
            let callback = match side {
                Side::Request => Callback::RequestTrailers,
                Side::Response => Callback::ResponseTrailers,
            };
            self.piece(side, callback, true, out)?;
        }
        Ok(())
    }

    /// Gives the filter a piece of the body or the trailers, and lets through what it lets through.
    fn piece(
        &mut self,
        side: Side,
        callback: Callback,
        end: bool,
        out: &mut Option<Message>,
    ) -> Result<(), Stop> {
        let action = self.call(callback);
        if self.goes_on(side, action, end)? {
            self.release_head(side, out, end);
            self.release_body(side, out, end);
        }
        Ok(())
    }

    /// Whether what a callback saw goes on. `waits`: nothing comes on this side until it does.
    fn goes_on(&mut self, side: Side, action: Action, waits: bool) -> Result<bool, Stop> {
        let resumed = self.after(side)?;
        match action {
            Action::Proceed => Ok(true),
            Action::Pause | Action::Hold if waits && !resumed => Err(Stop::Stuck(side)),
            Action::Pause | Action::Hold => Ok(resumed),
        }
    }

    /// Lets the headers go. `end`: all of the body is here.
    fn release_head(&mut self, side: Side, out: &mut Option<Message>, end: bool) {
        if out.is_some() {
            return;
        }
        let mut inner = self.exchange.0.borrow_mut();
        let body = inner.body(side);
        let (is_edited, size) = (body.is_edited, body.held.len());
        let head = inner.part(head_of(side));
        head.place = Place::Gone;
        let headers = head.headers.get_or_insert_default();
        if is_edited {
            // `content-length` is what the body has, if all of it is here, and none otherwise.
            match headers.iter_mut().find(|header| header.name == "content-length") {
                Some(length) if end => length.value = size.to_string().into_bytes(),
                _ => headers.retain(|header| header.name != "content-length"),
            }
        }
        *out = Some(Message { headers: headers.clone(), pieces: Vec::new(), trailers: None });
    }

    /// Lets go what is held of the body, and the trailers at its end.
    fn release_body(&mut self, side: Side, out: &mut Option<Message>, end: bool) {
        let mut inner = self.exchange.0.borrow_mut();
        let body = inner.body(side);
        let held = std::mem::take(&mut body.held);
        if end {
            body.place = Place::Gone;
        }
        let Some(out) = out else { return };
        if !held.is_empty() {
            out.pieces.push(held);
        }
        let trailers = inner.part(trailers_of(side));
        if end && trailers.place == Place::Here {
            trailers.place = Place::Gone;
            out.trailers = trailers.headers.clone();
        }
    }

    /// Calls the filter, if it wants that.
    fn call(&mut self, callback: Callback) -> Action {
        let wanted = match callback {
            Callback::RequestHeaders { .. } => Callbacks::REQUEST_HEADERS,
            Callback::RequestBody { .. } => Callbacks::REQUEST_BODY,
            Callback::RequestTrailers => Callbacks::REQUEST_TRAILERS,
            Callback::ResponseHeaders { .. } => Callbacks::RESPONSE_HEADERS,
            Callback::ResponseBody { .. } => Callbacks::RESPONSE_BODY,
            Callback::ResponseTrailers => Callbacks::RESPONSE_TRAILERS,
        };
        if self.exchange.0.borrow().ignored.contains(wanted) {
            return Action::Proceed;
        }
        self.running.on(&mut self.stream, callback)
    }

    /// Does what the filter has asked for, and answers its calls. Returns whether this side is resumed.
    fn after(&mut self, side: Side) -> Result<bool, Stop> {
        self.asked()?;
        while (self.answer)(self.running, &mut self.stream) {
            self.asked()?;
        }
        let mut inner = self.exchange.0.borrow_mut();
        Ok(inner.asked.resume.get_mut(side_index(side)).is_some_and(std::mem::take))
    }

    fn asked(&mut self) -> Result<(), Stop> {
        let mut inner = self.exchange.0.borrow_mut();
        if std::mem::take(&mut inner.asked.abort) {
            return Err(Stop::Abort);
        }
        match inner.asked.respond.take() {
            Some(response) => Err(Stop::Respond(response)),
            None => Ok(()),
        }
    }
}

//! The traits that a filter implements.

use crate::{Action, Callbacks, Instance, Queue, Result, Stream};
use serde::de::DeserializeOwned;

/// A filter of HTTP.
///
/// Only [`configure`](Self::configure) is required. The value serves all requests of one instance, one callback at a time; what
/// belongs to one request is its [`State`](Self::State). A callback that is not implemented costs nothing after the first
/// request: the SDK tells the proxy to leave it out. [`export!`](crate::export) exports the filter as a component.
///
/// An error from a callback is logged, and ends the exchange: with 500 if the response has not begun, otherwise the connection is
/// closed. Handle an error in the callback where the exchange should go on.
pub trait HttpFilter: Sized + 'static {
    /// The filter's settings, from the proxy's configuration; [`NoSettings`] if there are none. Mark the
    /// type `#[serde(deny_unknown_fields)]`, so that unknown names are refused.
    type Settings: DeserializeOwned;

    /// What the filter keeps for one request until its end; `()` for nothing.
    type State: Default + 'static;

    /// Creates the filter.
    ///
    /// # Errors
    ///
    /// A text for whoever wrote the settings: what was found, and what is expected. Settings that serde refuses become one
    /// automatically.
    fn configure(settings: Self::Settings) -> std::result::Result<Self, String>;

    /// The request's headers are complete. `end_of_stream`: neither a body nor trailers follow.
    ///
    /// # Errors
    ///
    /// An error answers the request with 500.
    fn on_request_headers(&mut self, stream: &mut Stream<Self>, end_of_stream: bool) -> Result<Action> {
        let _ = end_of_stream;
        Ok(stream.lacks(Callbacks::REQUEST_HEADERS))
    }

    /// A piece of the request's body has come. `size` is all that is held of it, in bytes.
    ///
    /// # Errors
    ///
    /// An error answers the request with 500.
    fn on_request_body(
        &mut self,
        stream: &mut Stream<Self>,
        size: u64,
        end_of_stream: bool,
    ) -> Result<Action> {
        let _ = (size, end_of_stream);
        Ok(stream.lacks(Callbacks::REQUEST_BODY))
    }

    /// The request's trailers have come, and its body has ended.
    ///
    /// # Errors
    ///
    /// An error answers the request with 500.
    fn on_request_trailers(&mut self, stream: &mut Stream<Self>) -> Result<Action> {
        Ok(stream.lacks(Callbacks::REQUEST_TRAILERS))
    }

    /// The response's headers are complete: those of the upstream, of a filter's answer, or of the proxy's own error.
    ///
    /// # Errors
    ///
    /// An error puts a 500 in place of the response.
    fn on_response_headers(&mut self, stream: &mut Stream<Self>, end_of_stream: bool) -> Result<Action> {
        let _ = end_of_stream;
        Ok(stream.lacks(Callbacks::RESPONSE_HEADERS))
    }

    /// A piece of the response's body has come. `size` is all that is held of it, in bytes.
    ///
    /// # Errors
    ///
    /// An error ends the exchange.
    fn on_response_body(
        &mut self,
        stream: &mut Stream<Self>,
        size: u64,
        end_of_stream: bool,
    ) -> Result<Action> {
        let _ = (size, end_of_stream);
        Ok(stream.lacks(Callbacks::RESPONSE_BODY))
    }

    /// The response's trailers have come, and its body has ended.
    ///
    /// # Errors
    ///
    /// An error ends the exchange.
    fn on_response_trailers(&mut self, stream: &mut Stream<Self>) -> Result<Action> {
        Ok(stream.lacks(Callbacks::RESPONSE_TRAILERS))
    }

    /// The exchange has ended, in whatever way. All of it can be read, and nothing changes anything.
    fn log(&mut self, stream: &mut Stream<Self>) {
        stream.lacks(Callbacks::LOG);
    }
}

/// What concerns an instance of a filter and no request: `export!(Type, events)`.
pub trait Events: HttpFilter {
    /// The time of [`timers::set_tick`](crate::timers::set_tick) has passed.
    fn on_tick(&mut self, instance: &mut Instance<Self>) {
        let _ = instance;
    }

    /// A message has come to a queue that this instance has [registered](Queue::register).
    fn on_queue(&mut self, instance: &mut Instance<Self>, queue: Queue) {
        let _ = (instance, queue);
    }

    /// The instance's last request has ended, and no more come. False keeps the instance until [`Instance::done`], at most for
    /// the proxy's limit.
    fn on_retire(&mut self, instance: &mut Instance<Self>) -> bool {
        let _ = instance;
        true
    }
}

/// The settings of a filter that has none. Every setting is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

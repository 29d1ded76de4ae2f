//! One request with its response.

use crate::body::Body;
use crate::headers::{Headers, RequestView, ResponseView};
use crate::host;
use crate::{Action, Callbacks, Part, Property, RespondError, Response, Side};
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// One request with its response, as they pass through the filter.
///
/// A part can be changed until it goes to the next filter, and read after that. A callback gets a [`Stream`](crate::Stream), which
/// dereferences to this.
pub struct Exchange(host::http::Exchange);

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Exchange").finish_non_exhaustive()
    }
}

impl Exchange {
    pub(crate) fn new(exchange: host::http::Exchange) -> Self {
        Self(exchange)
    }

    pub(crate) fn host(&self) -> &host::http::Exchange {
        &self.0
    }

    /// The request's headers.
    pub fn request(&self) -> RequestView<'_> {
        RequestView(Headers::new(self, Part::RequestHeaders))
    }

    /// The response's headers.
    pub fn response(&self) -> ResponseView<'_> {
        ResponseView(Headers::new(self, Part::ResponseHeaders))
    }

    /// The request's trailers.
    pub fn request_trailers(&self) -> Headers<'_> {
        Headers::new(self, Part::RequestTrailers)
    }

    /// The response's trailers.
    pub fn response_trailers(&self) -> Headers<'_> {
        Headers::new(self, Part::ResponseTrailers)
    }

    /// What is held of the request's body.
    pub fn request_body(&self) -> Body<'_> {
        Body::new(self, Side::Request)
    }

    /// What is held of the response's body.
    pub fn response_body(&self) -> Body<'_> {
        Body::new(self, Side::Response)
    }

    /// Answers the client, instead of the upstream, after the callback. The action is for the callback to return:
    /// `return Ok(stream.respond(Response::new(403))?)`.
    ///
    /// # Errors
    ///
    /// [`RespondError`] if the response has begun, or this one is invalid.
    pub fn respond(&self, response: Response) -> Result<Action, RespondError> {
        self.0.respond(response.as_wit())?;
        Ok(Action::Pause)
    }

    /// Lets a side that was paused go on, after the callback.
    pub fn resume(&self, side: Side) {
        self.0.resume(side);
    }

    /// Ends the exchange without an answer, after the callback: the client's stream or connection is reset.
    pub fn abort(&self) -> Action {
        self.0.abort();
        Action::Pause
    }

    /// Names callbacks that this exchange does without, from the next one on. Bodies that no filter wants pass at once. Those that
    /// the filter does not implement are named for it.
    pub fn ignore(&self, callbacks: Callbacks) {
        self.0.ignore(callbacks);
    }

    /// A property of the exchange, by its path: `["source", "address"]`. The proxy's documentation lists them.
    pub fn property(&self, path: &[&str]) -> Option<Property> {
        host::properties::of_exchange(&self.0, &owned(path))
    }

    /// Sets a property, for later filters and the access log. Returns whether it was set: one of the proxy's own cannot be.
    pub fn set_property(&self, path: &[&str], value: impl AsRef<[u8]>) -> bool {
        host::properties::set(&self.0, &owned(path), value.as_ref())
    }

    /// The client's address and port.
    pub fn source_address(&self) -> Option<SocketAddr> {
        self.property(&["source", "address"])?.as_text()?.parse().ok()
    }

    /// When the request came, since 1970. Filters have no other clock without a grant.
    pub fn time(&self) -> Duration {
        self.property(&["request", "time"]).and_then(|time| time.as_duration()).unwrap_or_default()
    }

    /// How long ago the request came.
    pub fn elapsed(&self) -> Duration {
        self.property(&["request", "duration"]).and_then(|time| time.as_duration()).unwrap_or_default()
    }

    /// The name of the route.
    pub fn route(&self) -> Option<String> {
        self.property(&["route", "name"])?.into_text()
    }
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|part| (*part).to_owned()).collect()
}

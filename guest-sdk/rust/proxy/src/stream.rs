//! A filter's part of one exchange.

use crate::bindings::witdock::proxy::http_calls::CallError;
use crate::exchange::Exchange;
use crate::host;
use crate::{Action, Call, Callbacks, Error, HttpFilter, Outcome, Response, Result, Side};
use std::fmt;
use std::ops::Deref;
use witdock_guest::log;

/// What the filter does with the answer to a call of one exchange.
type Then<F> = Box<dyn FnOnce(&mut F, &mut Stream<F>, Outcome) -> Result<()>>;

/// The filter's part of one exchange: the [`Exchange`], and what the filter keeps for it.
pub struct Stream<F: HttpFilter> {
    /// What the filter keeps for this exchange.
    pub state: F::State,
    exchange: Exchange,
    calls: Vec<(u64, Then<F>)>,
    /// Callbacks that the filter has turned out not to have.
    lacking: Callbacks,
}

impl<F: HttpFilter> fmt::Debug for Stream<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("calls", &self.calls.len()).finish_non_exhaustive()
    }
}

impl<F: HttpFilter> Deref for Stream<F> {
    type Target = Exchange;

    fn deref(&self) -> &Exchange {
        &self.exchange
    }
}

impl<F: HttpFilter> Stream<F> {
    pub(crate) fn new(exchange: host::http::Exchange, lacking: Callbacks) -> Self {
        if lacking != Callbacks::empty() {
            exchange.ignore(lacking);
        }
        Self { state: F::State::default(), exchange: Exchange::new(exchange), calls: Vec::new(), lacking }
    }

    /// Begins a call to a cluster, and returns its number. `then` gets the answer, while the exchange lasts; it resumes what was
    /// paused for it. An error from it ends the exchange, as one from a callback does.
    ///
    /// ```
    /// use witdock_proxy_guest::{Action, Call, HttpFilter, NoSettings, Response, Result, Side, Stream};
    ///
    /// /// Asks a service whether a request is allowed.
    /// struct Ask;
    ///
    /// impl HttpFilter for Ask {
    ///     type Settings = NoSettings;
    ///     type State = ();
    ///
    ///     fn configure(_: NoSettings) -> std::result::Result<Self, String> {
    ///         Ok(Self)
    ///     }
    ///
    ///     fn on_request_headers(&mut self, stream: &mut Stream<Self>, _end: bool) -> Result<Action> {
    ///         stream.call(Call::get("authorization", "/allowed"), |_filter, stream, outcome| {
    ///             match outcome {
    ///                 Ok(answer) if answer.status() == 200 => stream.resume(Side::Request),
    ///                 _ => drop(stream.respond(Response::new(403))?),
    ///             }
    ///             Ok(())
    ///         })?;
    ///         Ok(Action::Pause)
    ///     }
    /// }
    ///
    /// # use witdock_proxy_guest::testing::{Message, Tester};
    /// let mut tester = Tester::<Ask>::new(serde_json::json!({})).unwrap();
    /// tester.cluster("authorization", |_call| Ok(Message::response(401)));
    /// assert_eq!(tester.run(Message::get("/")).status(), 403);
    /// ```
    ///
    /// # Errors
    ///
    /// [`CallError`] if the filter may not call the cluster, the request is invalid, or too many calls wait.
    pub fn call(
        &mut self,
        call: Call,
        then: impl FnOnce(&mut F, &mut Self, Outcome) -> Result<()> + 'static,
    ) -> std::result::Result<u64, CallError> {
        let number = host::http_calls::start_for(self.exchange.host(), call.as_wit())?;
        self.calls.push((number, Box::new(then)));
        Ok(number)
    }

    /// Ends a call; its answer comes to nobody.
    pub fn cancel(&mut self, call: u64) {
        self.calls.retain(|(number, _)| *number != call);
        host::http_calls::cancel(call);
    }

    /// Whether an answer is waited for.
    pub fn is_calling(&self) -> bool {
        !self.calls.is_empty()
    }

    /// Remembers that the filter does not have these callbacks: this stream and later ones do without.
    pub(crate) fn lacks(&mut self, callbacks: Callbacks) -> Action {
        if !self.lacking.contains(callbacks) {
            self.lacking |= callbacks;
            self.exchange.host().ignore(callbacks);
        }
        Action::Proceed
    }

    pub(crate) fn lacking(&self) -> Callbacks {
        self.lacking
    }

    pub(crate) fn call_ended(&mut self, filter: &mut F, number: u64, outcome: Outcome) {
        let Some(at) = self.calls.iter().position(|(own, _)| *own == number) else { return };
        let (_, then) = self.calls.swap_remove(at);
        if let Err(error) = then(filter, self, outcome) {
            self.fail(&error);
            // What waited for the answer must not wait any longer.
            self.resume(Side::Request);
            self.resume(Side::Response);
        }
    }

    /// Ends the exchange after an error.
    pub(crate) fn fail(&mut self, error: &Error) -> Action {
        log::error!("{error}");
        let response = Response::new(500)
            .header("content-type", "text/plain; charset=utf-8")
            .body("a filter of this server failed\n")
            .details(error.to_string());
        match self.respond(response) {
            Ok(action) => action,
            Err(_) => self.abort(),
        }
    }
}

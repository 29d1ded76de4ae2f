//! One instance of a filter, and its own calls.

use crate::bindings::exports::witdock::proxy::filter::Configuration;
use crate::bindings::witdock::proxy::http_calls::CallError;
use crate::{Action, Call, Callbacks, Events, HttpFilter, Outcome, Queue, Stream, host, settings};
use std::fmt;

/// What the filter does with the answer to a call of an instance.
type Then<F> = Box<dyn FnOnce(&mut F, &mut Instance<F>, Outcome)>;

/// One instance of a filter, apart from exchanges. [`Events`] get it.
pub struct Instance<F: HttpFilter> {
    calls: Vec<(u64, Then<F>)>,
}

impl<F: HttpFilter> fmt::Debug for Instance<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("calls", &self.calls.len()).finish()
    }
}

impl<F: Events> Instance<F> {
    /// Begins a call to a cluster that belongs to no exchange, and returns its number. `then` gets the answer.
    ///
    /// # Errors
    ///
    /// [`CallError`] if the filter may not call the cluster, the request is invalid, or too many calls wait.
    pub fn call(
        &mut self,
        call: Call,
        then: impl FnOnce(&mut F, &mut Self, Outcome) + 'static,
    ) -> Result<u64, CallError> {
        let number = host::http_calls::start(call.as_wit())?;
        self.calls.push((number, Box::new(then)));
        Ok(number)
    }

    /// Ends a call; its answer comes to nobody.
    pub fn cancel(&mut self, call: u64) {
        self.calls.retain(|(number, _)| *number != call);
        host::http_calls::cancel(call);
    }

    /// Tells that the work is done for which [`Events::on_retire`] kept the instance.
    pub fn done(&self) {
        host::retirement::done();
    }
}

/// A configured filter with what the SDK keeps for it.
pub(crate) struct Running<F: HttpFilter> {
    filter: F,
    instance: Instance<F>,
    /// Callbacks that the filter has turned out not to have.
    lacking: Callbacks,
}

/// A callback of a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Callback {
    RequestHeaders { end: bool },
    RequestBody { size: u64, end: bool },
    RequestTrailers,
    ResponseHeaders { end: bool },
    ResponseBody { size: u64, end: bool },
    ResponseTrailers,
}

impl<F: HttpFilter> Running<F> {
    pub(crate) fn configure(configuration: &Configuration) -> Result<Self, String> {
        let filter = F::configure(settings::parse(&configuration.settings)?)?;
        Ok(Self { filter, instance: Instance { calls: Vec::new() }, lacking: Callbacks::empty() })
    }

    /// Callbacks that streams do without.
    pub(crate) fn lacking(&self) -> Callbacks {
        self.lacking
    }

    #[inline]
    pub(crate) fn on(&mut self, stream: &mut Stream<F>, callback: Callback) -> Action {
        let filter = &mut self.filter;
        let result = match callback {
            Callback::RequestHeaders { end } => filter.on_request_headers(stream, end),
            Callback::RequestBody { size, end } => filter.on_request_body(stream, size, end),
            Callback::RequestTrailers => filter.on_request_trailers(stream),
            Callback::ResponseHeaders { end } => filter.on_response_headers(stream, end),
            Callback::ResponseBody { size, end } => filter.on_response_body(stream, size, end),
            Callback::ResponseTrailers => filter.on_response_trailers(stream),
        };
        self.lacking |= stream.lacking();
        result.unwrap_or_else(|error| stream.fail(&error))
    }

    pub(crate) fn log(&mut self, stream: &mut Stream<F>) {
        self.filter.log(stream);
        self.lacking |= stream.lacking();
    }

    pub(crate) fn stream_call_ended(&mut self, stream: &mut Stream<F>, number: u64, outcome: Outcome) {
        stream.call_ended(&mut self.filter, number, outcome);
    }
}

impl<F: Events> Running<F> {
    pub(crate) fn tick(&mut self) {
        self.filter.on_tick(&mut self.instance);
    }

    pub(crate) fn queue(&mut self, queue: u32) {
        self.filter.on_queue(&mut self.instance, Queue(queue));
    }

    pub(crate) fn retire(&mut self) -> bool {
        self.filter.on_retire(&mut self.instance)
    }

    pub(crate) fn call_ended(&mut self, number: u64, outcome: Outcome) {
        let calls = &mut self.instance.calls;
        let Some(at) = calls.iter().position(|(own, _)| *own == number) else { return };
        let (_, then) = calls.swap_remove(at);
        then(&mut self.filter, &mut self.instance, outcome);
    }
}

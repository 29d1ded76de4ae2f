//! Exports a filter as a component.

/// Exports an [`HttpFilter`](crate::HttpFilter) as a component: `witdock_proxy_guest::export!(HeaderRules);`, once in a crate whose
/// `crate-type` includes `cdylib`.
/// On other targets than WebAssembly it does nothing, because a native library cannot have the names of a component's exports.
///
/// With `witdock_proxy_guest::export!(Keys, events);` the filter has [`Events`](crate::Events): ticks, queues, calls of its own.
#[macro_export]
macro_rules! export {
    (@more events $component:ident) => {
        $crate::bindings::instance_events::export!($component with_types_in $crate::bindings::instance_events);
    };
    ($filter:ty $(, $more:ident)* $(,)?) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            type Component = $crate::Component<$filter>;
            $crate::bindings::export!(Component with_types_in $crate::bindings);
            $crate::bindings::http_streams::export!(Component with_types_in $crate::bindings::http_streams);
            $($crate::export!(@more $more Component);)*
        };
    };
}

#[cfg(target_family = "wasm")]
pub use component::{Component, Exported};

#[cfg(target_family = "wasm")]
mod component {
    use crate::bindings::exports::witdock::proxy::filter::{Configuration, Guest};
    use crate::bindings::http_streams::exports::witdock::proxy::http_filter;
    use crate::bindings::instance_events::exports::witdock::proxy::events;
    use crate::bindings::witdock::proxy::http::Exchange;
    use crate::instance::{Callback, Running};
    use crate::{Action, Callbacks, Events, HttpFilter, Outcome, Stream};
    use std::any::Any;
    use std::cell::RefCell;
    use std::marker::PhantomData;

    /// The component of a filter. Used by [`export!`](crate::export).
    #[doc(hidden)]
    #[derive(Debug)]
    pub struct Component<F>(PhantomData<F>);

    thread_local! {
        // The filter of this component. A static cannot be generic, so the type is erased.
        static RUNNING: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
    }

    /// The proxy configures a filter before anything else, and makes one call at a time.
    fn with_running<F: HttpFilter, R>(call: impl FnOnce(&mut Running<F>) -> R) -> Option<R> {
        RUNNING.with_borrow_mut(|running| running.as_mut()?.downcast_mut().map(call))
    }

    impl<F: HttpFilter> Guest for Component<F> {
        fn configure(configuration: Configuration) -> Result<(), String> {
            witdock_guest::init();
            RUNNING.set(Some(Box::new(Running::<F>::configure(&configuration)?)));
            Ok(())
        }
    }

    impl<F: HttpFilter> http_filter::Guest for Component<F> {
        type HttpStream = Exported<F>;
    }

    /// A stream as the host holds it.
    #[doc(hidden)]
    #[derive(Debug)]
    pub struct Exported<F: HttpFilter>(RefCell<Stream<F>>);

    impl<F: HttpFilter> Exported<F> {
        #[inline]
        fn on(&self, callback: Callback) -> Action {
            with_running(|running| running.on(&mut self.0.borrow_mut(), callback)).unwrap_or(Action::Proceed)
        }
    }

    impl<F: HttpFilter> http_filter::GuestHttpStream for Exported<F> {
        fn new(exchange: Exchange) -> Self {
            let lacking = with_running(|running: &mut Running<F>| running.lacking());
            Self(RefCell::new(Stream::new(exchange, lacking.unwrap_or(Callbacks::empty()))))
        }

        fn on_request_headers(&self, end: bool) -> Action {
            self.on(Callback::RequestHeaders { end })
        }

        fn on_request_body(&self, size: u64, end: bool) -> Action {
            self.on(Callback::RequestBody { size, end })
        }

        fn on_request_trailers(&self) -> Action {
            self.on(Callback::RequestTrailers)
        }

        fn on_response_headers(&self, end: bool) -> Action {
            self.on(Callback::ResponseHeaders { end })
        }

        fn on_response_body(&self, size: u64, end: bool) -> Action {
            self.on(Callback::ResponseBody { size, end })
        }

        fn on_response_trailers(&self) -> Action {
            self.on(Callback::ResponseTrailers)
        }

        fn on_call_ended(&self, call: u64, outcome: Outcome) {
            with_running(|running| running.stream_call_ended(&mut self.0.borrow_mut(), call, outcome));
        }

        fn log(&self) {
            with_running(|running| running.log(&mut self.0.borrow_mut()));
        }
    }

    impl<F: Events> events::Guest for Component<F> {
        fn on_tick() {
            with_running(Running::<F>::tick);
        }

        fn on_call_ended(call: u64, outcome: Outcome) {
            with_running(|running: &mut Running<F>| running.call_ended(call, outcome));
        }

        fn on_queue(queue: u32) {
            with_running(|running: &mut Running<F>| running.queue(queue));
        }

        fn on_retire() -> bool {
            with_running(Running::<F>::retire).unwrap_or(true)
        }
    }
}

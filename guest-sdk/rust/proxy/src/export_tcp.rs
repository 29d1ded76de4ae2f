//! Exports a filter of connections as a component.

/// Exports a [`TcpFilter`](crate::tcp::TcpFilter) as a component, once in a crate whose `crate-type` includes `cdylib`. On other targets than
/// WebAssembly it does nothing.
#[macro_export]
macro_rules! export_tcp {
    ($filter:ty) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            type Component = $crate::TcpComponent<$filter>;
    $crate::bindings::export!(Component with_types_in $crate::bindings);
    $crate::bindings::tcp_streams::export!(Component with_types_in $crate::bindings::tcp_streams);
        };
    };
}

#[cfg(target_family = "wasm")]
pub use component::{TcpComponent, TcpExported};

#[cfg(target_family = "wasm")]
mod component {
    use crate::bindings::exports::witdock::proxy::filter::{Configuration, Guest};
    use crate::bindings::tcp_streams::exports::witdock::proxy::tcp_filter;
    use crate::bindings::witdock::proxy::tcp::{Connection, Peer};
    use crate::tcp::{Running, TcpFilter, TcpStream};
    use crate::{Action, Outcome};
    use std::any::Any;
    use std::cell::RefCell;
    use std::marker::PhantomData;

    /// The component of a filter. Used by [`export_tcp!`](crate::export_tcp).
    #[doc(hidden)]
    #[derive(Debug)]
    pub struct TcpComponent<F>(PhantomData<F>);

    thread_local! {
        // The filter of this component. A static cannot be generic, so the type is erased.
        static RUNNING: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
    }

    fn with_running<F: TcpFilter, R>(call: impl FnOnce(&mut Running<F>) -> R) -> Option<R> {
        RUNNING.with_borrow_mut(|running| running.as_mut()?.downcast_mut().map(call))
    }

    impl<F: TcpFilter> Guest for TcpComponent<F> {
        fn configure(configuration: Configuration) -> Result<(), String> {
            witdock_guest::init();
            RUNNING.set(Some(Box::new(Running::<F>::configure(&configuration)?)));
            Ok(())
        }
    }

    impl<F: TcpFilter> tcp_filter::Guest for TcpComponent<F> {
        type TcpStream = TcpExported<F>;
    }

    /// A stream as the host holds it.
    #[doc(hidden)]
    #[derive(Debug)]
    pub struct TcpExported<F: TcpFilter>(RefCell<TcpStream<F>>);

    impl<F: TcpFilter> tcp_filter::GuestTcpStream for TcpExported<F> {
        fn new(connection: Connection) -> Self {
            Self(RefCell::new(TcpStream::new(connection)))
        }

        fn on_open(&self) -> Action {
            with_running(|running| running.open(&mut self.0.borrow_mut())).unwrap_or(Action::Proceed)
        }

        fn on_data(&self, from: Peer, _size: u64, end: bool) -> Action {
            with_running(|running| running.data(&mut self.0.borrow_mut(), from, end))
                .unwrap_or(Action::Proceed)
        }

        fn on_closed(&self, by: Peer) {
            with_running(|running| running.closed(&mut self.0.borrow_mut(), by));
        }

        fn on_call_ended(&self, call: u64, outcome: Outcome) {
            with_running(|running| running.call_ended(&mut self.0.borrow_mut(), call, outcome));
        }

        fn log(&self) {
            with_running(|running| running.log(&mut self.0.borrow_mut()));
        }
    }
}
